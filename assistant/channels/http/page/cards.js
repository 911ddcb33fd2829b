// What a reply tells as data: a decision right with its way, a body or a role.

import { make } from "./elements.js";
import { put } from "./words.js";

/** The card of a reply; null when it has none that tells more than the text. `mark(number)` points to a source. */
export function cardOf(reply, mark) {
  if (reply.decision) return decisionCard(reply.decision, mark);
  if (reply.profile && reply.profile.facts.length > 1) return profileCard(reply.profile);
  return null;
}

function decisionCard(decision, mark) {
  const rows = make("dl", { class: "facts" });
  const who = make("dd", {}, `${decision.decider} `, put(make("span"), keyOf("act", decision.act)));
  row(rows, "decider", who);
  if (decision.limits) row(rows, "limits", make("dd", {}, decision.limits));
  if (decision.legal_basis) row(rows, "legal_basis", make("dd", {}, decision.legal_basis));
  if (decision.further !== "unstated") row(rows, "further", put(make("dd"), `further_${decision.further}`));
  const parts = [put(make("h3"), "decision"), make("p", { class: "fact-title" }, decision.matter.split(": ").pop()), rows];
  if (decision.chain.length > 1) parts.push(put(make("h4"), "chain"), way(decision.chain, mark));
  return make("section", { class: "fact-card" }, ...parts);
}

/** From who gave the power, over who decides, to who has a part of it. */
function way(chain, mark) {
  const list = make("ol", { class: "chain" });
  for (const link of chain) {
    const step = make("li", {}, make("strong", {}, link.actor), " ", put(make("span"), keyOf("act", link.act)));
    if (link.limits) step.append(make("span", { class: "chain-limits" }, link.limits));
    step.append("\u00a0", mark(link.citation));
    list.append(step);
  }
  return list;
}

function profileCard(profile) {
  const summary = put(make("summary"), "more_about", { name: profile.name });
  return make("details", { class: "fact-card" }, summary, factList(profile.facts));
}

/** What is said of a body or role, each with the way to its source. */
export function factList(facts) {
  const rows = make("dl", { class: "facts" });
  let last = "";
  for (const fact of facts) {
    const told = make("dd", {}, `${fact.text} `, sourceLink(fact.source));
    if (fact.facet === last) rows.lastElementChild.append(told);
    else row(rows, keyOf("facet", fact.facet), told);
    last = fact.facet;
  }
  return rows;
}

/** A link to where a fact stands, named by its locator. */
export function sourceLink(source) {
  const link = make("a", { class: "where", href: source.url });
  link.append(put(make("span", { class: "visually-hidden" }), "source_short"), ` ${source.locator || source.title}`);
  return link;
}

function row(list, key, told) {
  list.append(make("div", {}, put(make("dt"), key), told));
}

function keyOf(kind, value) {
  return `${kind}_${value.replaceAll(" ", "_")}`;
}
