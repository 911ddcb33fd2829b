// The source panel: a document beside the conversation, open at the quoted words.

import { make } from "./elements.js";
import { goTo, markSpan, spanOf } from "./span.js";
import { applyWords, put, putLabel, writeDays } from "./words.js";

const BESIDE = matchMedia("(min-width: 70rem)");
let panel = null;
let opener = null;
let shown = 0;

/** Opens links to documents inside `root` in the panel; with a modifier key they open as any link. */
export function opensSources(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="/documents/"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
}

async function open(link) {
  panel ??= built();
  opener = link;
  const turn = (shown += 1);
  const body = panel.querySelector(".panel-body");
  const address = link.getAttribute("href");
  panel.querySelector(".panel-page").href = address;
  body.setAttribute("aria-busy", "true");
  body.replaceChildren(put(make("p", { class: "searching" }), "opening"));
  show();
  const page = await read(address);
  if (turn !== shown) return; // another source has been asked for meanwhile
  body.removeAttribute("aria-busy");
  const text = page?.getElementById("text");
  if (!text) {
    body.replaceChildren(put(make("p", { class: "notice" }), "document_missing"));
    return;
  }
  const head = page.querySelector(".source-head");
  const title = head.querySelector("h1");
  const name = make("h2", { id: "panel-title", lang: title.lang }, title.textContent);
  title.replaceWith(name);
  text.id = "panel-text";
  head.querySelector("#missing-span").id = "panel-missing";
  const pdf = head.querySelector(".original-pdf");
  if (pdf) pdf.after(pageShown(pdf, body));
  body.replaceChildren(head, text);
  applyWords();
  writeDays(body);
  const span = spanOf(address);
  const marks = span ? markSpan(text, ...span) : [];
  body.querySelector("#panel-missing").hidden = !span || marks.length > 0;
  if (marks.length) goTo(marks, body);
  else panel.querySelector(".close").focus();
}

/** A button that shows the PDF's own page in the panel, in the browser's reader, and hides it again. */
function pageShown(pdf, body) {
  const button = put(make("button", { type: "button", class: "quiet", "aria-expanded": "false" }), "show_pdf");
  button.addEventListener("click", () => {
    const there = body.querySelector(".pdf");
    there?.remove();
    button.setAttribute("aria-expanded", String(!there));
    put(button, there ? "show_pdf" : "hide_pdf");
    if (there) return;
    const frame = putLabel(make("iframe", { class: "pdf", src: pdf.href }), "open_pdf");
    body.querySelector(".source-head").after(frame);
  });
  return button;
}

async function read(address) {
  try {
    const response = await fetch(address.split("#")[0]);
    // The server's own page, in which everything of the document is escaped.
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

function built() {
  const close = put(make("button", { type: "button", class: "quiet close" }), "close");
  close.addEventListener("click", () => panel.close());
  const page = make("a", { class: "panel-page", target: "_blank", rel: "noopener" });
  page.append(put(make("span"), "whole_page"), " ", put(make("span", { class: "visually-hidden" }), "new_tab"));
  const bar = make("div", { class: "panel-bar" }, page, close);
  const body = make("article", { class: "panel-body" });
  const made = putLabel(make("dialog", { id: "panel", class: "panel" }, bar, body), "source_panel");
  made.addEventListener("close", () => {
    document.body.classList.remove("with-panel");
    if (opener?.isConnected) opener.focus();
  });
  // Beside the conversation it is not modal, and the browser leaves Escape to us.
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape") made.close();
  });
  document.body.append(made);
  return made;
}

function show() {
  if (panel.open) return;
  if (BESIDE.matches) {
    document.body.classList.add("with-panel");
    panel.show();
  } else {
    panel.showModal();
  }
}
