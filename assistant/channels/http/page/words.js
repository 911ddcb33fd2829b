// The interface's words in five languages (/page/words.json), and the language in use.

const table = await (await fetch("/page/words.json")).json();
const STORED = "mandat-language";
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

export const languages = Object.keys(table).map((code) => ({ code, name: table[code].language_name }));

let current = stored() || preferred();

export function language() {
  return current;
}

export function setLanguage(code) {
  current = code in table ? code : "nb";
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  applyWords();
}

/** The words for `key`, with {name} filled from `values`; ISO dates are written out. */
export function say(key, values = {}) {
  const text = table[current][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? written(values[name]) : whole));
}

/** Makes `element` show the words for `key`, now and after a change of language. */
export function put(element, key, values) {
  element.dataset.word = key;
  if (values) element.dataset.values = JSON.stringify(values);
  else delete element.dataset.values;
  element.textContent = say(key, values);
  return element;
}

/** The same for the accessible name. */
export function putLabel(element, key, values) {
  element.dataset.wordLabel = key;
  if (values) element.dataset.labelValues = JSON.stringify(values);
  element.setAttribute("aria-label", say(key, values));
  return element;
}

export function applyWords() {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word, valuesIn(element.dataset.values));
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", say(element.dataset.wordLabel, valuesIn(element.dataset.labelValues)));
  }
}

/** "2024-01-01" as the reader's language writes a day. */
export function day(iso) {
  const written = new Intl.DateTimeFormat([current === "en" ? "en-GB" : current, "nb"], { dateStyle: "medium", timeZone: "UTC" });
  return written.format(new Date(`${iso}T00:00:00Z`));
}

/** Writes the <time> elements inside `root` the way the reader's language does. */
export function writeDays(root) {
  for (const time of root.querySelectorAll("time")) time.textContent = day(time.dateTime);
}

function written(value) {
  return ISO_DATE.test(String(value)) ? day(value) : String(value);
}

function valuesIn(json) {
  return json ? JSON.parse(json) : {};
}

function stored() {
  try {
    const code = localStorage.getItem(STORED);
    return code in table ? code : "";
  } catch {
    return "";
  }
}

function preferred() {
  for (const tag of navigator.languages ?? [navigator.language]) {
    const code = tag.toLowerCase().split("-")[0].replace(/^no$/, "nb");
    if (code in table) return code;
  }
  return "nb";
}
