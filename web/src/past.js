// The queries that were run in this browser, the newest first; nothing of them leaves it.
const KEY = "calcigraph.console";
const MOST = 40;

export function past() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function keep(query) {
  try {
    localStorage.setItem(KEY, JSON.stringify([query, ...past().filter((one) => one !== query)].slice(0, MOST)));
  } catch {
    // A browser that keeps nothing has no history.
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}
