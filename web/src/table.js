// An answer as a table: addresses of the project lead to its pages, names are as short as their prefixes make them.
import { make } from "./dom.js";

const SHOWN = 1000;
const NUMBER = /#(?:integer|decimal|double|float|nonNegativeInteger|int|long|gYear)$/;

export const isNumber = (term) => Boolean(term) && NUMBER.test(term.datatype || "");

/** Returns the short form of an address. */
export function short(iri, prefixes) {
  let best = "";
  for (const name in prefixes) {
    const start = prefixes[name];
    if (iri.startsWith(start) && start.length > (prefixes[best] || "").length) best = name;
  }
  const local = best ? iri.slice(prefixes[best].length) : "";
  return best && /^[\w.-]+$/.test(local) ? `${best}:${local}` : iri;
}

/** Returns where an address leads in this site, or on the web; undefined if nowhere. */
export function link(iri, site) {
  if (iri.startsWith(site.terms)) return `${site.base}/term/${encodeURIComponent(iri.slice(site.terms.length))}`;
  if (iri.startsWith(site.iris)) return `${site.base}/${iri.slice(site.iris.length)}`;
  return /^https?:\/\//.test(iri) ? iri : undefined;
}

export function table({ head, results }, site) {
  const columns = head.vars;
  const rows = results.bindings;
  const body = rows.slice(0, SHOWN).map((row) => make("tr", {}, ...columns.map((name) => cell(row[name], site))));
  const numbers = new Set(columns.filter((name) => isNumber(rows.find((row) => row[name])?.[name])));
  const names = columns.map((name) => make("th", { scope: "col", class: numbers.has(name) ? "n" : undefined }, name));
  const caption = rows.length > SHOWN ? [make("caption", {}, `The first ${SHOWN} of ${rows.length} rows. The downloads have all.`)] : [];
  return make("table", {}, ...caption, make("thead", {}, make("tr", {}, ...names)), make("tbody", {}, ...body));
}

function cell(term, site) {
  if (!term) return make("td", { class: "empty" });
  if (term.type === "uri") {
    const href = link(term.value, site);
    const shown = short(term.value, site.prefixes);
    return make("td", {}, href ? make("a", { href, title: term.value }, shown) : shown);
  }
  const language = term["xml:lang"];
  return make("td", { class: isNumber(term) ? "n" : undefined, lang: language }, term.value);
}
