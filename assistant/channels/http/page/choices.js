// What a reader chooses at the top of a page: a language, a municipality.

import { make } from "./elements.js";
import { language, languages, setLanguage } from "./words.js";

/** Fills the choice of language; `changed()` is called when the reader has made one. */
export function languageChoice(changed) {
  const choice = document.getElementById("language");
  for (const { code, name } of languages) choice.append(make("option", { value: code, lang: code }, name));
  choice.value = language();
  choice.addEventListener("change", () => {
    setLanguage(choice.value);
    changed();
  });
}

/** Adds the library's municipalities to a choice, with the one that the address names; how many there are. */
export async function municipalityChoice(choice) {
  const places = (await listed()).filter((place) => !place.is_country);
  places.sort((one, other) => one.name.localeCompare(other.name, language()));
  for (const place of places) choice.append(make("option", { value: place.id }, place.name));
  // An intranet can link to /?organisation=ID and spare its people the choice.
  const wanted = new URLSearchParams(location.search).get("organisation");
  if (places.some((place) => place.id === wanted)) choice.value = wanted;
  return places.length;
}

async function listed() {
  try {
    const response = await fetch("/v1/organisations");
    return response.ok ? await response.json() : [];
  } catch {
    return []; // without the list every organisation is searched, as the choice says
  }
}
