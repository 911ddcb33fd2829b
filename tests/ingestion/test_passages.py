"""Passages follow the document's structure and are verbatim."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingestion.passages import cut_passages
from ingestion.reading import markdown
from ingestion.reading.reading import BlockKind, Place, ReadingBuilder

ACT = """# Reglement for Granvik

## Kapittel 2. Organer

### § 2-1. Ledergruppen

Ledergruppen ledes av kommunedirektøren.

Ledergruppen møtes hver mandag.

### § 2-2. Utvalg

Kommunestyret oppretter utvalg.
"""


def test_a_section_is_a_passage_with_its_paragraphs_addressable() -> None:
    reading = markdown.read(ACT.encode())
    first, second = cut_passages(reading, "d", "v", "nb")
    assert (first.locator, second.locator) == ("§ 2-1", "§ 2-2")
    assert first.heading_path == ("Reglement for Granvik", "Kapittel 2. Organer", "§ 2-1. Ledergruppen")
    assert [locator for _, locator in first.marks] == ["§ 2-1 første ledd", "§ 2-1 andre ledd"]
    assert reading.text[first.marks[1][0] :].startswith("Ledergruppen møtes")


def test_a_slide_is_whole_and_its_title_is_context() -> None:
    builder = ReadingBuilder()
    for number, title in ((1, "HR-forum"), (2, "Ledergruppen")):
        builder.add(BlockKind.HEADING, title, level=2, place=Place("slide", number))
        builder.add(BlockKind.ITEM, "Møtes annenhver uke", place=Place("slide", number))
    passages = cut_passages(builder.build(), "d", "v", "nb")
    assert [p.locator for p in passages] == ["lysbilde 1 · HR-forum", "lysbilde 2 · Ledergruppen"]
    assert passages[0].text == "HR-forum\n\nMøtes annenhver uke"
    assert passages[0].heading_path == ("HR-forum",)


def test_a_table_row_is_a_passage_with_its_header_as_context() -> None:
    builder = ReadingBuilder()
    builder.add(BlockKind.HEADING, "Delegeringer", level=1)
    builder.add_table(["Sak", "Hvem"], [["Innkjøp til 100 000 kr", "Enhetsleder"], ["Innkjøp over", None]])
    passages = cut_passages(builder.build(), "d", "v", "nb")
    assert [p.text for p in passages if p.unit == "row"] == [
        "Innkjøp til 100 000 kr | Enhetsleder",
        "Innkjøp over",
    ]
    assert passages[-1].locator == "Delegeringer, rad 2"
    assert passages[-1].context == "Enhetsleder Sak Hvem"  # the merged cell above is no part of the quote


def test_paragraphs_without_a_heading_are_counted() -> None:
    text = "\n\n".join(f"Avsnitt nummer {name} handler om ledelse." for name in ("en", "to", "tre"))
    (passage,) = cut_passages(markdown.read(text.encode()), "d", "v", "nb")
    assert passage.locator == "avsnitt 1–3"
    assert [locator for _, locator in passage.marks] == ["avsnitt 1", "avsnitt 2", "avsnitt 3"]


def test_the_same_label_under_several_headings_is_cited_with_its_heading() -> None:
    text = "# Roller\n\n## Rektor\n\n### Svarer for\n\nSkolen.\n\n## Styrer\n\n### Svarer for\n\nBarnehagen."
    passages = cut_passages(markdown.read(text.encode()), "d", "v", "nb")
    assert [p.locator for p in passages] == ["Rektor, Svarer for", "Styrer, Svarer for"]


def test_a_section_on_two_pages_is_cited_with_its_page() -> None:
    builder = ReadingBuilder()
    builder.add(BlockKind.HEADING, "§ 4 Møter", level=2, place=Place("page", 1))
    builder.add(BlockKind.PARAGRAPH, "Udvalget mødes mandag.", place=Place("page", 1))
    builder.add(BlockKind.PARAGRAPH, "Dagsordenen sendes ud.", place=Place("page", 2))
    (passage,) = cut_passages(builder.build(), "d", "v", "da")
    assert passage.locator == "§ 4 (s. 1)"
    assert [locator for _, locator in passage.marks] == ["§ 4 (s. 2)"]


def test_a_note_on_changes_is_cited_as_the_section() -> None:
    text = "### § 1. Formål\n\nEn.\n\nTo.\n\n*Endret ved lov 2 juni 2023 nr. 21.*"
    (passage,) = cut_passages(markdown.read(text.encode()), "d", "v", "nb")
    assert [locator for _, locator in passage.marks] == ["§ 1 første ledd", "§ 1 andre ledd", "§ 1"]


def test_a_piece_of_a_long_section_begins_with_its_own_subsection() -> None:
    stk = "Kommunalbestyrelsen træffer beslutning efter indstilling fra økonomiudvalget i hver enkelt sag. "
    body = "§ 9. " + stk * 8 + "".join(f"Stk. {n}. {stk * 8}" for n in range(2, 6))
    passages = cut_passages(markdown.read(f"### § 9\n\n{body}".encode()), "d", "v", "da")
    assert len(passages) > 2
    assert all(p.text.startswith("Stk. ") for p in passages[1:])
    assert all(p.marks[0] == (p.start, f"§ 9, stk. {p.text[5]}") for p in passages[1:])


def test_a_list_is_not_cut_from_its_beginning() -> None:
    text = (
        "Ledelse er vigtigt for alle. " * 29
        + "Formålet er: 1. en sag 2. to sager 3. tre sager. "
        + "Slut nu. " * 60
    )
    passages = cut_passages(markdown.read(f"# Om\n\n{text}".encode()), "d", "v", "da")
    assert len(passages) > 1
    assert not any(p.text[0].isdigit() for p in passages)


def test_long_prose_is_cut_between_sentences() -> None:
    sentence = "Kommunedirektøren samordner arbeidet i ledergruppen gjennom hele året. "
    reading = markdown.read(("# Om ledelse\n\n" + sentence * 60).encode())
    passages = cut_passages(reading, "d", "v", "nb")
    assert len(passages) > 3
    assert all(len(p.text) < 1300 and p.text.endswith(".") for p in passages)


def test_furniture_is_in_no_passage() -> None:
    builder = ReadingBuilder()
    builder.add(BlockKind.PARAGRAPH, "Direktionen mødes mandag.")
    builder.add(BlockKind.FURNITURE, "Læs mere")
    builder.add(BlockKind.PARAGRAPH, "Chefforum mødes tirsdag.")
    texts = [p.text for p in cut_passages(builder.build(), "d", "v", "da")]
    assert texts == ["Direktionen mødes mandag.", "Chefforum mødes tirsdag."]


_BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(
            [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE, BlockKind.FURNITURE]
        ),
        st.text(alphabet="aå§ .:\n1Bc-", min_size=1, max_size=1500),
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(_BLOCKS)
def test_every_passage_is_verbatim_in_order_and_free_of_furniture(
    blocks: list[tuple[BlockKind, str, int]],
) -> None:
    builder = ReadingBuilder()
    for kind, text, level in blocks:
        builder.add(kind, text, level=level)
    reading = builder.build()
    passages = cut_passages(reading, "d", "v", "nb")
    furniture = [b for b in reading.blocks if b.kind is BlockKind.FURNITURE]
    for passage in passages:
        assert reading.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert passage.locator
        assert not any(b.start < passage.end and passage.start < b.end for b in furniture)
    assert all(a.end <= b.start for a, b in pairwise(passages))
    covered = {offset for passage in passages for offset in range(passage.start, passage.end)}
    for block in reading.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE):
            assert all(reading.text[o].isspace() or o in covered for o in range(block.start, block.end))
