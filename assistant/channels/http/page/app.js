// The conversation: questions out, replies in, one at a time.

import { actions } from "./actions.js";
import { make, replyParts, spokenText } from "./reply.js";
import { applyWords, language, languages, put, say, setLanguage } from "./words.js";

const form = document.getElementById("ask");
const field = document.getElementById("question");
const send = document.getElementById("send");
const organisation = document.getElementById("organisation");
const conversation = document.getElementById("conversation");
const empty = document.getElementById("empty");
const newConversation = document.getElementById("new-conversation");
const announcement = document.getElementById("announcement");

let conversationId = randomId();
let turns = 0;
let pending = false;

applyWords();
fillLanguages();
fillOrganisations();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || pending) return;
  field.value = "";
  ask(text, organisation.value);
});

field.addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    if (!pending) ask(example.textContent, organisation.value);
  });
}

newConversation.addEventListener("click", () => {
  conversationId = randomId();
  conversation.replaceChildren();
  show(false);
  setPending(false);
  field.focus();
});

/** Adds a turn and fills it when the reply is here; a failed one can be tried again in place. */
async function ask(text, about) {
  const asked = conversationId;
  const turn = (turns += 1);
  const title = make("h2", { class: "question", id: `turn-${turn}` });
  title.append(put(make("span", { class: "visually-hidden" }), "you_asked"), " ", make("span", {}, text));
  const answer = make("div", { class: "answer" });
  const article = make("article", { class: "turn", "aria-labelledby": title.id }, title, answer);
  conversation.append(article);
  show(true);
  bringIntoView(article);
  await fill();

  async function fill() {
    setPending(true);
    answer.setAttribute("aria-busy", "true");
    answer.replaceChildren(put(make("p", { class: "searching" }), "searching"));
    const { reply, failure } = await replyTo({ question: text, organisation: about, conversation_id: asked });
    if (asked !== conversationId) return; // the reader has begun another conversation meanwhile
    answer.removeAttribute("aria-busy");
    setPending(false);
    if (failure) {
      showFailure(failure);
      return;
    }
    answer.replaceChildren(...replyParts(reply, turn, choose), actions(reply, turn, announce));
    announce(spokenText(reply));
  }

  function showFailure(key) {
    const retry = put(make("button", { type: "button", class: "option" }), "retry");
    retry.addEventListener("click", () => !pending && fill());
    const heading = put(make("p", { class: "outcome failed" }), "error_title");
    answer.replaceChildren(heading, put(make("p", { class: "text" }), key), retry);
    announce(`${say("error_title")}. ${say(key)}`);
  }

  function choose(option) {
    if (pending) return;
    if (!option.organisation) {
      ask(`${text} (${option.label})`, about);
      return;
    }
    // The choice stands for what is asked next, where the reader can see and change it.
    if ([...organisation.options].some(({ value }) => value === option.organisation)) {
      organisation.value = option.organisation;
    }
    ask(text, option.organisation);
  }
}

/** The reply, or the key of the words for what went wrong. */
async function replyTo(body) {
  try {
    const response = await fetch("/v1/ask", {
      method: "POST",
      headers: { "content-type": "application/json", "x-mandat-channel": "web" },
      body: JSON.stringify(body),
    });
    if (response.ok) return { reply: await response.json() };
    return { failure: failureKey((await response.json()).error?.code) };
  } catch (error) {
    // A proxy's error page is not JSON; an unreachable server gives a TypeError.
    return { failure: error instanceof TypeError ? "error_network" : "error_other" };
  }
}

function failureKey(code) {
  const known = ["library_empty", "index_unavailable", "organisation_not_found", "invalid_request"];
  if (code === "too_large") return "error_invalid_request";
  return known.includes(code) ? `error_${code}` : "error_other";
}

function announce(text) {
  announcement.textContent = text;
}

function show(talking) {
  empty.hidden = talking;
  conversation.hidden = !talking;
  newConversation.hidden = !talking;
}

function setPending(waiting) {
  pending = waiting;
  // Not `disabled`: that would throw the keyboard's focus off the button.
  send.setAttribute("aria-disabled", String(waiting));
}

function bringIntoView(element) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

function fillLanguages() {
  const choice = document.getElementById("language");
  for (const { code, name } of languages) choice.append(make("option", { value: code, lang: code }, name));
  choice.value = language();
  choice.addEventListener("change", () => setLanguage(choice.value));
}

async function fillOrganisations() {
  try {
    const response = await fetch("/v1/organisations");
    if (!response.ok) return;
    const places = (await response.json()).filter((place) => !place.is_country);
    places.sort((one, other) => one.name.localeCompare(other.name, language()));
    for (const place of places) organisation.append(make("option", { value: place.id }, place.name));
    // An intranet can link to /?organisation=ID and spare its people the choice.
    const wanted = new URLSearchParams(location.search).get("organisation");
    if (places.some((place) => place.id === wanted)) organisation.value = wanted;
  } catch {
    // Without the list every organisation is searched, as the selector says.
  }
}

function randomId() {
  // Not crypto.randomUUID: browsers offer that over https only.
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
