from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import canned
import httpx
import pytest

from assistant.channels.http.source import source_page
from assistant.domain.document import Passage
from assistant.domain.scope import Scope

RULES = "/documents/nordvik%2Fdelegeringsreglement"


@pytest.fixture(scope="module")
def server() -> Iterator[canned.Running]:
    with canned.running() as running:
        yield running


@pytest.fixture
def http(server: canned.Running) -> Iterator[httpx.Client]:
    server.reset()
    with httpx.Client(base_url=server.url, timeout=10) as client:
        yield client


class Page(HTMLParser):
    """What a browser would make of a document page: each line's text by its offset, and the rest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: dict[int, str] = {}
        self.headings: list[tuple[str, str]] = []
        self.furniture: list[str] = []
        self.tags: list[str] = []
        self.words: set[str] = set()
        self._line = -1
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if given.get("data-word"):
            self.words.add(str(given["data-word"]))
        if given.get("data-start"):
            self._line, self._within = int(str(given["data-start"])), tag
            self.lines[self._line] = ""
        if given.get("class") == "furniture":
            self.furniture.append("")
            self._within = "furniture"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "h2", "h3", "h4"}:
            self._line = -1

    def handle_data(self, data: str) -> None:
        if self._line < 0:
            return
        self.lines[self._line] += data
        if self._within == "furniture":
            self.furniture[-1] += data
            self._within = ""
        elif self._within.startswith("h"):
            self.headings.append((self._within, data))


def test_organisations_are_listed_with_countries_marked(http: httpx.Client) -> None:
    listed = http.get("/v1/organisations").json()

    assert [(place["id"], place["is_country"]) for place in listed] == [
        ("bjorkhaga", False), ("no", True), ("nordvik", False), ("sundby", False),
    ]  # fmt: skip
    assert listed[2] == {
        "id": "nordvik",
        "name": "Nordvik kommune",
        "country": "no",
        "language": "nb",
        "aliases": ["Nordvik"],
        "is_country": False,
    }


def test_the_list_holds_every_version_that_anyone_may_read(
    http: httpx.Client, server: canned.Running
) -> None:
    listed = http.get("/v1/documents").json()

    assert [(each["id"], each["version"]) for each in listed] == [
        (canned.RULES.id, "2025-01-01"),
        (canned.RULES.id, "2021-01-01"),
        (canned.FORUM.id, "2025"),
        (canned.GUIDE.id, "3"),
    ]
    assert server.library.scopes == [Scope(None, None, frozenset())]
    assert listed[1]["status"] == "superseded"
    assert listed[2]["inferred"] == ["language", "version"]
    assert "/srv/" not in http.get("/v1/documents").text


def test_text_is_the_version_in_force_unless_one_is_named(http: httpx.Client, server: canned.Running) -> None:
    current = http.get("/v1/documents/nordvik%2Fdelegeringsreglement/text").json()
    assert server.library.scopes[0] == Scope(None, canned.TODAY, frozenset())
    old = http.get("/v1/documents/nordvik/delegeringsreglement/text", params={"version": "2021-01-01"}).json()

    assert current == {
        "id": canned.RULES.id,
        "version": "2025-01-01",
        "title": canned.RULES.title,
        "text": canned.RULES_TEXT,
    }
    assert old["text"] == canned.OLD_RULES_TEXT


def test_metadata_of_one_document(http: httpx.Client) -> None:
    shown = http.get("/v1/documents/sundby%2Fledelsesgrundlag").json()
    assert (shown["id"], shown["title"], shown["kind"]) == (canned.FORUM.id, canned.FORUM.title, "leadership")


@pytest.mark.parametrize(
    "path", ["/v1/documents/{}", "/v1/documents/{}/text", "/documents/{}", "/v1/documents/{}?version=2025"]
)
def test_a_restricted_document_is_as_missing_as_one_that_never_was(http: httpx.Client, path: str) -> None:
    restricted = http.get(path.format("sundby%2Flonn"))
    invented = http.get(path.format("sundby%2Fxxxx"))

    assert restricted.status_code == invented.status_code == 404
    assert restricted.text.replace("sundby/lonn", "?") == invented.text.replace("sundby/xxxx", "?")
    assert "Lønnspolitikk" not in restricted.text


def test_the_page_shows_every_line_where_its_offset_says(http: httpx.Client) -> None:
    response = http.get(RULES, params={"version": "2025-01-01"})

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    lines = Page(response.text).lines
    assert len(lines) == sum(1 for line in canned.RULES_TEXT.split("\n") if line)
    for start, line in lines.items():
        assert canned.RULES_TEXT[start : start + len(line)] == line
    assert "".join(lines.values()).split() == canned.RULES_TEXT.replace("\n", "").split()


def test_headings_follow_the_passages_and_furniture_is_dimmed(http: httpx.Client) -> None:
    page = Page(http.get(RULES).text)

    assert page.headings == [
        ("h2", "Kapittel 4 Personal"),
        ("h3", "§ 4-1 Formål"),
        ("h3", "§ 4-2 Tilsetting"),
        ("h2", "Kapittel 5 Økonomi"),
        ("h3", "§ 5-1 Formål"),
    ]
    assert page.furniture == ["Nordvik kommune · side 1", "Nordvik kommune · side 2"]
    assert "contents" in page.words


def test_a_document_cannot_add_markup_to_the_page(http: httpx.Client) -> None:
    response = http.get(RULES)
    assert "b" not in Page(response.text).tags
    assert "&lt;b&gt;skriftlig&lt;/b&gt; &amp; for" in response.text


def test_the_page_warns_of_a_version_that_is_not_in_force(http: httpx.Client) -> None:
    old = Page(http.get(RULES, params={"version": "2021-01-01"}).text)
    assert "status_superseded" in old.words
    assert not {word for word in Page(http.get(RULES).text).words if word.startswith(("status_", "not_in"))}


def test_a_document_without_passages_is_still_shown(http: httpx.Client) -> None:
    assert Page(http.get("/documents/no%2Fveileder-delegering").text).lines == {
        0: "Delegering i kommunen",
        23: "Delegering bør skje skriftlig og tidsavgrenset.",
    }


def test_an_empty_library_says_so(http: httpx.Client, server: canned.Running) -> None:
    server.library.number = 0
    response = http.get("/v1/documents")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "library_empty"


def test_furniture_is_dimmed_where_it_lies_in_part_of_a_line() -> None:
    text = "Side 1 Formål\nside 2\nslutt side 3"
    spans = [(20, 25), (0, 6), (14, 20), (27, 33)]
    html = source_page(canned.FORUM, "Sundby", text, spans, (), canned.TODAY)

    page = Page(html)
    assert page.lines == {0: "Side 1 Formål", 14: "side 2", 21: "slutt side 3"}
    assert page.furniture == ["Side 1", "side 2", "slut", "side 3"]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "warned"),
    [
        (None, None, False),
        (canned.TODAY, None, False),
        (None, canned.TODAY + timedelta(days=1), False),
        (canned.TODAY + timedelta(days=1), None, True),
        (None, canned.TODAY, True),
    ],
)
def test_dates_decide_whether_a_version_in_force_is_in_force_today(
    valid_from: date | None, valid_to: date | None, warned: bool
) -> None:
    document = replace(canned.FORUM, valid_from=valid_from, valid_to=valid_to)
    html = source_page(document, "Sundby", canned.FORUM_TEXT, (), (), canned.TODAY)
    assert ("not_in_force" in Page(html).words) == warned


def test_a_heading_that_repeats_is_found_at_each_place() -> None:
    text = "A\n\nFormål\nEn.\n\nB\n\nFormål\nTo."
    passages = [
        passage(text, "En.", ("A", "Formål")),
        passage(text, "To.", ("B", "Formål")),
    ]
    html = source_page(canned.FORUM, "Sundby", text, (), passages, canned.TODAY)
    assert Page(html).headings == [("h2", "A"), ("h3", "Formål"), ("h2", "B"), ("h3", "Formål")]


def test_a_slide_that_is_one_long_line_is_cut_at_its_heading_and_passages() -> None:
    text = "Lysbilde  Formål Formålet er klart. Møter Hver uke."
    passages = [
        passage(text, "Formålet er klart.", ("Formål",)),
        passage(text, "Hver uke.", ("Møter",)),
    ]
    page = Page(source_page(canned.FORUM, "Sundby", text, (), passages, canned.TODAY))
    assert page.lines == {0: "Lysbilde", 10: "Formål", 17: "Formålet er klart.", 36: "Møter", 42: "Hver uke."}
    assert page.headings == [("h2", "Formål"), ("h2", "Møter")]


def test_a_heading_is_not_found_inside_a_longer_word() -> None:
    text = "Uformål\n\nFormålsparagrafen\n\nFormål\nEn."
    passages = [passage(text, "En.", ("Formål",))]
    html = source_page(canned.FORUM, "Sundby", text, (), passages, canned.TODAY)
    assert f'<h2 id="h{text.index("Formål" + chr(10))}"' in html
    assert Page(html).headings == [("h2", "Formål")]
    assert text.index("Formålsp") in Page(html).lines


def passage(text: str, words: str, path: tuple[str, ...]) -> Passage:
    start = text.index(words)
    return Passage("p", "d", "1", 0, start, start + len(words), words, path, path[-1])


def test_a_hostile_title_and_owner_add_no_markup() -> None:
    document = replace(canned.FORUM, title="</title><script>x</script>", owner='"><img>', version="<v>")
    html = source_page(document, "<b>Sundby</b>", canned.FORUM_TEXT, (), (), canned.TODAY)
    page = Page(html)
    assert page.tags.count("script") == 1
    assert page.tags.count("img") == 1
    assert "b" not in page.tags


def test_the_original_is_given_as_it_lies_and_never_run_in_our_name(
    http: httpx.Client, server: canned.Running, tmp_path: Path
) -> None:
    page = tmp_path / "regler.html"
    page.write_text("<script>alert(1)</script>", "utf-8")
    pdf = tmp_path / "ledelse.pdf"
    pdf.write_bytes(b"%PDF-1.7 x")
    server.library.originals = {canned.RULES.id: page, canned.FORUM.id: pdf}
    given = http.get("/v1/documents/nordvik%2Fdelegeringsreglement/file")
    assert given.text == "<script>alert(1)</script>"
    assert given.headers["content-disposition"] == 'attachment; filename="regler.html"'
    assert given.headers["x-content-type-options"] == "nosniff"
    shown = http.get("/v1/documents/sundby%2Fledelsesgrundlag/file")
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"] == 'inline; filename="ledelse.pdf"'
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "original-file" in http.get(RULES).text
    assert 'data-word="open_pdf"' in http.get("/documents/sundby%2Fledelsesgrundlag").text


def test_an_original_that_is_gone_or_not_the_callers_is_not_found(
    http: httpx.Client, server: canned.Running, tmp_path: Path
) -> None:
    secret = tmp_path / "bonus.pdf"
    secret.write_bytes(b"%PDF-1.7")
    server.library.originals = {canned.SECRET.id: secret}
    for path in ("nordvik%2Fdelegeringsreglement", "sundby%2Flonn", "nowhere"):
        assert http.get(f"/v1/documents/{path}/file").status_code == 404
    assert "original-" not in http.get(RULES).text


def test_the_lines_of_a_paged_document_know_their_page() -> None:
    text = "Om forumet\nForumet møtes ofte.\nOm ledelsen\nLederen leder."
    second = text.index("Om ledelsen")
    passages = [
        Passage("a", "d", "1", 0, 0, second, text[:second], (), "s. 3 · Om forumet"),
        Passage("b", "d", "1", 1, second, len(text), text[second:], (), "§ 2 (s. 4)"),
    ]
    html = source_page(canned.FORUM, "Sundby", text, (), passages, canned.TODAY, ".pdf")
    assert 'data-start="0" data-page="3"' in html
    assert f'data-start="{second}" data-page="4"' in html
