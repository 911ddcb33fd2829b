// A document's text as the server writes it, and the highlight of a span of it.

/** Takes the highlights in `root` away and marks [start, end) of the canonical text; the marks made. */
export function markSpan(root, start, end) {
  for (const old of root.querySelectorAll("mark.cited")) old.replaceWith(...old.childNodes);
  root.normalize();
  const marks = [];
  for (const line of root.querySelectorAll("[data-start]")) {
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

/** [start, end] of an address ending in #c{start}-{end}; null for any other. */
export function spanOf(address) {
  const found = /#c(\d{1,9})-(\d{1,9})$/.exec(address);
  return found && [Number(found[1]), Number(found[2])];
}

/** Shows the first of the marks and puts the reading position there; PDF links lead to its page. */
export function goTo(marks, root) {
  const [first] = marks;
  if (!first) return;
  first.setAttribute("tabindex", "-1");
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "center" });
  const page = first.closest("[data-page]")?.dataset.page;
  const pdf = root.querySelector(".original-pdf");
  if (pdf && page) pdf.hash = `page=${page}`;
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
