// One reply as elements. Everything that came from a document, a model or a reader is set as
// text, never as markup.

import { cardOf } from "./cards.js";
import { make } from "./elements.js";
import { put, putLabel, say } from "./words.js";

/**
 * What was replied, without the buttons below it. `turn` makes ids unique on the page;
 * `choose(option)` is called when the reader picks one of a clarification's options.
 */
export function replyParts(reply, turn, choose) {
  const parts = [];
  if (reply.outcome !== "answered") {
    parts.push(put(make("p", { class: `outcome ${reply.outcome}` }), `outcome_${reply.outcome}`));
  }
  parts.push(make("p", { class: "text", lang: reply.language }, ...marked(reply.text, reply.citations, turn)));
  for (const note of reply.notes) parts.push(make("p", { class: "note" }, note));
  if (reply.mode !== "extractive") {
    parts.push(put(make("p", { class: "note" }), "narrated_by", { mode: reply.mode }));
  }
  if (reply.clarification) parts.push(options(reply.clarification.options, choose));
  const told = cardOf(reply, (number) => mark(number, turn));
  if (told) parts.push(told);
  if (listIsCut(reply)) parts.push(fullList(reply, turn));
  if (reply.citations.length) parts.push(sources("sources", reply.citations, turn));
  if (reply.abstention) parts.push(...abstention(reply.abstention, turn));
  return parts;
}

/** The reply as plain text with its sources, for the clipboard. */
export function plainText(reply, origin) {
  const lines = [reply.text];
  const shown = reply.citations.length ? reply.citations : reply.abstention?.nearest ?? [];
  if (shown.length) lines.push("", `${say(reply.citations.length ? "sources" : "nearest")}:`);
  for (const source of shown) {
    lines.push(`[${source.number}] ${source.title}, ${source.organisation}, ${source.locator} (${source.version})`);
    lines.push(`    «${source.quote}»`, `    ${origin}${source.url}`);
  }
  return lines.join("\n");
}

/** The text as a screen reader should hear it once: without the marks. */
export function spokenText(reply) {
  const text = reply.text.replace(/\s*\[\d+\]/g, "");
  return reply.citations.length ? say("answer_announced", { text, n: reply.citations.length }) : text;
}

// Bullets of symbol fonts, which no other font can show.
const readable = (quote) => quote.replace(/[\uf000-\uf0ff]/g, "•");

function marked(text, citations, turn) {
  const known = new Set(citations.map((citation) => citation.number));
  return text.split(/(\[\d+\])/).map((piece) => {
    const number = Number(/^\[(\d+)\]$/.exec(piece)?.[1]);
    // A space that cannot break keeps the mark on the line of the words it belongs to.
    return known.has(number) ? mark(number, turn) : piece.replace(/ $/, "\u00a0");
  });
}

function mark(number, turn) {
  const link = make("a", { class: "mark", href: `#${cardId(turn, number)}` }, String(number));
  return putLabel(link, "source_n", { n: number });
}

function cardId(turn, number) {
  return `turn-${turn}-source-${number}`;
}

function options(choices, choose) {
  const list = make("ul", { class: "options" });
  for (const option of choices) {
    const button = make("button", { type: "button", class: "option" }, option.label);
    button.addEventListener("click", () => choose(option));
    list.append(make("li", {}, button));
  }
  return list;
}

function listIsCut(reply) {
  const shown = bare(reply.text);
  return reply.statements.length > 1 && reply.statements.some(({ text }) => !shown.includes(bare(text)));
}

/** For comparing wording only: without marks, line breaks, case and the closing punctuation. */
function bare(text) {
  return text.replace(/\s*\[\d+\]/g, "").replace(/\s+/g, " ").toLowerCase().replace(/[.;:,\s]+$/, "");
}

function fullList(reply, turn) {
  const list = make("ol", { lang: reply.language });
  for (const statement of reply.statements) {
    list.append(make("li", {}, `${statement.text}\u00a0`, ...statement.citations.map((number) => mark(number, turn))));
  }
  const summary = put(make("summary"), "full_list", { n: reply.statements.length });
  return make("details", { class: "full-list" }, summary, list);
}

function sources(title, citations, turn) {
  const list = make("ol", { class: "cards" }, ...citations.map((citation) => card(citation, turn)));
  return make("section", { class: "sources" }, put(make("h3"), title), list);
}

function abstention(found, turn) {
  const parts = [];
  if (found.ask) {
    parts.push(make("p", { class: "ask-whom" }, put(make("span"), "ask_whom"), " ", make("strong", {}, found.ask)));
  }
  if (found.nearest.length) parts.push(sources("nearest", found.nearest, turn));
  return parts;
}

function card(citation, turn) {
  const title = make("h4", { lang: citation.language }, citation.title);
  const meta = make("p", { class: "meta" });
  meta.append(make("span", {}, citation.organisation));
  if (citation.locator) meta.append(make("span", { lang: citation.language }, citation.locator));
  meta.append(put(make("span"), `kind_${citation.kind.replace(" ", "_")}`));
  const validity = validityOf(citation);
  if (validity) meta.append(validity);
  const link = make("a", { class: "open", href: citation.url });
  link.append(put(make("span"), "open_source"), make("span", { class: "visually-hidden" }, ` ${citation.title}, ${citation.locator}`));
  return make(
    "li",
    { class: "card", id: cardId(turn, citation.number), tabindex: "-1" },
    make("div", { class: "card-head" }, make("span", { class: "number", "aria-hidden": "true" }, String(citation.number)), title),
    meta,
    citation.kind === "guidance" ? put(make("p", { class: "guidance" }), "guidance") : null,
    make("blockquote", { lang: citation.language }, make("p", {}, readable(citation.quote))),
    link,
  );
}

function validityOf(citation) {
  const from = citation.valid_from;
  const to = citation.valid_to && dayBefore(citation.valid_to);
  if (!from && !to) return null;
  const key = from && to ? "valid_between" : from ? "valid_from" : "valid_to";
  return put(make("span"), key, { from, to });
}

// `valid_to` is the first day no longer in force; people read the last day that is.
function dayBefore(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}
