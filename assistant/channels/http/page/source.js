// A document's page: the words in the reader's language, and the quoted span shown in its place.

import { applyWords, day } from "./words.js";

applyWords();
for (const time of document.querySelectorAll("time")) time.textContent = day(time.dateTime);
showSpan();
addEventListener("hashchange", showSpan);

/** Highlights the span named by #c{start}-{end} (code points of the canonical text) and goes there. */
function showSpan() {
  for (const old of document.querySelectorAll("mark.cited")) {
    old.replaceWith(...old.childNodes);
  }
  document.getElementById("text")?.normalize();
  const found = /^#c(\d{1,9})-(\d{1,9})$/.exec(location.hash);
  const missing = document.getElementById("missing-span");
  if (!missing) return;
  missing.hidden = true;
  if (!found) return;
  const marks = markSpan(Number(found[1]), Number(found[2]));
  missing.hidden = marks.length > 0;
  if (!marks.length) return;
  marks[0].setAttribute("tabindex", "-1");
  marks[0].focus({ preventScroll: true });
  marks[0].scrollIntoView({ block: "center" });
}

function markSpan(start, end) {
  const marks = [];
  for (const line of document.querySelectorAll("[data-start]")) {
    let at = Number(line.dataset.start);
    if (at >= end) break;
    for (const node of textNodes(line)) {
      const points = [...node.data]; // by code point, as offsets count, not by UTF-16 unit
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, points.length);
      at += points.length;
      if (from < to) marks.push(wrap(node, unitsIn(points, from), unitsIn(points, to)));
    }
  }
  return marks;
}

function textNodes(line) {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

function unitsIn(points, count) {
  return points.slice(0, count).join("").length;
}

function wrap(node, from, to) {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  const mark = document.createElement("mark");
  mark.className = "cited";
  range.surroundContents(mark);
  return mark;
}
