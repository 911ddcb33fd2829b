"""The web page in a real browser, against a real server with a canned assistant behind it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from browsers import CHROMIUM, NO_BROWSER

sys.path.append(str(Path(__file__).parents[1] / "channels"))
import canned

from assistant.channels.wire import wire_exchange
from assistant.domain.document import Kind
from assistant.domain.reply import Complaint
from assistant.errors import LibraryEmpty

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)


@pytest.fixture(scope="module")
def server() -> Iterator[canned.Running]:
    with canned.running() as running:
        yield running


Opens = Callable[..., Any]


@pytest.fixture
def opens(server: canned.Running, browser: Any) -> Iterator[Opens]:
    """Opens the page in a fresh browser profile; afterwards holds it to its promises.

    No script error, no breach of the content policy, no request to another address.
    """
    server.reset()
    contexts: list[Any] = []
    trouble: list[str] = []
    expected: list[str] = []

    def open_page(path: str = "/", locale: str = "nb-NO", allow: str = "", **options: Any) -> Any:
        expected.append(allow)
        context = browser.new_context(locale=locale, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        context.on("page", watch)
        page.goto(server.url + path)
        if page.locator("#organisation").count():
            page.locator("#organisation option").nth(1).wait_for(state="attached")
        return page

    def watch(page: Any) -> None:
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith(server.url) else trouble.append(request.url),
        )

    yield open_page
    for context in contexts:
        context.close()
    allowed = [each for each in expected if each]
    assert [each for each in trouble if not any(text in each for text in allowed)] == []


def ask(page: Any, question: str) -> Any:
    """Types the question, sends it with Enter, and gives the turn once its reply is there."""
    before = page.locator(".turn").count()
    page.get_by_label("Spørsmålet ditt").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".actions, .failed").wait_for()
    return turn


def test_an_answer_shows_its_words_its_marks_and_its_quotes(opens: Opens) -> None:
    page = opens()
    turn = ask(page, canned.APPOINTMENTS)

    assert page.get_by_role("heading", name=canned.APPOINTMENTS).is_visible()
    assert canned.DECIDES in turn.locator(".text").inner_text()
    assert turn.locator(".text").get_attribute("lang") == "nb"
    assert turn.locator("blockquote").all_inner_texts() == [canned.BY_RULES.quote, canned.BY_GUIDE.quote]
    assert [each.get_attribute("lang") for each in turn.locator("blockquote").all()] == ["nb", "nn"]
    first = turn.locator(".card").first.inner_text()
    for shown in (canned.RULES.title, "Nordvik kommune", "§ 4-2", "Delegering", "Gjelder fra 1. jan. 2025"):
        assert shown in first
    assert turn.locator(".outcome").count() == 0
    assert page.locator("#empty").is_hidden()


def test_a_mark_leads_to_its_source(opens: Opens) -> None:
    page = opens()
    turn = ask(page, canned.APPOINTMENTS)
    turn.get_by_role("link", name="Kilde 2").click()

    assert page.evaluate("document.activeElement.id") == turn.locator(".card").nth(1).get_attribute("id")
    assert turn.locator(".card:target blockquote").inner_text() == canned.BY_GUIDE.quote


def test_guidance_is_labelled_and_binding_rules_are_not(opens: Opens) -> None:
    turn = ask(opens(), canned.APPOINTMENTS)
    assert [card.locator(".guidance").count() for card in turn.locator(".card").all()] == [0, 1]
    assert canned.GUIDE.kind is Kind.GUIDANCE
    assert turn.locator(".guidance").inner_text() == "Veiledning, ikke bindende"


def test_disagreement_is_named_with_both_sides_and_their_dates(opens: Opens) -> None:
    turn = ask(opens(), "Hvor lenge kan myndigheten delegeres?")

    assert turn.locator(".outcome").inner_text() == "Dokumentene er ikke enige"
    assert "Gjelder 1. jan. 2021 – 31. des. 2024" in turn.locator(".card").nth(1).inner_text()
    assert "Svart uten vektorsøk." in turn.inner_text()


def test_a_list_that_was_cut_can_be_seen_whole(opens: Opens) -> None:
    turn = ask(opens(), "Hva har enhetsleder ansvar for?")
    turn.get_by_text("Vis hele listen (5)").click()
    assert turn.locator(".full-list li").count() == 5
    assert turn.get_by_text("innbyggerdialogen").is_visible()

    short = ask(turn.page, canned.APPOINTMENTS)
    assert short.locator(".full-list").count() == 0


def test_an_abstention_shows_the_closest_passages_and_whom_to_ask(opens: Opens) -> None:
    turn = ask(opens(), "Hvem er formand for Chefforum?")

    assert turn.locator(".outcome").inner_text() == "Dokumentene sier det ikke"
    assert turn.get_by_role("heading", name="Nærmeste avsnitt – ikke et svar").is_visible()
    assert turn.locator("blockquote").inner_text() == canned.BY_FORUM.quote
    assert "Spør heller: Direktionssekretariatet" in turn.inner_text()


def test_every_abstention_has_its_name(opens: Opens) -> None:
    page = opens()
    for question, label in (
        ("Hva koster en is?", "Ikke funnet i dokumentene"),
        ("Skriv et dikt", "Utenfor det jeg kan svare på"),
        ("Er du der?", "Kan ikke svare akkurat nå"),
    ):
        turn = ask(page, question)
        assert turn.locator(".outcome").inner_text() == label
        assert turn.locator(".card").count() == 0


def test_choosing_an_option_asks_again_about_that_organisation(opens: Opens, server: canned.Running) -> None:
    page = opens()
    turn = ask(page, "Vem bestämmer?")
    turn.get_by_role("button", name="Nordvik kommune").click()
    page.locator(".turn").nth(1).locator("blockquote").first.wait_for()

    asked = [(question.text, question.organisation) for question in server.assistant.asked]
    assert asked == [("Vem bestämmer?", ""), ("Vem bestämmer?", "nordvik")]
    assert page.get_by_label("Gjelder").input_value() == "nordvik"
    assert len({question.conversation_id for question in server.assistant.asked} - {""}) == 1


def test_what_documents_readers_and_models_say_stays_text(opens: Opens) -> None:
    page = opens()
    turn = ask(page, canned.HOSTILE)

    assert turn.locator("img, script, b, i").count() == 0
    assert page.title() == "Mandat"
    assert turn.get_by_role("heading", level=2).inner_text().endswith(canned.HOSTILE)
    assert "<b>fet</b>" in turn.locator(".text").inner_text()
    assert "[7]" in turn.locator(".text").inner_text()
    assert turn.locator(".text .mark").all_inner_texts() == ["1"]
    assert "Nordvik <i>kommune</i>" in turn.locator(".meta").inner_text()


def test_a_finished_answer_is_announced_once(opens: Opens) -> None:
    page = opens()
    page.evaluate(
        """() => {
            window.said = [];
            const spot = document.getElementById("announcement");
            const hear = (changes) => said.push(...changes.map((change) => change.addedNodes[0].data));
            new MutationObserver(hear).observe(spot, {childList: true});
        }"""
    )
    ask(page, canned.APPOINTMENTS)

    assert page.locator("[aria-live]").count() == 1
    assert page.evaluate("said") == [
        f"Svar: {canned.DECIDES} Videre delegering bør være skriftlig. 2 kilder."
    ]


def test_the_keyboard_is_enough(opens: Opens, server: canned.Running) -> None:
    page = opens()
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.type("Hvem")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("avgjør?")
    page.keyboard.press("Enter")
    page.locator(".actions").wait_for()
    assert [question.text for question in server.assistant.asked] == ["Hvem\navgjør?"]
    assert page.evaluate("document.activeElement.id") == "question"

    names = []
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        names.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
    expected = {
        "Ikke nyttig",
        "Nyttig",
        "Skriv ut",
        "Kopier svar med kilder",
        "Historikk",
        "Kart",
        "Ny samtale",
    }
    assert expected <= set(names)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_everything_to_press_or_fill_in_has_a_name(opens: Opens) -> None:
    page = opens()
    ask(page, canned.APPOINTMENTS).get_by_role("button", name="Ikke nyttig", exact=True).click()
    page.locator(".comment").wait_for()

    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, textarea, summary")]
            .filter((each) => !(each.innerText || each.getAttribute("aria-label")
                || [...(each.labels ?? [])].some((label) => label.textContent.trim())))
            .map((each) => each.outerHTML)"""
    )
    assert nameless == []


def test_feedback_reaches_the_transcripts_with_its_comment(opens: Opens, server: canned.Running) -> None:
    turn = ask(opens(), canned.APPOINTMENTS)
    turn.get_by_role("button", name="Nyttig", exact=True).click()
    turn.get_by_text("Takk for tilbakemeldingen").wait_for()
    assert turn.locator(".comment").is_hidden()

    turn.get_by_role("button", name="Ikke nyttig").click()
    turn.get_by_label("Reglene er utdaterte").check()
    turn.get_by_label("Kommentar (valgfritt)").fill("Gammel versjon")
    turn.get_by_role("button", name="Send", exact=True).click()
    turn.locator(".comment").wait_for(state="hidden")
    assert server.transcripts.complaints == [None, None, Complaint.OUTDATED]

    assert server.transcripts.verdicts == [
        ("e1", True, ""),
        ("e1", False, ""),
        ("e1", False, "Gammel versjon"),
    ]
    assert turn.get_by_role("button", name="Ikke nyttig").get_attribute("aria-pressed") == "true"


def test_the_answer_is_copied_with_its_sources(opens: Opens, server: canned.Running) -> None:
    page = opens(permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, canned.APPOINTMENTS)
    turn.get_by_role("button", name="Kopier svar med kilder").click()
    turn.get_by_role("button", name="Kopiert").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    [(_, exchange)] = server.transcripts.recorded
    for citation in wire_exchange(exchange).citations:
        assert f"«{citation.quote}»" in copied
        assert server.url + citation.url in copied
    assert copied.startswith(canned.DECIDES)


@pytest.mark.parametrize(
    ("locale", "lang", "title"),
    [
        ("no", "nb", "Hvem bestemmer – og hvor står det?"),
        ("nn-NO", "nn", "Kven avgjer – og kvar står det?"),
        ("sv-FI", "sv", "Vem bestämmer – och var står det?"),
        ("de-DE", "nb", "Hvem bestemmer – og hvor står det?"),
    ],
)
def test_the_page_speaks_the_readers_language(opens: Opens, locale: str, lang: str, title: str) -> None:
    page = opens(locale=locale)
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.locator(".example:visible").count() == 3
    assert all(page.locator(".example:visible").all_inner_texts())


def test_a_change_of_language_reaches_what_is_on_the_page_and_lasts(opens: Opens) -> None:
    page = opens()
    turn = ask(page, canned.APPOINTMENTS)
    page.get_by_label("Språk").select_option("en")

    assert turn.get_by_role("heading", name="Sources").is_visible()
    assert "In force from 1 Jan 2025" in turn.inner_text()
    assert canned.DECIDES in turn.locator(".text").inner_text()
    page.reload()
    page.get_by_role("heading", name="Who decides").wait_for()


def test_countries_are_no_choice_and_the_chosen_organisation_is_sent(
    opens: Opens, server: canned.Running
) -> None:
    page = opens()
    shown = page.get_by_label("Gjelder").locator("option").all_inner_texts()
    assert shown == ["Alle organisasjoner", "Björkhaga kommun", "Nordvik kommune", "Sundby Kommune"]

    page.get_by_label("Gjelder").select_option("sundby")
    page.get_by_role("button", name="Hvem avgjør tilsettinger?").click()
    page.locator(".actions").wait_for()
    [question] = server.assistant.asked
    assert (question.organisation, question.channel) == ("sundby", "web")


def test_an_intranet_can_link_to_its_own_organisation(opens: Opens) -> None:
    page = opens("/?organisation=bjorkhaga")
    sync_api.expect(page.get_by_label("Gjelder")).to_have_value("bjorkhaga")


def test_a_failure_is_told_in_words_and_can_be_tried_again(opens: Opens, server: canned.Running) -> None:
    page = opens(allow="503")
    server.assistant.fails_with = LibraryEmpty("nothing ingested; run `mandat ingest`")
    turn = ask(page, canned.APPOINTMENTS)
    assert "Ingen dokumenter er lagt inn ennå." in turn.inner_text()
    assert "mandat ingest" not in turn.inner_text()

    server.assistant.fails_with = None
    turn.get_by_role("button", name="Prøv igjen").click()
    turn.locator("blockquote").first.wait_for()
    assert page.locator(".turn").count() == 1


def test_a_server_that_cannot_be_reached_is_told_from_one_that_fails(
    opens: Opens, server: canned.Running
) -> None:
    page = opens(allow="Failed to load resource")
    page.route("**/v1/ask/stream", lambda route: route.abort())
    assert "Får ikke kontakt med tjenesten" in ask(page, "Hvem?").inner_text()

    page.unroute("**/v1/ask/stream")
    page.route("**/v1/ask/stream", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    assert "Noe gikk galt på tjeneren" in ask(page, "Hvem?").inner_text()


def test_a_new_conversation_leaves_the_old_reply_behind(opens: Opens, server: canned.Running) -> None:
    page = opens()
    server.assistant.waits_for = go_on = Event()
    page.get_by_label("Spørsmålet ditt").fill(canned.APPOINTMENTS)
    page.keyboard.press("Enter")
    page.get_by_text("Leter i dokumentene").wait_for()
    page.get_by_role("button", name="Ny samtale").click()
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/v1/ask/stream")):
        go_on.set()
    server.assistant.waits_for = None
    page.wait_for_timeout(100)
    assert page.locator("#empty").is_visible()
    assert page.locator("#announcement").inner_text() == ""

    ask(page, canned.APPOINTMENTS)
    assert page.locator(".turn").count() == 1
    first, second = (question.conversation_id for question in server.assistant.asked)
    assert first != second


def test_the_source_opens_at_the_quoted_words(opens: Opens) -> None:
    page = opens()
    turn = ask(page, canned.APPOINTMENTS)
    source = opens(turn.get_by_role("link", name="Åpne i kilden").first.get_attribute("href"))
    mark = source.locator("mark.cited")
    mark.first.wait_for()

    # An emoji before the span in its line: offsets counted in UTF-16 units would be one off.
    assert canned.RULES_TEXT[: canned.BY_RULES.start].endswith("\n🌲 ")
    assert "".join(mark.all_inner_texts()) == canned.BY_RULES.quote
    box = mark.bounding_box()
    assert 0 < box["y"] < source.viewport_size["height"]
    assert source.evaluate("document.activeElement.tagName") == "MARK"
    assert source.get_by_role("heading", level=1).inner_text() == canned.RULES.title
    source.get_by_text("Innhold").wait_for(state="visible")


def test_a_span_over_lines_and_furniture_is_marked_in_each(opens: Opens) -> None:
    start, end = canned.RULES_TEXT.index("skriftlig"), canned.RULES_TEXT.index("5 Økonomi")
    page = opens(f"/documents/nordvik%2Fdelegeringsreglement?version=2025-01-01#c{start}-{end}")
    page.locator("mark.cited").first.wait_for()

    marked = page.locator("mark.cited").all_inner_texts()
    assert marked == [line for line in canned.RULES_TEXT[start:end].split("\n") if line]
    assert page.locator(".furniture mark.cited").count() == 1

    page.evaluate("location.hash = '#c0-7'")
    sync_api.expect(page.locator("mark.cited")).to_have_text(["Deleger"])


def test_a_span_beyond_the_text_is_said_to_be_missing(opens: Opens) -> None:
    page = opens("/documents/sundby%2Fledelsesgrundlag?version=2025#c90000-90010")
    # the words come when the page's modules have been read
    page.get_by_text("Det siterte stedet finnes ikke i denne versjonen.").wait_for(state="visible")
    assert page.locator("mark").count() == 0


def test_nothing_runs_over_the_edge_of_a_narrow_screen(opens: Opens, server: canned.Running) -> None:
    page = opens(viewport={"width": 320, "height": 640})
    for question in canned.REPLIES:
        ask(page, question)
    for language in ("nb", "nn", "da", "sv", "en"):
        page.locator("#language").select_option(language)
        assert (language, page.evaluate("document.documentElement.scrollWidth")) == (language, 320)
        assert page.locator("#language").bounding_box()["width"] > 80
    page.goto(f"{server.url}/documents/nordvik%2Fdelegeringsreglement")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


CONTRASTS = """() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, at) => sum + weight * channel(rgb[at] / 255), 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || !element.checkVisibility() || element.tagName === "OPTION") continue;
    const ink = light(parse(getComputedStyle(element).color));
    const paper = light(ground(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    found.push([ratio, element.className || element.tagName]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opens: Opens, scheme: str) -> None:
    page = opens(color_scheme=scheme)
    start = canned.BY_RULES.start
    seen = page.evaluate(CONTRASTS)
    for question in canned.REPLIES:
        ask(page, question)
    seen += page.evaluate(CONTRASTS)
    page.goto(f"{page.url}documents/nordvik%2Fdelegeringsreglement?version=2021-01-01#c{start}-{start + 20}")
    page.locator("mark.cited").wait_for()
    seen += page.evaluate(CONTRASTS)

    assert len(seen) > 100
    assert [each for each in seen if each[0] < 4.5] == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper))) > 380) == (scheme == "light")
