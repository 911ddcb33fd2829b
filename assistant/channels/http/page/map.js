// The map of a municipality: a chart, what is said of each body and role, and who decides what.

import { factList, sourceLink } from "./cards.js";
import { languageChoice, municipalityChoice } from "./choices.js";
import { make } from "./elements.js";
import { opensSources } from "./panel.js";
import { tree } from "./tree.js";
import { applyWords, language, put, say } from "./words.js";

const organisation = document.getElementById("organisation");
const asOf = document.getElementById("as-of");
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const drawn = document.getElementById("drawn");

const FIRST = ["purpose", "answers for", "decides"]; // what tells most of a body or role

let filters = []; // each hides what does not hold the words searched for: words → [how many are left, of all]

applyWords();
entitle();
languageChoice(entitle);
opensSources(drawn);
for (const field of [organisation, asOf]) field.addEventListener("change", draw);
search.addEventListener("input", filter);
document.getElementById("choice").addEventListener("submit", (event) => event.preventDefault());
asOf.value = new URLSearchParams(location.search).get("as_of") ?? "";
// none is chosen to begin with, unless there is but one
const none = put(make("option", { value: "" }), "map_choose");
organisation.append(none);
if ((await municipalityChoice(organisation)) === 1) none.remove();
draw();

async function draw() {
  const query = new URLSearchParams({ organisation: organisation.value });
  if (asOf.value) query.set("as_of", asOf.value);
  history.replaceState(null, "", organisation.value ? `?${query}` : location.pathname);
  document.getElementById("back").search = organisation.value ? `?organisation=${encodeURIComponent(organisation.value)}` : "";
  filters = [];
  shown.textContent = "";
  if (!organisation.value) {
    drawn.replaceChildren(put(make("p", { class: "note" }), "map_choose"));
    return;
  }
  drawn.setAttribute("aria-busy", "true");
  const map = await fetched(`/v1/map?${query}`);
  drawn.removeAttribute("aria-busy");
  if (!map) {
    drawn.replaceChildren(put(make("p", { class: "notice" }), "map_failed"));
    return;
  }
  const parts = [chart(map), nodes("map_bodies", map.bodies), nodes("map_roles", map.roles), rights(map.rights), rules(map.rules), remarks(map.remarks)];
  const there = parts.filter((part) => part !== null);
  drawn.replaceChildren(...(there.length ? there : [put(make("p", { class: "note" }), "map_none")]));
  filter();
}

function filter() {
  const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const counts = filters.map((hide) => hide(words));
  const [n, all] = [0, 1].map((at) => counts.reduce((sum, count) => sum + count[at], 0));
  if (all) put(shown, "map_shown", { n, all });
}

/** Hides those of the elements that lack a word searched for; how many are left, of how many. */
function hides(elements) {
  const texts = elements.map((element) => element.textContent.toLocaleLowerCase());
  return (words) => {
    elements.forEach((element, at) => {
      element.hidden = !words.every((word) => texts[at].includes(word));
    });
    return [elements.filter((element) => !element.hidden).length, elements.length];
  };
}

function section(key, ...parts) {
  const title = put(make("h2", { id: `title-${key}` }), key);
  return make("section", { class: "map-part", "aria-labelledby": title.id }, title, ...parts);
}

function chart(map) {
  const roots = tree(map);
  if (!roots.length) return null;
  return section("map_chart", make("ul", { class: "tree" }, ...roots.map(branch)));
}

function branch({ node, leader, below }) {
  const name = make("a", { class: node.is_role ? "box role" : "box body", href: `#${anchor(node.name)}` }, node.name);
  name.addEventListener("click", () => {
    const told = document.getElementById(anchor(node.name))?.closest("details");
    if (told) told.open = true;
  });
  put(name.appendChild(make("span", { class: "visually-hidden" })), node.is_role ? "role" : "body");
  const item = make("li", {}, name);
  if (leader) item.append(put(make("span", { class: "leader" }), "map_led_by", { name: leader }));
  if (below.length) item.append(make("ul", {}, ...below.map(branch)));
  return item;
}

function nodes(key, all) {
  if (!all.length) return null;
  const cards = all.map((node) => {
    const title = make("h3", { id: anchor(node.name) }, node.name);
    const first = node.facts.find((fact) => FIRST.includes(fact.facet)) ?? node.facts[0];
    if (!first) return make("li", { class: "node" }, title, put(make("p", { class: "note" }), "map_unlisted"));
    const summary = make("summary", {}, title, make("p", { class: "note" }, first.text));
    return make("li", { class: "node" }, make("details", {}, summary, factList(node.facts)));
  });
  filters.push(hides(cards));
  return section(key, make("ul", { class: "nodes" }, ...cards));
}

function rights(all) {
  if (!all.length) return null;
  const keys = ["matter", "decider", "limits", "legal_basis", "source"];
  const head = make("tr", {}, ...keys.map((key) => put(make("th", { scope: "col" }), key)));
  const rows = all.map((right) => {
    const who = make("td", {}, `${right.decider} `, put(make("span", { class: "act" }), `act_${right.act.replaceAll(" ", "_")}`));
    return make("tr", {}, make("th", { scope: "row" }, right.matter), who, make("td", {}, right.limits),
      make("td", {}, right.legal_basis), make("td", {}, sourceLink(right.source)));
  });
  const decider = make("select");
  decider.append(put(make("option", { value: "" }), "map_all_deciders"));
  const names = [...new Set(all.map((right) => right.decider))].sort((one, other) => one.localeCompare(other, language()));
  for (const name of names) decider.append(make("option", { value: name }, name));
  const byWords = hides(rows);
  filters.push((words) => {
    byWords(words);
    rows.forEach((row, at) => {
      row.hidden ||= decider.value !== "" && all[at].decider !== decider.value;
    });
    return [rows.filter((row) => !row.hidden).length, rows.length];
  });
  decider.addEventListener("change", filter);
  const label = make("label", { class: "decider" }, put(make("span"), "decider"), " ", decider);
  // A region that scrolls must be reachable by keyboard.
  const scrolls = make("div", { class: "scrolls", tabindex: "0", role: "group", "aria-labelledby": "title-map_rights" },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  return section("map_rights", label, scrolls);
}

function rules(all) {
  if (!all.length) return null;
  const items = all.map((rule) => make("li", {}, `${rule.text} `, sourceLink(rule.source)));
  filters.push(hides(items));
  return section("map_rules", make("ul", { class: "plain" }, ...items));
}

function remarks(all) {
  if (!all.length) return null;
  const items = all.map((remark) => {
    const item = make("li", {}, put(make("strong"), `remark_${remark.kind.replaceAll(" ", "_")}`), ` ${remark.about} `);
    for (const source of remark.sources) item.append(sourceLink(source), " ");
    return item;
  });
  return section("map_remarks", make("ul", { class: "plain" }, ...items));
}

function anchor(name) {
  return `node-${name.toLocaleLowerCase().replace(/\s+/g, "-")}`;
}

async function fetched(address) {
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function entitle() {
  document.title = `${say("map")} – Mandat`;
}
