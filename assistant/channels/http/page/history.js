// Earlier conversations, kept in this browser alone.

import { make } from "./elements.js";
import { day, put } from "./words.js";

const STORED = "mandat-conversations";
const KEPT = 20;
const DAYS = 30;

/** Keeps a conversation's turns ([{text, about, reply}]), in place of what was kept of it before. */
export function keep(id, turns) {
  const others = kept().filter((each) => each.id !== id);
  const all = [{ id, at: new Date().toISOString(), turns }, ...others].slice(0, KEPT);
  while (all.length && !stored(all)) all.pop(); // no room: the oldest go first
}

/** What is kept, the latest first. */
export function kept() {
  try {
    const oldest = Date.now() - DAYS * 86_400_000;
    return JSON.parse(localStorage.getItem(STORED) ?? "[]").filter((each) => Date.parse(each.at) > oldest);
  } catch {
    return [];
  }
}

/** The dialogue that lists them; `choose(conversation)` is called when the reader picks one. */
export function historyDialog(choose) {
  const list = make("ul", { class: "history" });
  const clear = put(make("button", { type: "button", class: "quiet" }), "clear_history");
  const close = put(make("button", { type: "button", class: "quiet close" }), "close");
  const title = put(make("h2", { id: "history-title" }), "history");
  const about = put(make("p", { class: "note" }), "history_about");
  const dialog = make("dialog", { class: "sheet", "aria-labelledby": title.id },
    make("div", { class: "panel-bar" }, title, close), about, list, clear);
  close.addEventListener("click", () => dialog.close());
  clear.addEventListener("click", () => {
    localStorage.removeItem(STORED);
    fill();
    close.focus();
  });

  function fill() {
    const all = kept();
    clear.hidden = !all.length;
    list.replaceChildren(...all.map((conversation) => {
      const button = make("button", { type: "button", class: "option" },
        make("span", {}, conversation.turns[0].text),
        make("small", {}, `${day(conversation.at.slice(0, 10))} · ${conversation.turns.length}`));
      button.addEventListener("click", () => {
        dialog.close();
        choose(conversation);
      });
      return make("li", {}, button);
    }));
    if (!all.length) list.append(put(make("li"), "history_empty"));
  }

  document.body.append(dialog);
  return () => {
    fill();
    dialog.showModal();
  };
}

function stored(all) {
  try {
    localStorage.setItem(STORED, JSON.stringify(all));
    return true;
  } catch {
    return false;
  }
}
