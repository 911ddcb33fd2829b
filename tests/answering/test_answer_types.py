"""What a question asks for, told by its words, and whether a sentence has it: five languages."""

import pytest

from assistant.answering.understanding import answer_type, answers_type, requires_type

REQUIRED = {
    "person", "contact", "pay", "duration", "how_often", "how_much", "how_long", "how_many",
    "address", "next_date", "staff", "when",
}  # fmt: skip

QUESTIONS = {
    "nb": {
        "Kan ordføreren si opp en ansatt?": "yes_no",
        "Må ledergruppen møte hver uke?": "yes_no",
        "Er møtene i formannskapet åpne?": "yes_no",
        "Kan hvem som helst møte i utvalget?": "yes_no",
        "Hvem er ordfører?": "person",
        "Hvem er rektor på Granvik skole?": "person",
        "Hva heter kommunedirektøren?": "person",
        "Hvor ofte møtes HR-forum?": "how_often",
        "Hvor mange ganger i året møtes rådet?": "how_often",
        "Hvor mye kan en enhetsleder kjøpe for?": "how_much",
        "Hvor stor er rektors fullmakt?": "how_much",
        "Hva er beløpsgrensen for rektor?": "how_much",
        "Hvilket flertall kreves for å vedta budsjettet?": "how_much",
        "Hvor stort flertall kreves?": "how_much",
        "Hvor lenge varer valgperioden?": "how_long",
        "Hva er fristen for å klage?": "how_long",
        "Hvor mange dager før møtet sendes sakslisten ut?": "how_long",
        "Hvor mange medlemmer har formannskapet?": "how_many",
        "Hvem sitter i ledergruppen?": "members",
        "Hvem er med i lederforum?": "members",
        "Når møtes formannskapet?": "when",
        "Hva kan rektor bestemme?": "power",
        "Hvor møtes kommunestyret?": "where",
        "Hvem godkjenner reiser til utlandet?": "who",
        "Hva er formålet med lederforum?": "purpose",
        "Hvorfor har vi et lederforum?": "purpose",
        "Hva er et hovedutvalg?": "definition",
        "Hvilke saker behandler formannskapet?": "list",
        "Hvordan kalles det inn til møte?": "",
        "Hva er telefonnummeret til ordføreren?": "contact",
        "Hvor ligger rådhuset?": "address",
        "Når er neste møte i formannskapet?": "next_date",
        "Hvor mange er ansatt i kommunen?": "staff",
        "Hvem kan jeg kontakte om kurset?": "contact",
        "Hva tjener ordføreren?": "pay",
        "Hvor lang tid tar møtet i HR-forum?": "duration",
    },
    "nn": {
        "Kor ligg rådhuset?": "address",
        "Når er neste møte i formannskapet?": "next_date",
        "Kor mange er tilsette i kommunen?": "staff",
        "Kva er telefonnummeret til ordføraren?": "contact",
        "Kor mykje er lønna til ordføraren?": "pay",
        "Kor lenge er møtet i HR-forum?": "duration",
        "Kan ordføraren seia opp ein tilsett?": "yes_no",
        "Kven er ordførar?": "person",
        "Kva heiter kommunedirektøren?": "person",
        "Kor ofte møtest HR-forum?": "how_often",
        "Kor mykje kan ein einingsleiar kjøpa for?": "how_much",
        "Kva fleirtal krevst for å vedta budsjettet?": "how_much",
        "Kor lenge varer valperioden?": "how_long",
        "Kor mange medlemmer har formannskapet?": "how_many",
        "Kven sit i leiargruppa?": "members",
        "Når møtest formannskapet?": "when",
        "Kva kan rektor avgjera?": "power",
        "Kor møtest kommunestyret?": "where",
        "Kven godkjenner reiser?": "who",
        "Kva er føremålet med leiarforum?": "purpose",
        "Kva er eit utval?": "definition",
        "Kva for saker handsamar formannskapet?": "list",
    },
    "da": {
        "Hvor ligger rådhuset?": "address",
        "Hvornår er næste møde i udvalget?": "next_date",
        "Hvor mange medarbejdere har kommunen?": "staff",
        "Hvad er borgmesterens e-mail?": "contact",
        "Hvad tjener borgmesteren?": "pay",
        "Hvor lang tid tager mødet i HR-forum?": "duration",
        "Kan borgmesteren afskedige en medarbejder?": "yes_no",
        "Hvem er borgmester?": "person",
        "Hvad hedder kommunaldirektøren?": "person",
        "Hvor tit mødes chefforum?": "how_often",
        "Hvor meget kan en centerchef købe for?": "how_much",
        "Hvad er beløbsgrænsen?": "how_much",
        "Hvilket flertal kræves der?": "how_much",
        "Hvor længe varer funktionsperioden?": "how_long",
        "Hvor mange dage har man til at klage?": "how_long",
        "Hvor mange medlemmer har økonomiudvalget?": "how_many",
        "Hvem sidder i direktionen?": "members",
        "Hvornår mødes byrådet?": "when",
        "Hvornår er byrådet beslutningsdygtigt?": "when",
        "Hvad kan en skoleleder bestemme?": "power",
        "Hvor mødes byrådet?": "where",
        "Hvem godkender rejser?": "who",
        "Hvad laver direktionen?": "purpose",
        "Hvad er et stående udvalg?": "definition",
        "Hvilke sager behandler udvalget?": "list",
    },
    "sv": {
        "Var ligger kommunhuset?": "address",
        "När är nästa möte i nämnden?": "next_date",
        "Hur många anställda har kommunen?": "staff",
        "Vad har borgmästaren för telefon?": "contact",
        "Vad tjänar kommundirektören?": "pay",
        "Hur lång tid tar mötet i HR-forum?": "duration",
        "Får en nämnd delegera beslut?": "yes_no",
        "Vem är borgmästare?": "person",
        "Vad heter kommunchefen?": "person",
        "Hur ofta möts ledningsgruppen?": "how_often",
        "Hur många gånger per år möts nämnden?": "how_often",
        "Hur mycket får en enhetschef köpa för?": "how_much",
        "Vad är beloppsgränsen?": "how_much",
        "Vilken majoritet krävs?": "how_much",
        "Hur lång är mandattiden?": "how_long",
        "Hur många ledamöter har kommunstyrelsen?": "how_many",
        "Vilka sitter i ledningsgruppen?": "members",
        "När möts kommunstyrelsen?": "when",
        "Vad får rektorn besluta om?": "power",
        "Var möts fullmäktige?": "where",
        "Vem kallar till sammanträdet?": "who",
        "Vad är syftet med ledningsforum?": "purpose",
        "Vad är en nämnd?": "definition",
        "Vilka ärenden behandlar kommunstyrelsen?": "list",
    },
    "en": {
        "Where is the town hall?": "address",
        "When does the council meet next?": "next_date",
        "How many employees does the municipality have?": "staff",
        "Who can I contact about the course?": "contact",
        "How much does the mayor earn?": "pay",
        "How long does the meeting of the HR forum last?": "duration",
        "Can the mayor dismiss an employee?": "yes_no",
        "Does the mayor have to attend every meeting?": "yes_no",
        "Is attendance compulsory?": "yes_no",
        "Who is the mayor?": "person",
        "What is the name of the municipal director?": "person",
        "How often does HR-forum meet?": "how_often",
        "How many times a year does the council meet?": "how_often",
        "How much may a unit manager spend?": "how_much",
        "What is my spending limit?": "how_much",
        "What majority is needed?": "how_much",
        "How long is the term of office?": "how_long",
        "How many days do I have to appeal?": "how_long",
        "How many members does the council have?": "how_many",
        "Who sits on the executive committee?": "members",
        "Who are the members of the leadership group?": "members",
        "When does the council meet?": "when",
        "What time does the council meet?": "when",
        "What may a head teacher decide?": "power",
        "Where does the council meet?": "where",
        "Whose approval do I need?": "who",
        "What is HR-forum for?": "purpose",
        "What is a standing committee?": "definition",
        "Which matters does the committee handle?": "list",
    },
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [(question, expected) for each in QUESTIONS.values() for question, expected in each.items()],
)
def test_a_question_s_words_tell_what_it_asks_for(question: str, expected: str) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize("language", QUESTIONS)
def test_every_language_asks_for_every_type(language: str) -> None:
    every = {expected for expected in QUESTIONS["nb"].values() if expected}
    assert every <= set(QUESTIONS[language].values())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Jeg er rektor. Hvem godkjenner reisen min?", "who"),
        ("I have been elected. How long is my term?", "how_long"),
        ("Hvis ordføreren er syk, hvem leder møtet?", "chair"),
        ("Når ordføreren er syk, hvem leder møtet?", "chair"),
        ("När ordföranden är sjuk, vem leder mötet?", "chair"),
        ("When the mayor is ill, who chairs the meeting?", "chair"),
        ("Når ordføreren er syk, kan varaordføreren lede møtet?", "yes_no"),
        ("Hvem skal ha referatet, og når?", "when"),
        ("Skal HR-forum møtes hver uke, eller hvor ofte?", "how_often"),
        ("Is there a limit for how much I can spend?", "how_much"),
        ("Hvem leder forumet, og når møtes det?", "when"),
        ("Jeg er valgt på deltid. Hvor lenge kan jeg få permisjon?", "how_long"),
        ("Jag är bortrest, får jag delta på distans?", "yes_no"),
    ],
)
def test_what_is_asked_last_counts(question: str, expected: str) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Får en folkevalgt etterlønn når hun går av?", "yes_no"),
        ("Vem ersätter direktören när hen är sjuk?", "who"),
    ],
)
def test_a_conjunction_is_no_question(question: str, expected: str) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hvem er leder for HR-forum?", "chair"),
        ("Hvem er rektors nærmeste leder?", "who"),
        ("Hvem er ordførerens stedfortreder?", "who"),
        ("Hvem er direktør for kultur?", "who"),
        ("Vem är ordförande i nämnden?", "chair"),
        ("Who is the chair?", "who"),
        ("Who is in charge of the forum?", "who"),
        ("Hva heter forumet der lederne møtes?", ""),
        ("Hvad hedder udvalget for børn?", ""),
        ("Vad heter lagen om kommuner?", ""),
    ],
)
def test_not_every_who_and_name_is_a_person(question: str, expected: str) -> None:
    assert answer_type(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Hvem fastsetter beløpsgrensene?", "who"),
        ("Vem bestämmer beloppsgränserna?", "who"),
        ("Hvem setter fristen for saker til formannskapet?", "who"),
        ("Hvem avgjør antall møter?", "who"),
        ("Når er fristen for å melde saker?", "when"),
        ("Hvornår er fristen for at indsende sager?", "when"),
        ("Kan fristen forlenges?", "yes_no"),
    ],
)
def test_a_question_about_a_limit_does_not_always_ask_for_its_figure(question: str, expected: str) -> None:
    assert answer_type(question) == expected


def test_a_question_of_no_type_and_none_at_all() -> None:
    assert answer_type("Reiser i tjenesten") == ""
    assert answer_type("") == ""


def test_what_cannot_be_answered_without_a_name_or_a_figure() -> None:
    every = {expected for each in QUESTIONS.values() for expected in each.values()}
    assert {name for name in every if requires_type(name)} == REQUIRED


HAS = {
    "person": (
        "Ordfører er Kari Nordmann.",
        "Ordførar: Åse Østby",
        "Kommunaldirektør er Jens P. Sørensen.",
        "Kommunchef är Björn Öberg.",
        "Kommunchef är Karin Müller.",
        "The mayor is Anne-Lise Berg.",
    ),
    "how_often": (
        "HR-forum møtes annenhver uke.",
        "Forumet møtes ved behov.",
        "Møtene holdes så ofte som det er nødvendig.",
        "Rådet møtes hvert år i mai.",
        "Utvalget holder åtte faste møter.",
        "Leiargruppa møtest kvar måndag.",
        "Utvalet har seks møte i året.",
        "Utvalet møtest kvar fjortande dag.",
        "Chefforum mødes hver anden tirsdag.",
        "Gruppen mødes hver 14. dag.",
        "Møder holdes, når det er nødvendigt.",
        "Annenhver torsdag",
        "Ett möte i kvartalet",
        "Nämnden sammanträder fyra gånger per år.",
        "Gruppen möts varannan vecka.",
        "Nämnden möts när det behövs.",
        "The group meets twice a year.",
        "The group meets every second Tuesday.",
    ),
    "how_much": (
        "Rektor kan kjøpe for inntil 500 000 kroner.",
        "Grensen er kr 50 000,–.",
        "Fullmakten gjelder inntil 5 mill.",
        "Grensen er seks ganger grunnbeløpet.",
        "Grensen er 6 G.",
        "Vedtaket krever alminnelig flertall.",
        "Vedtaket krever 2/3 av stemmene.",
        "Rektor får dekket hele beløpet.",
        "Innkjøp over ti tusen kroner godkjennes av ordføreren.",
        "Grensa er NOK 25 000.",
        "Grænsen er 100.000 kr.",
        "Beslutningen kræver to tredjedele af stemmerne.",
        "Beloppet är två miljoner kronor.",
        "Enhetsleder | Inntil kr 100 000 | Nei",
        "Op til 50.000 kr.",
        "Ett prisbasbelopp per inköp",
        "Högst 25 procent av budgeten.",
        "The limit is 100000 SEK.",
    ),
    "how_long": (
        "Valgperioden er fire år.",
        "Fristen er tre veker.",
        "Fristen er 14 dage.",
        "Mandattiden är fyra år.",
    ),
    "how_many": (
        "Formannskapet har ni medlemmer.",
        "Formannskapet har 9 medlemmer.",
        "Udvalget har syv medlemmer.",
        "Nämnden har elva ledamöter.",
        "The committee has seven members.",
    ),
    "members": (
        "Ledergruppen består av kommunalsjefene.",
        "I leiargruppa sit einingsleiarane.",
        "I direktionen sidder centercheferne.",
        "Nämnden består av fem ledamöter.",
    ),
    "when": (
        "Formannskapet møtes på tirsdager kl. 10.",
        "Sakene meldes innen fredag.",
        "Byrådet mødes den første onsdag.",
        "Nämnden möts kl. 09.00.",
    ),
    "who": (
        "Rektor godkjenner reiser.",
        "Kommunerådet avgjør saken.",
        "Fylkestinget avgjør saken.",
        "Einingsleiaren godkjenner reiser.",
        "Borgmesteren godkender rejser.",
        "Nämnden godkänner resor.",
    ),
    "purpose": (
        "Formålet er samordning.",
        "Føremålet er samordning.",
        "Direktionen behandler økonomien.",
        "Syftet är samordning.",
    ),
    "yes_no": (
        "Møtene er ikke åpne for andre.",
        "Ordføraren kan ikkje seia opp tilsette.",
        "Borgmesteren må ikke afskedige nogen.",
        "Nämnden får inte delegera.",
    ),
}

HAS_NOT = {
    "person": (
        "Kommunedirektøren leder administrasjonen i Granvik kommune.",
        "Strandlev Kommune ledes af direktionen.",
        "Høje Taastrup Kommune har syv direktører.",
        "Saken behandles i Teknisk Udvalg.",
        "Strategisk Lederforum ledes av kommunedirektøren.",
        "HR-forum ledes av HR-sjefen.",
        "For Granvik gjelder egne regler.",
        "Ved Granvik skole leder rektor arbeidet.",
        "I Granvik er det fire enheter.",
        "När Kommunstyrelsen möts, leder ordföranden.",
        "KARI NORDMANN",
    ),
    "how_often": (
        "Hver enkelt leder har ansvar for eget budsjett.",
        "Kvar leiar har ansvar for sitt område.",
        "Hver centerchef udpeger en afløser.",
        "Varje chef ansvarar för sin budget.",
        "Every manager is responsible for the budget.",
        "Lederne har behov for støtte.",
        "Det er nødvendig med samtykke fra styret.",
        "Arbeidet er satt i gang.",
        "Avgjørelsen meldes med en gang.",
        "Ordinære saker behandles av utvalget.",
        "The manager is available at all times.",
        "Forumet ledes av HR-sjefen.",
    ),
    "how_much": (
        "Rektor kan gjøre innkjøp.",
        "Rektor godkjenner reiser i 2024.",
        "Reglementet gjelder fra 01.03.2025 kl. 09.00.",
        "Jf. kommuneloven § 5-3.",
        "Det stilles 3 krav til søkeren.",
        "Utvalget har 5 sekretærer.",
        "Referatet er på 2 sider.",
        "Sak 12/24 gjelder innkjøp.",
        "Sak 45/2024 ble vedtatt.",
        "Lederforum drøfter saker for hele kommunen.",
        "Rektor er tilsatt i full stilling.",
        "Loven gjelder helt eller delvis.",
        "Nämnden ansvarar för hela verksamheten.",
    ),
    "how_long": ("Rektor avgjør saken.", "Rektoren avgør sagen.", "Nämnden avgör ärendet."),
    "how_many": ("Rektor avgjør saken.", "Udvalgets møder er åbne.", "Ledamöterna väljs av fullmäktige."),
    "members": ("Rektor avgjør saken.", "Forumet møtes hver uke."),
    "when": ("Rektor avgjør saken.", "Mötena är öppna."),
    "who": (
        "Området omfatter alle skoler.",
        "Retting skjer skriftlig.",
        "Det er tre ting å huske.",
        "Reiser godkjennes skriftlig.",
        "The meeting is open.",
    ),
    "purpose": ("Rektor bor i Granvik.",),
    "yes_no": ("Rektor leder skolen.",),
}


@pytest.mark.parametrize(("name", "sentence"), [(name, one) for name, every in HAS.items() for one in every])
def test_a_sentence_that_has_what_is_asked_for(name: str, sentence: str) -> None:
    assert answers_type(sentence, name)


@pytest.mark.parametrize(
    ("name", "sentence"), [(name, one) for name, every in HAS_NOT.items() for one in every]
)
def test_a_sentence_that_has_not(name: str, sentence: str) -> None:
    assert not answers_type(sentence, name)


def test_no_sentence_answers_a_question_of_no_type() -> None:
    assert not answers_type("Ordfører Kari Nordmann kjøper for 500 000 kroner hver uke.", "")
    assert not requires_type("")


@pytest.mark.parametrize(
    ("name", "answer", "beside"),
    [
        ("address", "Rådhuset ligger i Storgata 4.", "Leie av lokaler avgjøres av kommunedirektøren."),
        ("address", "Besøksadresse: 3. etasje", "Kontoret ligger under kommunedirektøren."),
        (
            "next_date",
            "Møtene i 2026 er 21. januar og 18. mars.",
            "Møtes seks ganger i året, kl. 09.00–15.00.",
        ),
        ("next_date", "Neste møte: 4.12.2026", "Forumet møtes annenhver tirsdag."),
        ("staff", "Kommunen har 640 årsverk.", "Kommunestyret har 29 medlemmer."),
    ],
)
def test_a_place_a_date_and_a_number_of_staff_are_not_answered_by_the_like(
    name: str, answer: str, beside: str
) -> None:
    assert requires_type(name)
    assert answers_type(answer, name)
    assert not answers_type(beside, name)
