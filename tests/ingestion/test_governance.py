"""Who decides what, read from tables of every shape and from sentences."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.domain.document import Kind, Passage
from assistant.domain.governance import (
    Act,
    DecisionRight,
    Facet,
    FacetStatement,
    Further,
    Limit,
    Record,
)
from assistant.domain.scope import Scope
from assistant.language.amounts import amounts
from assistant.library.library import Library
from ingestion.governance import find_records
from ingestion.passages import cut_passages
from ingestion.reading import html, markdown
from ingestion.reading.grid import Cover, GridCell, GridRow, TableWriter
from ingestion.reading.reading import BlockKind, Reading, ReadingBuilder
from ingestion.structure import restore_structure


def row(*cells: str | Cover, header: bool = False) -> GridRow:
    return GridRow(tuple(cell if isinstance(cell, Cover) else GridCell(cell) for cell in cells), header)


def table(*rows: GridRow, heading: str = "Delegeringstabell") -> Reading:
    builder = ReadingBuilder()
    builder.add(BlockKind.HEADING, heading, level=2)
    writer = TableWriter(builder)
    writer.add(rows)
    return writer.build()


def records(reading: Reading, title: str = "Reglement", kind: Kind = Kind.DELEGATION) -> Sequence[Record]:
    passages = cut_passages(reading, "d", "v", "nb")
    found = find_records(reading, passages, title, kind, "no")
    assert_verbatim(found, passages)
    return found


def assert_verbatim(found: Sequence[Record], passages: Sequence[Passage]) -> None:
    for record in found:
        passage = passages[record.passage]
        assert passage.start <= record.start < record.end <= passage.end


def rights(reading: Reading, **given: object) -> list[DecisionRight]:
    return [each for each in records(reading, **given) if isinstance(each, DecisionRight)]  # type: ignore[arg-type]


def statements(reading: Reading, **given: object) -> list[FacetStatement]:
    return [each for each in records(reading, **given) if isinstance(each, FacetStatement)]  # type: ignore[arg-type]


def text(source: str) -> Reading:
    return restore_structure(markdown.read(source.encode()))


def up_to(amount: int) -> tuple[Limit, ...]:
    return (Limit(0, amount, "NOK"),)


# ---- tables


@pytest.mark.parametrize(
    ("matter", "legal", "decider", "further", "limit"),
    [
        ("Sak", "Hjemmel", "Avgjøres av", "Kan delegeres videre", "Beløpsgrense og vilkår"),
        ("Sag", "Retsgrundlag", "Kompetence", "Kan videredelegeres", "Beløbsgrænse"),
        ("Ärende", "Lagrum", "Delegat", "Vidaredelegation", "Beloppsgräns"),
        ("Matter", "Legal basis", "Decided by", "Further delegation", "Amount"),
        ("Hva", "Lov", "Hvem bestemmer", "Kan overlates", "Inntil"),
    ],
)
def test_the_columns_of_a_register_are_known_whatever_they_are_called(
    matter: str, legal: str, decider: str, further: str, limit: str
) -> None:
    reading = table(
        row(matter, legal, decider, further, limit, header=True),
        row("Innkjøp av varer", "§ 5-3", "Kommunedirektøren", "Ja, til kommunalsjef", "Inntil 500 000 kr"),
        row("Salg av eiendom", "§ 5-4", "Formannskapet", "Nei", "Fra 500 000 kr til 2 000 000 kr"),
    )
    first, second = rights(reading)
    assert (first.matter, first.legal_basis, first.decider) == (
        "Innkjøp av varer",
        "§ 5-3",
        "Kommunedirektøren",
    )
    assert (first.further, first.further_to, first.limits) == (Further.YES, "kommunalsjef", up_to(500_000))
    assert (second.further, second.limits) == (Further.NO, (Limit(500_000, 2_000_000, "NOK"),))
    assert first.is_row
    assert first.act is Act.DECIDES


def test_a_merged_cell_is_part_of_the_matter_of_each_row_it_covers() -> None:
    reading = table(
        row("Funksjon", "Hvem", "Beløp", header=True),
        row("Anvisning, drift", "Enhetsleder", "Inntil 400 000 kr per bilag"),
        row(Cover.ABOVE, "Kommunalsjef", "Inntil 2 000 000 kr per bilag"),
    )
    assert [(each.matter, each.decider, each.limits) for each in rights(reading)] == [
        ("Anvisning, drift", "Enhetsleder", up_to(400_000)),
        ("Anvisning, drift", "Kommunalsjef", up_to(2_000_000)),
    ]


def test_titles_over_rows_and_headers_repeated_on_each_page_are_no_rights() -> None:
    header = row("Sak", "Avgjøres av", "Grense", header=True)
    reading = table(
        header,
        row("Økonomi", Cover.LEFT, Cover.LEFT),
        row("Lån", "Kommunestyret", ""),
        row("Sak", "Avgjøres av", "Grense"),
        row("Innkjøp", "Rektor", "Inntil 50 000 kr"),
    )
    assert [(each.matter, each.decider) for each in rights(reading)] == [
        ("Lån", "Kommunestyret"),
        ("Innkjøp", "Rektor"),
    ]


def test_a_header_of_two_lines_gives_each_amount_its_own_matter() -> None:
    reading = table(
        row("Hvem", Cover.LEFT, "Fullmakt", Cover.LEFT, header=True),
        row("Rolle", "Nivå", "Kan inngå kontrakt inntil", "Kan avrope inntil", header=True),
        row("Enhetsleder", "3", "250 000 kr", "600 000 kr"),
        heading="Fullmakter",
    )
    assert [(each.matter, each.decider, each.limits) for each in rights(reading)] == [
        ("Fullmakter: Kan inngå kontrakt inntil", "Enhetsleder", up_to(250_000)),
        ("Fullmakter: Kan avrope inntil", "Enhetsleder", up_to(600_000)),
    ]


def test_a_table_turned_on_its_side_is_read_by_its_first_column() -> None:
    reading = table(
        row("", "Innkjøp", "Avskriving", header=True),
        row("Avgjøres av", "Enhetsleder", "Økonomisjefen"),
        row("Beløpsgrense", "Inntil 100 000 kr", "Inntil 20 000 kr"),
        row("Hjemmel", "§ 5-3", "§ 13-1"),
    )
    assert [(each.matter, each.decider, each.limits, each.legal_basis) for each in rights(reading)] == [
        ("Innkjøp", "Enhetsleder", up_to(100_000), "§ 5-3"),
        ("Avskriving", "Økonomisjefen", up_to(20_000), "§ 13-1"),
    ]


def test_a_cell_may_say_who_decides_above_its_limit() -> None:
    reading = table(
        row("Ärende", "Delegat", "Villkor", header=True),
        row("Försäljning", "Arbetsutskottet", "Upp till 2 000 000 kr; därutöver beslutar fullmäktige"),
    )
    assert [(each.decider, each.limits[0].above, each.limits[0].up_to) for each in rights(reading)] == [
        ("Arbetsutskottet", 0, 2_000_000),
        ("fullmäktige", 2_000_000, None),
    ]


def test_a_matrix_has_a_matter_a_row_and_an_actor_a_column() -> None:
    reading = table(
        row("Sak", "Kommunestyret", "Formannskapet", "Kommunedirektøren", header=True),
        row("Årsbudsjett", "B", "I", ""),
        row("Innkjøp", "", "", "x"),
        row("Salg av eiendom", "", "Inntil 5 000 000 kr", "Inntil 500 000 kr"),
    )
    assert [(each.matter, each.decider, each.act, each.limits) for each in rights(reading)] == [
        ("Årsbudsjett", "Kommunestyret", Act.DECIDES, ()),
        ("Årsbudsjett", "Formannskapet", Act.RECOMMENDS, ()),
        ("Innkjøp", "Kommunedirektøren", Act.DECIDES, ()),
        ("Salg av eiendom", "Formannskapet", Act.DECIDES, up_to(5_000_000)),
        ("Salg av eiendom", "Kommunedirektøren", Act.DECIDES, up_to(500_000)),
    ]


def test_who_issues_a_card_is_not_who_has_its_limit() -> None:
    reading = table(
        row("Rolle", "Kredittgrense per måned", "Utstedes av", header=True),
        row("Enhetsleder", "10 000", "Økonomisjefen"),
        heading="Betalingskort",
    )
    (right,) = rights(reading)
    assert (right.matter, right.decider) == ("Betalingskort: Kredittgrense per måned", "Enhetsleder")


def test_a_calendar_of_tasks_tells_who_carries_them_out() -> None:
    reading = table(
        row("Måned", "Prosess", "Ansvarlig", header=True),
        row("Mars", "Medarbeiderundersøkelse", "HR-sjef"),
    )
    (right,) = rights(reading)
    assert (right.matter, right.decider, right.act) == ("Medarbeiderundersøkelse", "HR-sjef", Act.CARRIES_OUT)


def test_an_html_table_with_spans_is_read_as_it_is_seen() -> None:
    reading = html.read(
        b"<h2>Kompetence</h2><table><tr><th rowspan=2>Sag</th><th colspan=2>Beslutning</th></tr>"
        b"<tr><th>Hvem beslutter</th><th>Bel&oslash;bsgr&aelig;nse</th></tr>"
        b"<tr><td rowspan=2>Indk&oslash;b</td><td>Centerchef</td><td>Op til 500.000 kr.</td></tr>"
        b"<tr><td>Direkt&oslash;r</td><td>Over 500.000 kr.</td></tr></table>"
    )
    assert [(each.matter, each.decider, each.limits) for each in rights(reading)] == [
        ("Indkøb", "Centerchef", up_to(500_000)),
        ("Indkøb", "Direktør", (Limit(500_000, None, "NOK"),)),
    ]


def test_a_table_of_forums_tells_of_each() -> None:
    reading = table(
        row("Forum", "Leder", "Rytme", "Varighet", "Plikt", header=True),
        row("HR-forum", "HR-sjefen", "Månedlig", "1 time", "Frivillig"),
        heading="Fora i oversikt",
    )
    assert [(each.subject, each.facet, each.value) for each in statements(reading, kind=Kind.LEADERSHIP)] == [
        ("HR-forum", Facet.CHAIR, "HR-sjefen"),
        ("HR-forum", Facet.MEETS, "Månedlig"),
        ("HR-forum", Facet.LENGTH, "1 time"),
        ("HR-forum", Facet.COMPULSORY, "Frivillig"),
    ]


TABLES = {
    # document → (tables' columns from the last: matter, legal basis, decider, further, limits), rows
    "granvik-granvik-delegeringsreglement@2026": ((-5, -4, -3, -2, -1), 20),
    "granvik-granvik-delegeringsreglement@2022": ((-5, -4, -3, -2, -1), 6),
    "strandlev-kompetence-og-delegationsplan": ((-5, -4, -3, -2, -1), 19),
    "ekangs-delegationsordning": ((-5, -4, -3, -2, -1), 18),
}


def test_every_field_of_every_row_of_the_corpus_registers_is_right(corpus_home: Path) -> None:
    library = Library(corpus_home)
    scope = Scope(None, None)
    seen = wrong = 0
    for name, (columns, rows) in TABLES.items():
        document, _, version = name.partition("@")
        # a row may say besides who decides above its limit; its first record is the row's own
        first = {
            each.record.start: each
            for each in reversed(library.records(scope))
            if each.document_id.startswith(document)
            and each.version.startswith(version)
            and isinstance(each.record, DecisionRight)
            and each.record.is_row
        }
        mine = list(first.values())
        assert len(mine) == rows, name
        texts = library.passages(scope, [each.passage_id for each in mine])
        for each in mine:
            record = each.record
            assert isinstance(record, DecisionRight)
            cells = [cell.strip() for cell in texts[each.passage_id].text.split(" | ")]
            matter, legal, decider, further, limit = (cells[at] for at in columns)
            sums = {amount.value for amount in amounts(limit) if amount.is_money}
            stated = {end for bound in record.limits for end in (bound.above, bound.up_to) if end}
            checks = (
                record.matter.endswith(matter),
                record.legal_basis == legal,
                record.decider == decider,
                (record.further is Further.NO) == further.casefold().startswith(("nei", "nej")),
                (record.further is Further.YES) == further.casefold().startswith("ja"),
                limit in record.conditions,
                stated <= sums and (bool(stated) or not sums),
            )
            seen += len(checks)
            wrong += checks.count(False)
    library.close()
    assert seen > 400
    assert wrong / seen <= 0.05


# ---- sentences


@pytest.mark.parametrize(
    ("sentence", "decider", "act", "matter"),
    [
        (
            "Formannskapet avgjør søknader om skjenkebevilling.",
            "Formannskapet",
            Act.DECIDES,
            "avgjør søknader",
        ),
        (
            "Kommunestyret og fylkestinget velger selv revisor.",
            "Kommunestyret",
            Act.DECIDES,
            "velger selv revisor",
        ),
        (
            "I hastesaker kan formannskapet vedta budsjettet.",
            "formannskapet",
            Act.DECIDES,
            "vedta budsjettet",
        ),
        ("Avsteg från ramavtal beslutas av upphandlingschefen.", "upphandlingschefen", Act.DECIDES, "Avsteg"),
        (
            "Økonomiudvalget indstiller til Byrådet om budgettet.",
            "Økonomiudvalget",
            Act.RECOMMENDS,
            "indstiller",
        ),
        ("Enhetslederen kan ikke inngå kontrakter alene.", "Enhetslederen", Act.MAY_NOT, "inngå kontrakter"),
        ("Kommundirektören beslutar inte om skattesats.", "Kommundirektören", Act.MAY_NOT, "beslutar"),
        ("Utvalget uttaler seg om tjenesteavtaler.", "Utvalget", Act.IS_CONSULTED, "uttaler seg"),
        (
            "Presidiet er valgt, og er det ledig, velger utvalget selv en leder.",
            "utvalget",
            Act.DECIDES,
            "velger",
        ),
    ],
)
def test_a_sentence_tells_who_does_what(sentence: str, decider: str, act: Act, matter: str) -> None:
    found = rights(text(f"# Reglement\n\n## Myndighet til organene\n\n{sentence}\n"))
    assert [(each.decider, each.act) for each in found][:1] == [(decider, act)]
    assert matter in found[0].matter


def test_the_second_verb_of_a_sentence_is_a_right_of_its_own() -> None:
    found = rights(
        text(
            "# R\n\nFormannskapet innstiller i budsjettsaker og avgjør salg av eiendom inntil 2 000 000 kr.\n"
        )
    )
    assert [(each.act, each.limits) for each in found] == [
        (Act.RECOMMENDS, ()),
        (Act.DECIDES, up_to(2_000_000)),
    ]


def test_the_items_of_a_list_are_the_matters_of_its_lead_in() -> None:
    found = rights(
        text("# R\n\nKommunestyret avgjør:\n\n- låneopptak og garantier\n- salg over 5 000 000 kr\n")
    )
    assert [(each.decider, each.matter) for each in found] == [
        ("Kommunestyret", "låneopptak og garantier"),
        ("Kommunestyret", "salg over 5 000 000 kr"),
    ]
    assert found[1].limits == (Limit(5_000_000, None, "NOK"),)


@pytest.mark.parametrize(
    "sentence",
    [
        "Kommunestyret avgjør selv alle saker som ikke er delegert.",
        "Kommunaldirektøren har kompetence i alle sager, som ikke er henlagt til andre.",
        "Kommunedirektøren gis myndighet i alle saker som ikke har prinsipiell betydning.",
    ],
)
def test_a_rule_for_every_matter_that_is_not_listed_is_known(sentence: str) -> None:
    assert [each.is_default for each in rights(text(f"# R\n\n{sentence}\n"))] == [True]


def test_who_adopted_the_document_is_recorded_and_has_given_the_powers_in_its_tables() -> None:
    reading = text(
        "# Reglement\n\nVedtatt av kommunestyret 1. mars 2026.\n\n"
        "| Sak | Avgjøres av |\n|---|---|\n| Innkjøp | Kommunedirektøren |\n"
    )
    found = rights(reading, title="Reglement")
    assert [(each.decider, each.matter) for each in found if each.is_adoption] == [
        ("kommunestyret", "Reglement")
    ]
    assert [each.delegated_from for each in found if each.is_row] == ["kommunestyret"]


def test_minutes_tell_of_cases_and_guidance_of_nobody_s_powers() -> None:
    source = "# Møte\n\nFormannskapet vedtar budsjettet.\n"
    assert rights(text(source), kind=Kind.MINUTES) == []
    assert rights(text(source), kind=Kind.GUIDANCE) == []


# ---- bodies and roles


def test_a_role_s_lines_under_its_headings_are_its_facets_and_its_powers() -> None:
    reading = text(
        "# Rollebeskrivelser\n\n## Ordfører\n\n### Myndighet\n\n- Kan bevilge inntil kr 40 000 per formål.\n\n"
        "### Grenser\n\n- Kan ikke endre et vedtatt budsjett.\n\n### Rapporterer til\n\nKommunestyret.\n"
    )
    found = records(reading, title="Rollebeskrivelser", kind=Kind.ROLE)
    facets = [each for each in found if isinstance(each, FacetStatement)]
    assert [(each.subject, each.is_role, each.facet) for each in facets] == [
        ("Ordfører", True, Facet.DECIDES),
        ("Ordfører", True, Facet.STOPS),
        ("Ordfører", True, Facet.REPORTS_TO),
    ]
    powers = [each for each in found if isinstance(each, DecisionRight)]
    assert [(each.decider, each.act, each.limits) for each in powers] == [
        ("Ordfører", Act.DECIDES, up_to(40_000)),
        ("Ordfører", Act.MAY_NOT, ()),
    ]


def test_labelled_lines_make_a_body_of_what_the_heading_names_and_keep_the_whole_line() -> None:
    reading = text(
        "# Mandater\n\n## B.2 Utvidet ledermøte\n\n**Formål:** Informasjon. Også erfaringsdeling.\n\n"
        "**Møter:** Siste onsdag i måneden.\n"
    )
    found = statements(reading, title="Mandater", kind=Kind.MANDATE)
    assert [(each.subject, each.facet, each.value) for each in found] == [
        ("Utvidet ledermøte", Facet.PURPOSE, "Informasjon. Også erfaringsdeling."),
        ("Utvidet ledermøte", Facet.MEETS, "Siste onsdag i måneden."),
    ]


def test_a_mandate_is_about_the_one_body_in_its_title() -> None:
    reading = text("# Mandat for HR-forum\n\n## Møter\n\nMøteplikten gjelder for faste medlemmer.\n")
    found = statements(reading, title="Mandat for HR-forum", kind=Kind.MANDATE)
    assert [(each.subject, each.facet) for each in found] == [
        ("HR-forum", Facet.MEETS),
        ("HR-forum", Facet.COMPULSORY),
    ]


def test_a_heading_of_a_chapter_is_not_whose_its_paragraphs_are() -> None:
    reading = text("# R\n\n## Kommunstyrelsens uppgifter\n\n### § 1 Ledning\n\nEtt ärende bereds i tid.\n")
    assert statements(reading, title="R", kind=Kind.REGULATION) == []


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("HR-forum koordinerer personalepolitik på tværs af centrene.", True),
        ("Digitaliseringsrådet prioriterer tiltak på tvers av sektorene.", True),
        ("Pensionärsrådet är ett organ för samråd.", True),
        ("Når nemnda behandler en klage, skal den høre partene.", False),
        ("HR-sjefen samordner rekrutteringen.", False),
        ("Et utvalg behandler saken.", False),
    ],
)
def test_what_a_body_does_tells_what_it_is_for(sentence: str, told: bool) -> None:
    reading = text(f"# Om ledelse\n\n{sentence}\n")
    found = [each.facet for each in statements(reading, kind=Kind.LEADERSHIP)]
    assert (Facet.PURPOSE in found) is told
