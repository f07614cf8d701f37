// Elements made of text and children: nothing that comes from an answer is ever read as HTML.
const SVG = "http://www.w3.org/2000/svg";

export function make(name, given = {}, ...children) {
  return filled(document.createElement(name), given, children);
}

export function draw(name, given = {}, ...children) {
  return filled(document.createElementNS(SVG, name), given, children);
}

function filled(element, given, children) {
  for (const [key, value] of Object.entries(given)) if (value !== undefined) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
