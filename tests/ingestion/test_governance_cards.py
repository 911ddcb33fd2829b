"""Cards of bodies and roles, label lines under a heading, and sentences that go on from the one before."""

import pytest

from assistant.domain.document import Kind
from assistant.domain.governance import Act, DecisionRight, Facet, Limit
from tests.ingestion.test_governance import records, rights, statements, text


def told(source: str) -> list[tuple[str, Facet, str]]:
    return [(each.subject, each.facet, each.value) for each in statements(text(source), kind=Kind.MANDATE)]


# ---- cards


@pytest.mark.parametrize(
    ("body", "purpose", "members", "chair", "meets"),
    [
        ("Havneforum", "Formål", "Medlemmer", "Leder", "Møtehyppighet"),
        ("Hamneutvalet", "Føremål", "Medlemer", "Leiar", "Møtefrekvens"),
        ("Skovrådet", "Formål", "Medlemmer", "Formand", "Mødefrekvens"),
        ("Vattenrådet", "Syfte", "Ledamöter", "Ordförande", "Mötesfrekvens"),
    ],
)
def test_a_table_of_two_columns_is_the_card_of_what_its_heading_names(
    body: str, purpose: str, members: str, chair: str, meets: str
) -> None:
    source = (
        f"# Fora\n\n## {body}\n\n| Punkt | Innhold |\n|---|---|\n| {purpose} | Samordne |\n"
        f"| {members} | Seks ledere |\n| {chair} | Havnefogden |\n| {meets} | Hver torsdag |\n"
        "| Arkiv | Sak 7 |\n\n## Et annet avsnitt\n\nAndre ord.\n"
    )
    assert told(source) == [
        (body, Facet.PURPOSE, "Samordne"),
        (body, Facet.MEMBERS, "Seks ledere"),
        (body, Facet.CHAIR, "Havnefogden"),
        (body, Facet.MEETS, "Hver torsdag"),
    ]


def test_what_a_card_says_may_be_decided_is_a_right_and_what_may_not_is_its_limit() -> None:
    source = (
        "# Forum\n\n## Trafikrådet\n\n| Rubrik | Innehåll |\n|---|---|\n| Syfte | Trygga vägar |\n"
        "| Mandat | Får fördela högst 90 000 kr per år |\n| Får inte | Besluta om hastigheter |\n"
    )
    found = [each for each in records(text(source)) if isinstance(each, DecisionRight)]
    assert [(each.decider, each.act, each.matter) for each in found] == [
        ("Trafikrådet", Act.DECIDES, "Får fördela högst 90 000 kr per år"),
        ("Trafikrådet", Act.MAY_NOT, "Besluta om hastigheter"),
    ]
    assert found[0].limits == (Limit(0, 90_000, "NOK"),)


def test_a_table_of_two_roles_gives_each_its_own_column() -> None:
    source = (
        "# Roller\n\n## I prosjekter\n\n| | Prosjekteier | Prosjektleder |\n|---|---|---|\n"
        "| Utpekes av | Rektor | Prosjekteier |\n| Leder | Styret | Gruppa |\n| Kan ikke | Øke rammen | Endre mål |\n"
    )
    assert told(source) == [
        ("Prosjekteier", Facet.APPOINTED_BY, "Rektor"),
        ("Prosjektleder", Facet.APPOINTED_BY, "Prosjekteier"),
        ("Prosjekteier", Facet.LEADS, "Styret"),
        ("Prosjektleder", Facet.LEADS, "Gruppa"),
        ("Prosjekteier", Facet.STOPS, "Øke rammen"),
        ("Prosjektleder", Facet.STOPS, "Endre mål"),
    ]


def test_a_list_of_bodies_tells_of_each_row_its_own() -> None:
    source = (
        "# Vedtægt\n\n## Oversigt\n\n| Udvalg | Antal medlemmer | Område |\n|---|---|---|\n"
        "| Havne- og Kystudvalget | 7 | Havne og strande |\n| Vejudvalget | 5 | Veje |\n"
    )
    assert told(source) == [
        ("Havne- og Kystudvalget", Facet.MEMBERS, "7"),
        ("Havne- og Kystudvalget", Facet.ANSWERS_FOR, "Havne og strande"),
        ("Vejudvalget", Facet.MEMBERS, "5"),
        ("Vejudvalget", Facet.ANSWERS_FOR, "Veje"),
    ]


@pytest.mark.parametrize(
    "table",
    [
        "| Organ | Første halvår | Andre halvår | Sted |\n|---|---|---|---|\n| Formannskapet | 3. mars | 7. mai | Salen |\n",
        "| Verv | Prosent av ordførerens godtgjøring |\n|---|---|\n| Leder av utvalget | 12,5 |\n| Ordfører | 100 |\n",
    ],
)
def test_a_table_of_meetings_or_pay_gives_no_power(table: str) -> None:
    assert rights(text(f"# Reglement\n\n## Oversikt\n\n{table}")) == []


# ---- label lines


def test_label_lines_that_follow_each_other_are_a_line_each() -> None:
    source = "# Fora\n\n## Kaiforum\n\nLeder: Havnefogden\nDeltakere: én fra hver enhet\nMøter: hver mandag\n"
    assert told(source) == [
        ("Kaiforum", Facet.CHAIR, "Havnefogden"),
        ("Kaiforum", Facet.MEMBERS, "én fra hver enhet"),
        ("Kaiforum", Facet.MEETS, "hver mandag"),
    ]


def test_a_label_of_something_else_ends_the_one_before_and_tells_nothing() -> None:
    source = (
        "# Roller\n\n## Havnesjef\n\n**Ansvar:**\n\n- kaier og bøyer\n\n"
        "**Resultatmål:** Avtales hvert år med ordføreren\n"
    )
    assert [facet for _, facet, _ in told(source)] == [Facet.ANSWERS_FOR]


def test_whom_a_role_leads_is_not_who_chairs_it() -> None:
    source = "# Roller\n\n## Havnechef\n\n**Refererer til:** Borgmesteren\n\n**Leder:** Kajmestrene\n"
    assert told(source) == [
        ("Havnechef", Facet.REPORTS_TO, "Borgmesteren"),
        ("Havnechef", Facet.LEADS, "Kajmestrene"),
    ]


# ---- sentences of bodies and roles


@pytest.mark.parametrize(
    ("heading", "sentence", "subject", "facet"),
    [
        ("Formannskapet", "Ordføraren er leiar og varaordføraren er nestleiar.", "Formannskapet", Facet.CHAIR),
        ("Råd", "Ordføreren leder møtene i kommunestyret og havnerådet.", "kommunestyret", Facet.CHAIR),
        ("Råd", "Borgmesteren er født formand for Økonomiudvalget.", "Økonomiudvalget", Facet.CHAIR),
        ("Roller", "Kommunalrådet är kommunstyrelsens ordförande.", "kommunstyrelsen", Facet.CHAIR),
        ("Udvalg", "Stk. 1. Havneudvalget består af borgmesteren og 4 andre medlemmer.", "Havneudvalget",
         Facet.MEMBERS),
        ("Forum", "I HR-forum ingår HR-chefen och två rektorer.", "HR-forum", Facet.MEMBERS),
        ("Chefforum", "Medlemmer er direktørerne og fagcheferne.", "Chefforum", Facet.MEMBERS),
        ("Roller", "Biträdande rektor är ersättare för rektorn.", "rektorn", Facet.DEPUTY),
        ("Roller", "Varaordføraren trer inn når ordføraren er borte.", "ordføraren", Facet.DEPUTY),
        ("Ungdomsrådet", "Ungdomskoordinator er sekretær.", "Ungdomsrådet", Facet.SECRETARIAT),
    ],
)  # fmt: skip
def test_a_sentence_tells_it_of_whose_it_is(heading: str, sentence: str, subject: str, facet: Facet) -> None:
    assert (subject, facet, "") in told(f"# Regler\n\n## {heading}\n\n{sentence}\n")


@pytest.mark.parametrize(
    ("heading", "sentence", "facet"),
    [
        ("Nämnden", "Respektive nämnd utser attestanter och ersättare för ett år i taget.", Facet.DEPUTY),
        ("Krisestaben", "Krisestaben aktiveres af direktøren eller dennes stedfortræder.", Facet.DEPUTY),
        ("Råd", "Havnerådet er et organ for kommunen og frivillige organisasjoner.", Facet.COMPULSORY),
        ("Organ", "Medlemmet melder forfall til politisk sekretariat.", Facet.SECRETARIAT),
        ("Chef", "En chef har samma rätt som den som är underställd.", Facet.REPORTS_TO),
    ],
)
def test_a_word_alone_tells_nothing(heading: str, sentence: str, facet: Facet) -> None:
    assert facet not in [each for _, each, _ in told(f"# Regler\n\n## {heading}\n\n{sentence}\n")]


def test_under_a_heading_of_members_a_sentence_of_something_else_tells_none() -> None:
    source = (
        "# Regler\n\n## Havnestyret\n\n### Sammensetning\n\nHavnestyret har sju medlemmer.\n\n"
        "Ordføreren leder møtene.\n"
    )
    assert told(source) == [
        ("Havnestyret", Facet.MEMBERS, ""),
        ("Havnestyret", Facet.CHAIR, ""),
    ]


# ---- decisions


@pytest.mark.parametrize(
    ("sentence", "decider", "act", "matter"),
    [
        ("4.1 Ordføreren kan bevilge inntil 30 000 kroner.", "Ordføreren", Act.DECIDES, "bevilge"),
        ("6.5 Avskjed besluttes av kommunedirektøren.", "kommunedirektøren", Act.DECIDES, "Avskjed"),
        ("Vikariat kan besettes av avdelingslederen.", "avdelingslederen", Act.DECIDES, "Vikariat"),
        ("Utlegg vert godkjende av rektoren.", "rektoren", Act.DECIDES, "Utlegg"),
        ("Utvalet gjer sjølv vedtak om namn.", "Utvalet", Act.DECIDES, "namn"),
        ("Afskedigelse afgøres af direktøren.", "direktøren", Act.DECIDES, "Afskedigelse"),
        ("Ändringar kräver kommunstyrelsens godkännande.", "kommunstyrelsen", Act.DECIDES, "Ändringar"),
        ("Overtid krever godkjenning fra rektoren.", "rektoren", Act.DECIDES, "Overtid"),
        ("Formannskapet gis fullmakt til å inngå forlik.", "Formannskapet", Act.DECIDES, "forlik"),
        ("Utvalget har ikke myndighet til å opprette stillinger.", "Utvalget", Act.MAY_NOT, "stillinger"),
        ("Brannsjefen kan forby åpen ild.", "Brannsjefen", Act.DECIDES, "åpen ild"),
        ("Lokalgruppen får inte teckna hyresavtal.", "Lokalgruppen", Act.MAY_NOT, "hyresavtal"),
        ("Chefforum er rådgivende og træffer ikke beslutninger om løn.", "Chefforum", Act.MAY_NOT, "løn"),
        ("Uenighet bringes inn for rektoren, som avgjør endelig.", "rektoren", Act.DECIDES, "Uenighet"),
        ("Fritak kan ikke gis av rektoren.", "rektoren", Act.MAY_NOT, "Fritak"),
        ("Teknik-, Miljø- og Klimaudvalget afgør navne.", "Teknik-, Miljø- og Klimaudvalget", Act.DECIDES,
         "navne"),
    ],
)  # fmt: skip
def test_a_clause_tells_who_does_what(sentence: str, decider: str, act: Act, matter: str) -> None:
    found = rights(text(f"# Reglement\n\n## Myndighet til organene\n\n{sentence}\n"))
    assert [(each.decider, each.act) for each in found] == [(decider, act)]
    assert matter in found[0].matter


@pytest.mark.parametrize(
    "sentence",
    [
        "Saker som skal behandles av kommunestyret, sendes ut en uke før.",
        "I HR-forum ingår HR-specialisterna.",
        "HR-chefen är en ledare som ingår i ledningsgruppen.",
        "Fristen kan være kortere.",
    ],
)
def test_a_sentence_without_a_power_gives_none(sentence: str) -> None:
    assert rights(text(f"# Reglement\n\n## Regler\n\n{sentence}\n")) == []


def test_what_goes_on_from_the_sentence_before_rests_on_both() -> None:
    source = (
        "# R\n\n## Krav\n\n5.4 Rektor kan ettergi krav på inntil 100 000 kroner. "
        "Krav over denne grensen avgjøres av formannskapet.\n"
    )
    reading = text(source)
    first, second = sorted(rights(reading), key=lambda each: each.end)
    assert (first.decider, first.limits) == ("Rektor", (Limit(0, 100_000, "NOK"),))
    assert (second.decider, second.limits) == ("formannskapet", (Limit(100_000, None, "NOK"),))
    assert "ettergi krav" in reading.text[second.start : second.end]
    assert "denne grensen" in reading.text[second.start : second.end]


def test_what_is_less_goes_to_whom_the_next_sentence_names() -> None:
    source = (
        "# R\n\n## Fond\n\nFormannskapet avgjer støtte over 150 000 kroner. "
        "Mindre støtte vert avgjord av rektoren.\n"
    )
    assert {(each.decider, each.limits) for each in rights(text(source))} == {
        ("Formannskapet", (Limit(150_000, None, "NOK"),)),
        ("rektoren", (Limit(0, 150_000, "NOK"),)),
    }


def test_a_sentence_of_several_levels_gives_each_its_amount() -> None:
    source = (
        "# R\n\n## Inköp\n\nTilldelning beslutas av inköpschefen upp till 5 miljoner kronor, av "
        "kommundirektören upp till 20 miljoner kronor och därutöver av arbetsutskottet.\n"
    )
    assert {(each.decider, each.limits) for each in rights(text(source))} == {
        ("inköpschefen", (Limit(0, 5_000_000, "NOK"),)),
        ("kommundirektören", (Limit(0, 20_000_000, "NOK"),)),
        ("arbetsutskottet", (Limit(20_000_000, None, "NOK"),)),
    }


def test_what_may_not_be_delegated_is_the_matter_of_whoever_has_it() -> None:
    source = "# R\n\n## Kommunestyrets oppgaver\n\nFølgende saker kan ikke delegeres:\n\n- årsbudsjett\n- låneopptak\n"
    assert [(each.decider, each.matter) for each in rights(text(source))] == [
        ("Kommunestyret", "årsbudsjett"),
        ("Kommunestyret", "låneopptak"),
    ]


def test_a_limit_that_is_not_to_be_exceeded_ends_the_power() -> None:
    found = rights(
        text("# R\n\nFormannskapet kan kjøpe eiendom når verdien ikke overstiger 6 millioner kroner.\n")
    )
    assert [each.limits for each in found] == [(Limit(0, 6_000_000, "NOK"),)]


def test_a_column_without_a_known_name_is_the_matter_of_its_row() -> None:
    source = (
        "# R\n\n## Omplacering\n\n| Omplacering | Besluttes af | Grænse |\n|---|---|---|\n"
        "| Inden for skolen | Rektor | 50.000 kr. |\n| Mellem skoler | Direktøren | 500.000 kr. |\n"
    )
    assert [(each.matter, each.decider, each.limits) for each in rights(text(source))] == [
        ("Inden for skolen", "Rektor", (Limit(0, 50_000, "NOK"),)),
        ("Mellem skoler", "Direktøren", (Limit(0, 500_000, "NOK"),)),
    ]


def test_a_cell_that_says_no_gives_no_power() -> None:
    source = (
        "# R\n\n## Anvisning\n\n| Rolle | Anviser inntil |\n|---|---|\n| Fagleder | nei |\n"
        "| Rektor | 75 000 kroner |\n"
    )
    assert [each.decider for each in rights(text(source))] == ["Rektor"]


def test_whom_one_advises_is_not_who_advises() -> None:
    source = "# R\n\nHR-chefen leder HR, rådgiver ledere i personalesager og holder kurser.\n"
    assert "ledere" not in [each.decider for each in rights(text(source))]


def test_a_label_of_powers_that_says_there_are_none_tells_where_they_stop() -> None:
    source = (
        "# Roller\n\n## Planrådgiver\n\n**Ansvar:** planer\n\n"
        "**Fullmakter:** stillingen har ingen selvstendig beslutningsmyndighet\n"
    )
    assert [facet for _, facet, _ in told(source)] == [Facet.ANSWERS_FOR, Facet.STOPS]
