"""The page's views in a real browser over the sample corpus: panel, cards, map, history; and for everyone."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import CHROMIUM, NO_BROWSER

sys.path.append(str(Path(__file__).parents[1] / "channels"))
from canned import served

from assistant.app import create_server
from assistant.settings import Settings

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_core = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHAIN = "Hvem har gitt kommunedirektøren myndighet til å inngå kontrakter, og hvem har fått den videre?"
PAGE_BYTES = 300_000
PAINT_MS = 500


@pytest.fixture(scope="module")
def url(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("views") / "home"
    shutil.copytree(corpus_home, home, ignore=shutil.ignore_patterns("transcripts*"))
    with served(create_server(Settings(home=home))) as address:
        yield address


Opens = Callable[..., Any]


@pytest.fixture
def opens(url: str, browser: Any) -> Iterator[Opens]:
    """Opens an address in a fresh profile; afterwards there was no script error and no foreign request."""
    contexts: list[Any] = []
    trouble: list[str] = []

    def open_page(path: str = "/", locale: str = "nb-NO", **options: Any) -> Any:
        context = browser.new_context(locale=locale, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
        # the browser's own reader of PDFs is an extension of it
        own = (url, "chrome-extension://", "chrome://")
        page.on(
            "request", lambda request: None if request.url.startswith(own) else trouble.append(request.url)
        )
        page.goto(url + path)
        page.locator("#organisation option").nth(1).wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def ask(page: Any, question: str, organisation: str = "") -> Any:
    before = page.locator(".turn").count()
    if organisation:
        page.locator("#organisation").select_option(organisation)
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".actions").wait_for()
    return turn


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong on the page as it stands, a line for each element."""
    page.evaluate((Path(axe_core.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    return [f"{each['id']}: {node['html'][:150]}" for each in found["violations"] for node in each["nodes"]]


def test_the_examples_are_of_this_library_and_get_an_answer(opens: Opens) -> None:
    page = opens("/?organisation=granvik")
    page.get_by_role("button", name="Når møtes Kommunedirektørens ledergruppe?").wait_for()
    page.get_by_label("Språk").select_option("en")
    page.get_by_role("button", name="When does Kommunedirektørens ledergruppe meet?").click()
    turn = page.locator(".turn")
    turn.locator(".actions").wait_for()
    assert turn.locator(".outcome").count() == 0
    assert turn.locator("blockquote").count() >= 1


def test_a_source_opens_beside_the_conversation_at_the_quote_and_gives_the_focus_back(opens: Opens) -> None:
    page = opens(viewport={"width": 1400, "height": 900})
    turn = ask(page, "Hvem leder HR-forum?", "granvik")
    quote = turn.locator("blockquote").first.inner_text()
    link = turn.get_by_role("link", name="Åpne i kilden").first
    link.click()
    panel = page.get_by_role("dialog", name="Kilden")
    panel.locator("mark.cited").first.wait_for()
    assert "".join(panel.locator("mark.cited").all_inner_texts()) == quote
    box = panel.locator("mark.cited").first.bounding_box()
    assert 0 < box["y"] < 900
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    # the conversation stays usable beside it
    assert turn.locator(".text").bounding_box()["x"] + 10 < panel.bounding_box()["x"]
    assert panel.get_by_text("Ledelsesdokument").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert link.evaluate("element => element === document.activeElement")


def test_on_a_narrow_screen_the_source_takes_the_whole_of_it(opens: Opens) -> None:
    page = opens(viewport={"width": 320, "height": 640})
    turn = ask(page, "Hvem leder HR-forum?", "granvik")
    turn.get_by_role("link", name="Åpne i kilden").first.click()
    panel = page.get_by_role("dialog", name="Kilden")
    panel.locator("mark.cited").first.wait_for()
    assert panel.bounding_box()["width"] == 320
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert panel.evaluate("element => element.querySelector('.panel-body').scrollWidth") <= 320
    assert violations(page) == []
    panel.get_by_role("button", name="Lukk").click()
    panel.wait_for(state="hidden")


def test_the_original_file_can_be_had_where_it_still_lies_unchanged(opens: Opens) -> None:
    page = opens()
    turn = ask(page, "Hvem leder HR-forum?", "granvik")
    turn.get_by_role("link", name="Åpne i kilden").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned originalfilen").click()
    assert download.value.suggested_filename.endswith(".pptx")


def test_a_pdf_is_shown_at_the_page_of_the_quote(opens: Opens) -> None:
    page = opens(viewport={"width": 1400, "height": 900})
    turn = ask(page, "Hvor mange medlemmer har kommunestyret?", "granvik")
    card = turn.locator(".card").filter(has_text="Reglement for kommunestyret").first
    number = re.search(r"s\. (\d+)", card.inner_text())
    assert number
    card.get_by_role("link", name="Åpne i kilden").click()
    link = page.get_by_role("link", name="Åpne PDF-filen på denne siden")
    page.locator("#panel mark.cited").first.wait_for()
    assert link.get_attribute("href").endswith(f"#page={number[1]}")
    page.get_by_role("button", name="Vis PDF-siden her").click()
    frame = page.locator("iframe.pdf")
    assert frame.get_attribute("src").endswith(f"#page={number[1]}")
    page.get_by_role("button", name="Skjul PDF-siden").click()
    assert frame.count() == 0


def test_a_way_of_power_is_drawn_and_each_step_has_its_source(opens: Opens) -> None:
    page = opens()
    turn = ask(page, CHAIN, "granvik")
    card = turn.locator(".fact-card")
    assert card.get_by_role("heading", name="Fra hvem til hvem").is_visible()
    steps = card.locator(".chain li")
    assert steps.count() >= 2
    assert steps.locator(".mark").count() == steps.count()
    assert violations(page) == []


def test_a_body_has_a_card_of_what_is_said_of_it(opens: Opens) -> None:
    page = opens(viewport={"width": 1400, "height": 900})
    turn = ask(page, "Hva er formålet med HR-forum?", "granvik")
    turn.get_by_text("Mer om HR-forum").click()
    card = turn.locator(".fact-card")
    assert {"Formål", "Ledes av", "Møtes"} <= set(card.locator("dt").all_inner_texts())
    card.locator(".where").first.click(position={"x": 3, "y": 3})
    page.locator("#panel mark.cited").first.wait_for()


def test_the_map_shows_who_is_over_whom_and_finds_what_is_looked_for(opens: Opens) -> None:
    page = opens("/map?organisation=granvik")
    top = page.locator(".tree > li").filter(has_text="Kommunestyret")
    assert top.locator("> ul > li > a").first.inner_text().startswith("Kommunedirektør")
    rows = page.locator("tbody tr")
    every = rows.count()
    assert every > 50
    page.get_by_label("Søk i organer, roller og myndighet").fill("leieavtale")
    shown = page.locator("tbody tr:visible")
    assert 0 < shown.count() < 5
    assert all("leieavtale" in text.casefold() for text in shown.all_inner_texts())
    assert "Viser" in page.locator("#shown").inner_text()
    page.get_by_label("Søk i organer, roller og myndighet").fill("")
    page.locator(".decider select").select_option("Enhetsleder")
    assert 0 < shown.count() < every
    assert all("Enhetsleder" in text for text in shown.all_inner_texts())
    shown.locator("a.where").first.click(position={"x": 3, "y": 3})
    page.locator("#panel mark.cited").first.wait_for()
    assert violations(page) == []


def test_the_chart_leads_to_what_is_said_of_a_body(opens: Opens) -> None:
    page = opens("/map?organisation=granvik")
    page.locator(".tree a").filter(has_text="HR-forum").click()
    node = page.locator(".node").filter(has=page.get_by_role("heading", name="HR-forum"))
    assert node.locator(".facts").is_visible()


def test_the_map_is_of_the_date_and_organisation_in_its_address(opens: Opens) -> None:
    page = opens("/map")
    page.locator("#drawn").get_by_text("Velg en kommune").wait_for()
    page.get_by_label("Gjelder").select_option("strandlev")
    page.locator(".tree").wait_for()
    page.get_by_label("Slik det var").fill("1990-01-01")
    page.get_by_label("Slik det var").blur()
    page.wait_for_url("**/map?organisation=strandlev&as_of=1990-01-01")


def test_earlier_conversations_are_kept_in_this_browser_and_can_be_deleted(opens: Opens) -> None:
    page = opens()
    ask(page, "Hvem leder HR-forum?", "granvik")
    ask(page, "Og hvor ofte møtes det?")
    page.reload()
    page.get_by_role("button", name="Historikk").click()
    assert violations(page) == []
    page.get_by_role("button", name="Hvem leder HR-forum?").click()
    assert page.locator(".turn").count() == 2
    assert page.locator(".turn").nth(1).locator("blockquote").count() >= 1
    page.get_by_role("button", name="Historikk").click()
    page.get_by_role("button", name="Slett alle").click()
    assert page.get_by_text("Ingen samtaler ennå.").is_visible()
    assert page.evaluate("localStorage.getItem('mandat-conversations')") is None


QUESTIONS = (
    ("Hvem kan godkjenne et innkjøp på 400 000 kroner?", "granvik"),
    ("Hvor ofte møtes HR-forum?", "granvik"),  # two documents disagree
    ("Hvem bestemmer over beboerparkering?", "granvik"),
    ("Hvor ofte møtes HR-forum?", " "),
    ("Skriv et dikt om våren", "granvik"),
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1400)])
def test_nothing_stands_in_anyones_way(opens: Opens, scheme: str, width: int) -> None:
    """axe-core finds no breach of WCAG 2.2 AA in any state."""
    page = opens(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    assert violations(page) == []
    for question, organisation in QUESTIONS:
        page.locator("#organisation").select_option(organisation.strip())
        ask(page, question)
    page.locator(".turn").first.get_by_role("button", name="Ikke nyttig").click()
    page.locator(".comment:visible").wait_for()
    assert violations(page) == []
    page.get_by_label("Språk").select_option("sv")
    assert violations(page) == []
    page.goto(page.url.split("?")[0] + "map?organisation=ekangs")
    page.locator(".tree").wait_for()
    page.locator(".node summary").first.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.goto(page.url.split("/map")[0] + page.locator("a.where").first.get_attribute("href"))
    page.locator("mark.cited").first.wait_for()
    assert violations(page) == []


def test_a_browser_that_runs_no_scripts_gets_its_answer(browser: Any, url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.locator("#question").fill("Hvem leder HR-forum i Granvik?")
    page.locator("#send").click()
    assert "HR-sjefen" in page.locator(".text").first.inner_text()
    assert page.locator("blockquote").count() >= 1
    page.get_by_role("link", name="Åpne dokumentet").first.click()
    assert page.locator("#text").is_visible()
    context.close()


def test_the_page_is_light_and_there_at_once(opens: Opens, url: str) -> None:
    page = opens()
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.reload(wait_until="networkidle")
    assert 0 < sum(sizes) <= PAGE_BYTES
    script = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    page.wait_for_function(script)
    assert page.evaluate(script) <= PAINT_MS


def test_it_prints_the_answer_with_its_sources_and_nothing_to_press(opens: Opens) -> None:
    page = opens()
    turn = ask(page, "Hvem leder HR-forum?", "granvik")
    page.emulate_media(media="print")
    assert turn.locator("blockquote").first.is_visible()
    assert not page.locator("#ask").is_visible()
    assert not turn.locator(".actions").is_visible()
