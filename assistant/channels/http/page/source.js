// A document's page: the words in the reader's language, and the quoted span shown in its place.

import { goTo, markSpan, spanOf } from "./span.js";
import { applyWords, writeDays } from "./words.js";

applyWords();
writeDays(document);
showSpan();
addEventListener("hashchange", showSpan);

function showSpan() {
  const text = document.getElementById("text");
  const missing = document.getElementById("missing-span");
  const span = spanOf(location.hash);
  if (!text || !missing) return;
  const marks = span ? markSpan(text, ...span) : [];
  missing.hidden = !span || marks.length > 0;
  goTo(marks, document);
}
