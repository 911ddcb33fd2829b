// The conversation: questions out, replies in, one at a time.

import { actions } from "./actions.js";
import { languageChoice, municipalityChoice } from "./choices.js";
import { make } from "./elements.js";
import { historyDialog, keep } from "./history.js";
import { opensSources } from "./panel.js";
import { replyParts, spokenText } from "./reply.js";
import { replyTo } from "./stream.js";
import { applyWords, language, put, say } from "./words.js";

const form = document.getElementById("ask");
const field = document.getElementById("question");
const send = document.getElementById("send");
const organisation = document.getElementById("organisation");
const conversation = document.getElementById("conversation");
const empty = document.getElementById("empty");
const newConversation = document.getElementById("new-conversation");
const announcement = document.getElementById("announcement");

const examples = document.getElementById("examples");
const general = () => [1, 2, 3].map((number) => put(make("button"), `example_${number}`));

let conversationId = randomId();
let said = []; // the turns of this conversation, as the history keeps them
let turns = 0;
let pending = false;

applyWords();
languageChoice(suggest);
municipalityChoice(organisation).then(suggest);
opensSources(conversation);
organisation.addEventListener("change", suggest);
document.getElementById("history").addEventListener("click", historyDialog(restore));

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

examples.addEventListener("click", ({ target }) => {
  if (target.matches(".example") && !pending) ask(target.textContent, organisation.value);
});

newConversation.addEventListener("click", () => {
  begin(randomId(), []);
  field.focus();
});

function begin(id, earlier) {
  conversationId = id;
  said = earlier;
  conversation.replaceChildren();
  show(false);
  setPending(false);
}

/** Shows a conversation that was kept; what is asked next goes on with it. */
function restore(kept) {
  begin(kept.id, kept.turns);
  for (const { text, about, reply } of kept.turns) addTurn(text, about).fill(reply);
  conversation.lastElementChild.querySelector("h2").focus();
}

/** Asks in a new turn and fills it when the reply is here; a failed one can be tried again in place. */
async function ask(text, about) {
  const asked = conversationId;
  const turn = addTurn(text, about);
  bringIntoView(turn.article);
  await find();

  async function find() {
    setPending(true);
    turn.wait("searching");
    const body = { question: text, organisation: about, conversation_id: asked };
    const { reply, failure } = await replyTo(
      body,
      (stage) => asked === conversationId && turn.wait(stage),
      (statement) => asked === conversationId && turn.tell(statement),
    );
    if (asked !== conversationId) return; // the reader has begun another conversation meanwhile
    setPending(false);
    if (failure) {
      turn.fail(failure, () => !pending && find());
      announce(`${say("error_title")}. ${say(failure)}`);
      return;
    }
    turn.fill(reply);
    said = [...said, { text, about, reply }];
    keep(conversationId, said);
    announce(spokenText(reply));
  }
}

/** A turn with its question, and how to fill in what comes. */
function addTurn(text, about) {
  const number = (turns += 1);
  const title = make("h2", { class: "question", id: `turn-${number}`, tabindex: "-1" });
  title.append(put(make("span", { class: "visually-hidden" }), "you_asked"), " ", make("span", {}, text));
  const answer = make("div", { class: "answer" });
  const article = make("article", { class: "turn", "aria-labelledby": title.id }, title, answer);
  conversation.append(article);
  show(true);

  return {
    article,
    wait(stage) {
      answer.setAttribute("aria-busy", "true");
      answer.replaceChildren(put(make("p", { class: "searching" }), stage));
    },
    tell(statement) {
      answer.querySelector(".searching")?.before(make("p", { class: "text" }, statement.text));
    },
    fill(reply) {
      answer.removeAttribute("aria-busy");
      answer.replaceChildren(...replyParts(reply, number, choose), actions(reply, number, announce));
    },
    fail(key, again) {
      const retry = put(make("button", { type: "button", class: "option" }), "retry");
      retry.addEventListener("click", again);
      answer.removeAttribute("aria-busy");
      const heading = put(make("p", { class: "outcome failed" }), "error_title");
      answer.replaceChildren(heading, put(make("p", { class: "text" }, key), key), retry);
    },
  };

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

/** Questions that this library answers, in place of the general ones; those stay where there are none. */
async function suggest() {
  const about = organisation.value;
  document.getElementById("map-link").search = about ? `?organisation=${encodeURIComponent(about)}` : "";
  try {
    const query = new URLSearchParams({ organisation: about, language: language() });
    const { questions } = await (await fetch(`/v1/suggestions?${query}`)).json();
    if (about !== organisation.value) return;
    const texts = questions.length ? questions.map((text) => make("button", {}, text)) : general();
    examples.replaceChildren(...texts.map((button) => {
      button.type = "button";
      button.className = "example";
      return make("li", {}, button);
    }));
  } catch {
    // The general examples are there.
  }
}

function announce(text) {
  announcement.textContent = text;
}

function show(talking) {
  empty.hidden = talking;
  document.getElementById("talk").hidden = !talking;
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

function randomId() {
  // Not crypto.randomUUID: browsers offer that over https only.
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
