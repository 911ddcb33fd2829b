// What a reader can do with a reply: copy it, say whether it helped.

import { make } from "./elements.js";
import { plainText } from "./reply.js";
import { put, putLabel, say } from "./words.js";

const COMPLAINTS = ["wrong", "incomplete", "outdated", "elsewhere", "unclear", "other"];

/** The row of buttons below a reply; `announce` says a short result to screen readers. */
export function actions(reply, turn, announce) {
  const copy = put(make("button", { type: "button", class: "quiet" }), "copy");
  copy.addEventListener("click", async () => {
    const key = (await copied(plainText(reply, location.origin))) ? "copied" : "copy_failed";
    put(copy, key);
    announce(say(key));
    setTimeout(() => put(copy, "copy"), 2500);
  });
  const print = put(make("button", { type: "button", class: "quiet" }), "print");
  print.addEventListener("click", () => window.print());
  return make("div", { class: "actions" }, copy, print, feedback(reply, turn, announce));
}

function feedback(reply, turn, announce) {
  const group = putLabel(make("div", { class: "feedback", role: "group" }), "feedback_label");
  const up = put(make("button", { type: "button", class: "quiet thumb", "aria-pressed": "false" }), "helpful");
  const down = put(make("button", { type: "button", class: "quiet thumb down", "aria-pressed": "false" }), "unhelpful");
  const form = complaintForm(turn, (complaint, text) => vote(false, complaint, text));
  form.hidden = true;
  const result = make("p", { class: "result" });

  async function vote(helpful, complaint = null, text = "") {
    const kept = await sent({ id: reply.id, helpful, complaint, comment: text });
    if (kept) {
      up.setAttribute("aria-pressed", String(helpful));
      down.setAttribute("aria-pressed", String(!helpful));
      form.hidden = helpful || complaint !== null;
    }
    put(result, kept ? "thanks" : "feedback_failed");
    announce(result.textContent);
  }

  up.addEventListener("click", () => vote(true));
  // The verdict counts at once; what was wrong may be added to it.
  down.addEventListener("click", () => vote(false));
  group.append(up, down, result, form);
  return group;
}

function complaintForm(turn, send) {
  const choices = COMPLAINTS.map((value) => {
    const input = make("input", { type: "radio", name: `turn-${turn}-complaint`, value, required: "" });
    return make("label", {}, input, " ", put(make("span"), `complaint_${value}`));
  });
  const id = `turn-${turn}-comment`;
  const text = make("textarea", { id, rows: "2", maxlength: "2000" });
  const form = make("form", { class: "comment" },
    make("fieldset", {}, put(make("legend"), "why"), ...choices),
    put(make("label", { for: id }), "comment"), text, put(make("button", { type: "submit", class: "quiet" }), "send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(new FormData(form).get(`turn-${turn}-complaint`), text.value.trim());
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
