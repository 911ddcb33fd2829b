"""The language of short questions, and what is clearly none of ours."""

import time
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.identify import LANGUAGES, features, identify, identify_with, is_nordic_or_english
from assistant.language.train_identify import choose_features, fit, main

QUESTIONS = [
    ("nb", "Hva er kommunedirektørens ansvar?"),
    ("nb", "Hvem har myndighet til å godkjenne reiser?"),
    ("nb", "Hvor ofte skal ledergruppen møtes?"),
    ("nn", "Kven har ansvaret for å fylgje opp vedtaka?"),
    ("nn", "Kva skal ein leiar gjere når det ikkje er pengar att?"),
    ("nn", "Kor ofte møtest leiargruppa?"),
    ("da", "Hvad laver direktionen på sine møder?"),
    ("da", "Hvem må godkende indkøb af nye computere?"),
    ("da", "Hvornår mødes chefgruppen, og hvad drøfter den?"),
    ("sv", "Vem beslutar om bygglov?"),
    ("sv", "Vad är kommunstyrelsens uppgift?"),
    ("sv", "Hur ofta träffas ledningsgruppen?"),
    ("en", "Who may approve travel expenses?"),
    ("en", "How often does Chefforum meet?"),
    ("en", "What is the mandate of the executive board?"),
]


@pytest.mark.parametrize(("language", "question"), QUESTIONS)
def test_a_question_is_in_its_language(language: str, question: str) -> None:
    assert identify(question) == language


def test_only_the_languages_allowed_are_answered() -> None:
    assert identify("Hvad laver direktionen på sine møder?", among=("nb", "sv")) == "nb"
    assert identify("Hvad laver direktionen?", among=()) == ""


@pytest.mark.parametrize("text", ["", " \n", "😀😀", "§ 5-6", "12.00", "谁决定预算"])
def test_nothing_to_go_on(text: str) -> None:
    assert identify(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Wer entscheidet über den Haushalt der Gemeinde?",
        "Welche Rolle hat der Bürgermeister?",
        "Qui décide du budget de la commune ?",
        "Kuka päättää kunnan budjetista?",
        "Kto decyduje o budżecie gminy?",
        "¿Quién decide el presupuesto?",
        "Chi decide il bilancio?",
        "Wie beslist over de begroting?",
        "谁决定预算？",
        "Кто принимает решения?",
        "من يقرر الميزانية؟",
        "😀😀",
        "",
    ],
)
def test_clearly_another_language(text: str) -> None:
    assert not is_nordic_or_english(text)


@pytest.mark.parametrize(
    "text",
    [
        *(question for _, question in QUESTIONS),
        "§ 5-6",
        "Budget?",
        "Høje-Taastrup",
        "Hvem er Jürgen Müller?",
        "rådmann",
    ],
)
def test_ours_or_in_doubt(text: str) -> None:
    assert is_nordic_or_english(text)


def test_features_mark_the_ends_of_words() -> None:
    assert set(features("Å gå")) == {"_å_", "_", "å", "_å", "å_", "_gå_", "g", "_g", "gå", "_gå", "gå_"}


def test_decomposed_letters_are_the_same_letters() -> None:
    assert features("mo\u0308te") == features("möte")


@given(st.text(max_size=200))
def test_any_text_has_one_of_the_languages_or_none(text: str) -> None:
    assert identify(text) in {*LANGUAGES, ""}
    assert is_nordic_or_english(text) in {True, False}


def test_a_question_takes_under_a_millisecond() -> None:
    identify("warm")
    started = time.process_time()
    for _, question in QUESTIONS * 10:
        identify(question)
    assert (time.process_time() - started) / (10 * len(QUESTIONS)) < 0.001


def test_the_weights_stay_small() -> None:
    assert len(resources.files("assistant.language").joinpath("data", "identify.tsv").read_bytes()) <= 200_000


def test_training_learns_to_tell_two_languages_apart(tmp_path: Path) -> None:
    pairs = [
        ("hva skjer her", "nb"),
        ("vad händer här", "sv"),
        ("hva er nytt", "nb"),
        ("vad är nytt", "sv"),
    ] * 3
    chosen = choose_features(pairs, 50)
    table = {
        feature: tuple(round(20 * weight) for weight in row)
        for feature, row in zip(chosen, fit(pairs, chosen).tolist(), strict=True)
    }
    assert identify_with(table, "hva er", ("nb", "sv")) == "nb"
    assert identify_with(table, "vad är", ("nb", "sv")) == "sv"


def test_the_training_command_writes_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language, sentence in (("nb", "Hva skjer?\tWhat is up?"), ("sv", "Vad händer?\tWhat is up?")):
        (tmp_path / f"{language}.tsv").write_text(f"{sentence}\n" * 8, encoding="utf-8")
    law = tmp_path / "law.jsonl"
    law.write_text(
        '{"lang": "nb", "text": "Loven gjelder alle. Den trer i kraft nå."}\n' * 4, encoding="utf-8"
    )
    out = tmp_path / "out.tsv"
    main(
        [
            str(out),
            f"nb={tmp_path}/nb.tsv",
            f"sv={tmp_path}/sv.tsv",
            f"en={tmp_path}/sv.tsv",
            f"nb={law}",
            "--hold-out",
            "4",
        ]
    )
    lines = out.read_text(encoding="utf-8").splitlines()
    assert all(len(line.partition("\t")[2].split()) == len(LANGUAGES) for line in lines)
    assert any(line.startswith("_hva_\t") for line in lines)
    assert "nb 1.000 of 2" in capsys.readouterr().out
