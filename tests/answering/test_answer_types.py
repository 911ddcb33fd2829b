"""What a question asks for, and whether a sentence has it, in five languages."""

import pytest

from assistant.answering.understanding import answer_type, answers_type


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hvor ofte møtes HR-forum?", "how_often"),
        ("Hvor tit mødes chefforum?", "how_often"),
        ("Hur ofta träffas ledningsgruppen?", "how_often"),
        ("How often does the forum meet?", "how_often"),
        ("Hvor mye kan en enhetsleder kjøpe inn for?", "how_much"),
        ("Hvor stort flertall kreves?", "how_much"),
        ("Kva fleirtal trengst for å endre vedtektene?", "how_much"),
        ("What is the spending limit of a head of unit?", "how_much"),
        ("Hur många ledamöter har nämnden?", "how_many"),
        ("Hvor lenge kan jeg være mentor?", "how_long"),
        ("Kven sit i leiargruppa?", "members"),
        ("Who sits on the steering group?", "members"),
        ("Hvornår er byrådet beslutningsdygtigt?", "when"),
        ("Når møtes de?", "when"),
        ("Hvem leder forumet, og når møtes det?", "when"),
        ("Hvem bestemmer dette?", "who"),
        ("Hva er formålet med forumet?", "purpose"),
        ("Hvad må borgmesteren beslutte alene?", "power"),
        ("Hvem er rådmann i Granvik?", "person"),
        ("Hva heter økonomisjefen?", "person"),
        ("Kan ordføreren gi ordre til ansatte?", "yes_no"),
        ("Is attendance compulsory?", "yes_no"),
        # a conjunction is no question
        ("Får en folkevalgt etterlønn når hun går av?", "yes_no"),
        ("Vem ersätter direktören när hen är sjuk?", "who"),
        ("Kan hvem som helst se sakspapirene?", "yes_no"),
        # what is asked comes last
        ("Jeg er valgt på deltid. Hvor lenge kan jeg få permisjon?", "how_long"),
        ("Jag är bortrest, får jag delta på distans?", "yes_no"),
        # who leads is a role as often as a name
        ("Hvem er leder for HR-forum?", "who"),
        ("Delegering i Granvik", ""),
    ],
)
def test_what_is_asked_for(question: str, expected: str) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize(
    ("name", "sentence", "has"),
    [
        ("how_much", "Enhetsleder | Inntil kr 100 000 | Nei", True),
        ("how_much", "Op til 50.000 kr.", True),
        ("how_much", "Ett prisbasbelopp per inköp och 3 prosent", True),
        ("how_much", "Vedtak krever 2/3 av stemmene.", True),
        ("how_much", "Møtes torsdag kl. 13.00.", False),
        ("how_much", "Reglementet gjelder fra 2025.", False),
        ("how_often", "Annenhver torsdag", True),
        ("how_often", "Seks ganger i året.", True),
        ("how_often", "Ett möte i kvartalet", True),
        ("how_often", "Forumet drøfter saker på tvers.", False),
        ("how_many", "Nämnden har nio ledamöter.", True),
        ("how_many", "Nämnden väljs av fullmäktige.", False),
        ("how_long", "Velges for fire år.", True),
        ("how_long", "Velges av kommunestyret.", False),
        ("person", "Elin Stormo er valgt til ordfører.", True),
        ("person", "Ordføreren leder møtet i Granvik kommune.", False),
    ],
)
def test_whether_a_sentence_has_what_is_asked_for(name: str, sentence: str, has: bool) -> None:
    assert answers_type(sentence, name) is has
