// The console: an editor in the place of the form's field, and the answer below it as a table, a chart or as it came.
import { chart } from "./chart.js";
import { completions } from "./completion.js";
import { make } from "./dom.js";
import { editor, point, replace } from "./editor.js";
import { forget, keep, past } from "./past.js";
import { table } from "./table.js";

const ROWS = "application/sparql-results+json";
const GRAPH = "text/turtle";
const SHOWN = 500_000;
const NAME = 70;

const form = document.getElementById("console");
const part = (id) => document.getElementById(id);
const field = part("query");
const address = form.action;
const site = { base: form.dataset.base, iris: form.dataset.iris, terms: form.dataset.terms, prefixes: {} };
const known = { prefixes: {}, terms: [] };
const views = ["table", "chart", "raw"];
let shown = "table";
let last = null;
let running = null;
let chosen = {};
let source = () => null;

const place = part("editor");
const view = editor(place, {
  text: fromLink() ?? field.value,
  label: "SPARQL query",
  complete: (context) => source(context),
  run,
});
form.classList.add("live");
for (const id of ["bar", "more"]) part(id).hidden = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
part("stop").addEventListener("click", () => running?.abort());
part("share").addEventListener("click", share);
part("examples").addEventListener("change", (event) => {
  const example = event.target.selectedOptions[0]?.example;
  if (example) replace(view, example);
});
part("past").addEventListener("change", (event) => {
  const query = past()[Number(event.target.value)];
  if (query) replace(view, query);
});
part("forget").addEventListener("click", () => {
  forget();
  listPast();
  say("The history of this browser is empty now.");
});
for (const name of views) {
  part(`as-${name}`).addEventListener("click", () => choose(name));
  part(`as-${name}`).addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = views[(views.indexOf(name) + step + views.length) % views.length];
    choose(next);
    part(`as-${next}`).focus();
  });
}
window.addEventListener("hashchange", () => {
  const query = fromLink();
  if (query !== null) {
    replace(view, query);
    run();
  }
});
listPast();
learn();
if (fromLink() !== null) run();

function fromLink() {
  return new URLSearchParams(location.hash.slice(1)).get("query");
}

/** Fetches what the server knows: prefixes, terms and the questions as examples. */
async function learn() {
  const answer = await fetch(form.dataset.known);
  if (!answer.ok) return;
  const told = await answer.json();
  Object.assign(known, told);
  site.prefixes = told.prefixes;
  source = completions(known);
  part("examples").append(
    ...told.examples.map(({ summary, query }) => Object.assign(make("option", {}, summary), { example: query })),
  );
  if (last) show();
}

async function run() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const query = view.state.doc.toString();
  const began = performance.now();
  part("stop").hidden = false;
  say("Asking …");
  part("wrong").hidden = true;
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: `${ROWS},${GRAPH};q=0.9`, "Content-Type": "application/sparql-query" },
      body: query,
      signal: mine.signal,
    });
    const text = await answer.text();
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    if (!answer.ok) return wrong(text);
    const graph = !answer.headers.get("Content-Type").startsWith(ROWS);
    last = { query, text, graph, json: graph ? null : JSON.parse(text) };
    keep(query);
    listPast();
    downloads(query, graph);
    show();
    say(`${counted(last)} in ${seconds} s`);
  } catch (error) {
    if (error.name === "AbortError") {
      if (running === mine) say("Stopped.");
    } else wrong(`The server did not answer: ${error.message}`);
  } finally {
    if (running === mine) {
      running = null;
      part("stop").hidden = true;
    }
  }
}

function counted({ text, graph, json }) {
  if (graph) return `A graph of ${text.length.toLocaleString("en")} characters`;
  if ("boolean" in json) return "An answer";
  const count = json.results.bindings.length;
  return `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}`;
}

function wrong(text) {
  let told = { detail: text };
  try {
    told = JSON.parse(text);
  } catch {
    // An answer that is no JSON is shown as it is.
  }
  part("wrong").textContent = told.detail;
  part("wrong").hidden = false;
  part("answer").hidden = true;
  say("");
  point(view, told.line, told.column);
}

function choose(name) {
  shown = name;
  if (last) show();
}

function show() {
  const { graph, json, text } = last;
  const kind = graph ? "raw" : shown;
  for (const name of views) {
    const tab = part(`as-${name}`);
    tab.setAttribute("aria-selected", String(name === kind));
    tab.tabIndex = name === kind ? 0 : -1;
    tab.disabled = graph && name !== "raw";
  }
  const into = part("shown");
  into.setAttribute("aria-labelledby", `as-${kind}`);
  if (kind === "raw") {
    const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… (the downloads have all)` : text;
    into.replaceChildren(make("pre", {}, graph ? cut : pretty(json, cut)));
  } else if ("boolean" in json) {
    into.replaceChildren(make("p", { class: "lead" }, json.boolean ? "Yes" : "No"));
  } else if (kind === "chart") {
    const again = (columns) => {
      chosen = columns;
      show();
    };
    into.replaceChildren(chart(json, site, chosen, again));
  } else {
    into.replaceChildren(table(json, site));
  }
  part("answer").hidden = false;
}

function pretty(json, text) {
  return text.length > SHOWN ? text : JSON.stringify(json, null, 1);
}

/** Leads each format to an address of its own, which works outside of the console too. */
function downloads(query, graph) {
  const formats = graph ? ["turtle", "ntriples", "jsonld", "rdfxml"] : ["csv", "tsv", "json", "xml"];
  const links = formats.map((format) => {
    const asked = new URLSearchParams({ query, format });
    return make("a", { href: `${address}?${asked}`, download: `answer.${format}` }, format);
  });
  part("downloads").replaceChildren("Download: ", ...links.flatMap((one) => [one, " "]));
}

async function share() {
  const link = new URL(address);
  link.hash = new URLSearchParams({ query: view.state.doc.toString() }).toString();
  history.replaceState(null, "", link.hash);
  part("link").value = link.href;
  part("linked").hidden = false;
  part("link").select();
  try {
    await navigator.clipboard.writeText(link.href);
    say("The link is copied.");
  } catch {
    say("The link stands below; copy it from there.");
  }
}

function listPast() {
  const names = past().map((query, number) => {
    const line = query
      .split("\n")
      .filter((one) => one.trim() && !/^\s*(#|prefix|base)/i.test(one))
      .join(" ")
      .replace(/\s+/g, " ")
      .trim();
    return make("option", { value: String(number) }, line.slice(0, NAME) || query.slice(0, NAME));
  });
  part("past").replaceChildren(make("option", { value: "" }, names.length ? "Choose …" : "None yet"), ...names);
  part("past").disabled = !names.length;
  part("forget").disabled = !names.length;
}

function say(text) {
  part("state").textContent = text;
}
