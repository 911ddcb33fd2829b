// What a reader can do with a reply: copy it, say whether it helped.

import { make, plainText } from "./reply.js";
import { put, putLabel, say } from "./words.js";

/** The row of buttons below a reply; `announce` says a short result to screen readers. */
export function actions(reply, turn, announce) {
  const copy = put(make("button", { type: "button", class: "quiet" }), "copy");
  copy.addEventListener("click", async () => {
    const key = (await copied(plainText(reply, location.origin))) ? "copied" : "copy_failed";
    put(copy, key);
    announce(say(key));
    setTimeout(() => put(copy, "copy"), 2500);
  });
  return make("div", { class: "actions" }, copy, feedback(reply, turn, announce));
}

function feedback(reply, turn, announce) {
  const group = putLabel(make("div", { class: "feedback", role: "group" }), "feedback_label");
  const up = put(make("button", { type: "button", class: "quiet thumb", "aria-pressed": "false" }), "helpful");
  const down = put(make("button", { type: "button", class: "quiet thumb down", "aria-pressed": "false" }), "not_helpful");
  const comment = commentForm(turn, (text) => vote(false, text));
  comment.hidden = true;
  const result = make("p", { class: "result" });

  async function vote(helpful, text = "") {
    const kept = await sent({ id: reply.id, helpful, comment: text });
    if (kept) {
      up.setAttribute("aria-pressed", String(helpful));
      down.setAttribute("aria-pressed", String(!helpful));
      comment.hidden = helpful || text !== "";
    }
    put(result, kept ? "thanks" : "feedback_failed");
    announce(result.textContent);
  }

  up.addEventListener("click", () => vote(true));
  down.addEventListener("click", () => vote(false));
  group.append(up, down, result, comment);
  return group;
}

function commentForm(turn, send) {
  const id = `turn-${turn}-comment`;
  const text = make("textarea", { id, rows: "2", maxlength: "2000" });
  const form = make("form", { class: "comment" }, put(make("label", { for: id }), "comment_label"), text,
    put(make("button", { type: "submit", class: "quiet" }), "send_comment"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim()) send(text.value.trim());
  });
  return form;
}

async function sent(body) {
  try {
    const response = await fetch("/v1/feedback", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok;
  } catch {
    return false;
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The clipboard is closed to pages that were not served over https; the old way still works there.
    const area = make("textarea", { class: "visually-hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
