// The editor. It lies in a shadow root: there its style is a constructed sheet, which a strict policy allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword, tags.modifier], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.number, tags.integer, tags.bool, tags.literal], color: "var(--good)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--bad)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.url, tags.namespace, tags.typeName, tags.propertyName], color: "var(--link)" },
]);

const frame = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: ".9rem", height: "100%" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--faint)", color: "var(--soft)", border: "0" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--mark)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)", outline: "1px solid var(--soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--rule)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxWidth: "min(38rem, 92vw)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--paper)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail": { color: "var(--paper)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", color: "var(--soft)" },
  ".cm-completionMatchedText": { textDecoration: "underline" },
});

/** Returns an editor in the element, with the text; `run` is called by Ctrl+Enter. */
export function editor(parent, { text, label, complete, run }) {
  const root = parent.attachShadow({ mode: "open" });
  const inside = document.createElement("div");
  inside.part = "editor";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host { display: block } div[part] { height: 100% }");
  root.adoptedStyleSheets = [sheet];
  root.append(inside);
  const asked = { key: "Mod-Enter", run: () => (run(), true), preventDefault: true };
  return new EditorView({
    parent: inside,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([asked, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentUnit.of("    "),
        bracketMatching(),
        closeBrackets(),
        sparql(),
        syntaxHighlighting(colours),
        autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        frame,
      ],
    }),
  });
}

/** Puts another text in the place of what is in the editor. */
export function replace(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
}

/** Selects the place of an error; lines and columns count from 1. */
export function point(view, line, column) {
  if (!line || line > view.state.doc.lines) return;
  const at = view.state.doc.line(line);
  const place = Math.min(at.from + Math.max(0, (column || 1) - 1), at.to);
  view.dispatch({ selection: { anchor: place, head: at.to }, scrollIntoView: true });
}
