// An answer as bars: one column names them, one column of numbers is their length.
import { draw, make } from "./dom.js";
import { isNumber, short } from "./table.js";

const SHOWN = 60;
const ROW = 26;
const LABEL = 270;
const WIDTH = 760;
const LETTERS = 34;

/** Returns the columns that hold numbers, and the others. */
export function kinds({ head, results }) {
  const numbers = head.vars.filter((name) => {
    const terms = results.bindings.map((row) => row[name]).filter(Boolean);
    return terms.length > 0 && terms.every(isNumber);
  });
  return { numbers, names: head.vars.filter((name) => !numbers.includes(name)) };
}

/** Returns the bars, or a sentence that says why there are none. */
export function chart(answer, site, chosen, choose) {
  const { numbers, names } = kinds(answer);
  if (!numbers.length || !names.length) {
    return make("p", {}, "A chart needs one column of names and one of numbers, such as a COUNT.");
  }
  const labels = names.filter((name) => answer.results.bindings.some((row) => row[name]?.type !== "uri"));
  const name = names.includes(chosen.name) ? chosen.name : labels[0] || names[0];
  const number = numbers.includes(chosen.number) ? chosen.number : numbers[0];
  const pickers = make(
    "p",
    { class: "pickers" },
    picker("Names", names, name, (value) => choose({ name: value, number })),
    picker("Numbers", numbers, number, (value) => choose({ name, number: value })),
  );
  return make("div", {}, pickers, bars(answer.results.bindings, name, number, site));
}

function picker(label, options, chosen, change) {
  const given = (value) => (value === chosen ? { value, selected: "" } : { value });
  const select = make("select", {}, ...options.map((value) => make("option", given(value), value)));
  select.addEventListener("change", () => change(select.value));
  return make("label", {}, `${label} `, select);
}

function bars(rows, name, number, site) {
  const points = rows.filter((row) => row[number]).slice(0, SHOWN);
  const values = points.map((row) => Number(row[number].value));
  const most = Math.max(0, ...values);
  const least = Math.min(0, ...values);
  const room = WIDTH - LABEL - 70;
  const scale = (value) => (most === least ? 0 : ((value - least) / (most - least)) * room);
  const zero = LABEL + scale(0);
  const lines = points.flatMap((row, place) => {
    const text = row[name] ? (row[name].type === "uri" ? short(row[name].value, site.prefixes) : row[name].value) : "·";
    const y = place * ROW;
    const end = LABEL + scale(values[place]);
    const shown = text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text;
    return [
      draw("text", { x: LABEL - 8, y: y + 17, "text-anchor": "end" }, shown, draw("title", {}, text)),
      draw("rect", { x: Math.min(zero, end), y: y + 4, width: Math.max(1, Math.abs(end - zero)), height: ROW - 8, rx: 2 }),
      draw("text", { x: Math.max(zero, end) + 6, y: y + 17 }, row[number].value),
    ];
  });
  const told = `${number} by ${name}: ${points.length} bars${rows.length > points.length ? `, of ${rows.length} rows` : ""}`;
  const size = { viewBox: `0 0 ${WIDTH} ${Math.max(ROW, points.length * ROW)}`, role: "img", "aria-label": told, class: "bars" };
  return make("figure", {}, draw("svg", size, ...lines), make("figcaption", {}, told));
}
