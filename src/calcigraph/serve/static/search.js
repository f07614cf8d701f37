// Search as you type: a combobox over /search; without this script the form works as it stands.
"use strict";
(() => {
  const field = document.getElementById("find");
  const list = document.getElementById("found");
  const told = document.getElementById("told");
  const address = field.form.action;
  const WAIT_MS = 120;
  let timer = 0;
  let asked = null;
  let active = -1;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "found");
  field.setAttribute("aria-expanded", "false");

  const close = () => {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (place) => {
    const options = list.children;
    if (active >= 0) options[active].setAttribute("aria-selected", "false");
    active = (place + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[active].id);
  };

  const show = (matches) => {
    list.replaceChildren(
      ...matches.map((match, place) => {
        const option = document.createElement("li");
        option.id = `found-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.address = match.address;
        const name = document.createElement("span");
        name.textContent = match.name;
        const kind = document.createElement("small");
        kind.textContent = match.about ? `${match.kind} · ${match.about}` : match.kind;
        option.append(name, kind);
        return option;
      }),
    );
    active = -1;
    list.hidden = matches.length === 0;
    field.setAttribute("aria-expanded", String(matches.length > 0));
    field.removeAttribute("aria-activedescendant");
    told.textContent = matches.length === 1 ? "1 match" : `${matches.length} matches`;
  };

  const ask = async () => {
    const text = field.value.trim();
    if (asked) asked.abort();
    if (!text) {
      close();
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (answer.ok) show((await answer.json()).matches.slice(0, 8));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.address);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.address);
    event.preventDefault();
  });
  field.addEventListener("blur", close);
})();
