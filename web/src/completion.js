// Completion: the project's terms by name or label, prefixes with their declaration, keywords, and the query's variables.
const KEYWORDS = (
  "SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS BIND VALUES GRAPH CONSTRUCT ASK DESCRIBE PREFIX FROM NAMED " +
  "ORDER BY GROUP BY HAVING LIMIT OFFSET EXISTS NOT EXISTS AS ASC DESC COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT STR " +
  "LANG LANGMATCHES DATATYPE BOUND IRI COALESCE IF CONTAINS STRSTARTS STRENDS LCASE UCASE REGEX REPLACE CONCAT UNDEF"
).split(" ");
const WORD = /[?$\w][\w:-]*/;
const ROOM = 60;

/** Returns the source of completions; `known` has `prefixes` by name, and `terms` as [compact name, label]. */
export function completions(known) {
  const words = KEYWORDS.filter((word, place) => KEYWORDS.indexOf(word) === place).map((label) => ({ label, type: "keyword" }));
  const terms = known.terms.map(([name, label, about]) => ({ name, label, about, folded: label.toLowerCase() }));
  return (context) => {
    const word = context.matchBefore(WORD);
    if (!word && !context.explicit) return null;
    const text = word ? word.text : "";
    const from = word ? word.from : context.pos;
    if (inside(context.state.sliceDoc(0, from))) return null;
    if (/^[?$]/.test(text)) return variables(context, from, text);
    const found = terms.filter((term) => matches(term, text)).sort((a, b) => rank(a, text) - rank(b, text) || a.name.length - b.name.length);
    const options = found.slice(0, ROOM).map((term) => ({
      label: term.name,
      detail: term.label,
      info: term.about || undefined,
      type: "class",
      apply: (view, _completion, start, end) => insert(view, term.name, start, end, known.prefixes),
    }));
    if (!text.includes(":")) {
      options.push(...words.filter((one) => one.label.startsWith(text.toUpperCase())));
      for (const prefix of Object.keys(known.prefixes)) {
        if (!prefix.startsWith(text)) continue;
        options.push({
          label: `${prefix}:`,
          detail: known.prefixes[prefix],
          apply: (view, _completion, start, end) => insert(view, `${prefix}:`, start, end, known.prefixes),
        });
      }
    }
    return options.length ? { from, options, filter: false } : null;
  };
}

function matches(term, text) {
  const asked = text.toLowerCase();
  return term.name.toLowerCase().includes(asked) || (!text.includes(":") && asked.length > 1 && term.folded.includes(asked));
}

function rank(term, text) {
  const asked = text.toLowerCase();
  const name = term.name.toLowerCase();
  const local = name.slice(name.indexOf(":") + 1);
  if (local === asked || name === asked || term.folded === asked) return 0;
  return name.startsWith(asked) || local.startsWith(asked) || term.folded.startsWith(asked) ? 1 : 2;
}

/** Tells whether the text ends inside of a comment, a string or an address. */
function inside(before) {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const bare = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>/g, "");
  return /["'#]/.test(bare) || /<[^<>\s]*$/.test(bare);
}

function variables(context, from, text) {
  const every = new Set(context.state.doc.toString().match(/[?$]\w+/g) || []);
  every.delete(text);
  const options = [...every].filter((name) => name.startsWith(text)).map((label) => ({ label, type: "variable" }));
  return options.length ? { from, options, filter: false } : null;
}

/** Writes a compact name, and declares its prefix at the head of the query if that is missing. */
function insert(view, name, from, to, prefixes) {
  const prefix = name.slice(0, name.indexOf(":"));
  const changes = [{ from, to, insert: name }];
  const declared = new RegExp(`\\bprefix\\s+${prefix}:`, "i").test(view.state.doc.toString());
  const head = declared ? "" : `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
  if (head) changes.unshift({ from: 0, insert: head });
  view.dispatch({ changes, selection: { anchor: from + head.length + name.length }, userEvent: "input.complete" });
}
