"""A small encoder is learnt from invented texts, and what is held out stays out."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from assistant.evaluation.encoder_lessons import Lesson, Shared, is_held
from assistant.evaluation.train_encoder import batches, letter_groups, main
from assistant.evaluation.word_pairs import Dictionary, aligned_words, cognates, skeleton
from assistant.language.tokens import stems
from assistant.library.encoders import StaticEncoder, open_encoder

MATTERS = {
    "budsjett": "Budsjettet vedtas hvert år. Innstillingen ligger ute til ettersyn i to uker.",
    "valg": "Valget holdes i september. Stemmene telles to ganger av valgstyret.",
    "vann": "Eieren har ansvar for rørene. Avgiften betales for kaldt vann og avløp.",
    "skole": "Elevene har rett til skyss. Rektor avgjør søknader om permisjon fra skolen.",
}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder as the texts to learn from are given, with forty acts of four sections."""
    folder = tmp_path / "shared"
    (folder / "data" / "tatoeba").mkdir(parents=True)
    (folder / "questions").mkdir()
    lines = [
        {"lang": "nb", "law": f"Lov om sak {act}", "refid": f"lov-{act}", "heading": heading, "text": f"{text} Nr. {act}."}
        for act in range(40)
        for heading, text in MATTERS.items()
    ]  # fmt: skip
    with gzip.open(folder / "data" / "law-sections-no.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write("\n".join(json.dumps(line) for line in lines))
    for code, words in (
        ("da", ("Hvem vælger", "Byrådet vælger")),
        ("sv", ("Vem väljer", "Fullmäktige väljer")),
    ):
        with gzip.open(folder / "questions" / f"squad-v2-{code}.jsonl.gz", "wt", encoding="utf-8") as stream:
            for at in range(60):
                asked = {"id": f"q{at}", "question": f"{words[0]} {at}?", "context": f"{words[1]} {at // 2}."}
                stream.write(json.dumps(asked) + "\n")
    return folder


def test_what_is_learnt_finds_the_section_and_is_read_without_torch(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    options = ["--write", str(model), "--epochs", "2", "--dimension", "24", "--vocabulary", "1500"]
    monkeypatch.setattr("sys.argv", ["train_encoder", str(shared), *options])
    main()
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == ["epoch 1", "epoch 2"]
    encoder = open_encoder(str(model))
    assert isinstance(encoder, StaticEncoder)
    assert encoder.dimension == 24
    passages = encoder.encode(list(MATTERS.values()))
    passages /= np.linalg.norm(passages, axis=1, keepdims=True)
    found = [int(np.argmax(passages @ encoder.encode_question(heading))) for heading in MATTERS]
    assert found == [0, 1, 2, 3]
    assert encoder.encode_question("väg").tolist() == encoder.encode_question("Væg").tolist()


def test_what_is_held_out_is_never_learnt_from_and_the_rest_all_is(shared: Path) -> None:
    learnt, held = Shared(shared), Shared(shared, held=True)
    acts = [{section.group for section in each.sections} for each in (learnt, held)]
    assert acts[0] | acts[1] == {f"lov-{act}" for act in range(40)}
    assert not acts[0] & acts[1]
    assert all(acts)
    passages = [
        {passage for by_language in each.squad.values() for _, passage in by_language.values()}
        for each in (learnt, held)
    ]
    assert not passages[0] & passages[1]
    assert all(passages)
    assert len(learnt.squad) + len(held.squad) == 60
    assert not {text for pair in learnt.parallel() for text in pair} & passages[1]


def test_what_is_held_does_not_change() -> None:
    assert [act for act in range(40) if is_held(f"lov-{act}", 10)] == [4, 7, 16, 20, 36, 37]


def test_neighbours_spellings_are_one() -> None:
    assert skeleton("kommunedirektør") == skeleton("kommunedirektör")
    assert skeleton("rettighed") == skeleton("rettighet")
    assert skeleton("afgift") == skeleton("avgift")
    assert skeleton("bok") == skeleton("bog")
    assert skeleton("valg") != skeleton("vann")
    assert set(letter_groups("afgiften")) == set(letter_groups("avgiften"))
    assert set(letter_groups("##del")) != set(letter_groups("del"))


def test_cognates_are_words_of_one_skeleton_that_stand_often_enough() -> None:
    counts = {"rettighed": 9, "rettighet": 9, "rättighet": 1, "kommune": 9}
    assert list(cognates(counts)) == [("rettighed", "rettighet")]


def test_words_of_translations_are_paired() -> None:
    said = [
        ("byen ligger", "staden ligger"),
        ("byen brænder", "staden brinner"),
        ("byen sover", "staden sover"),
    ]
    assert ("byen", "staden") in aligned_words(said)
    assert aligned_words(said[:2]) == []


def test_a_text_is_put_otherwise_word_by_word() -> None:
    (stem,) = stems("borgmesteren")
    dictionary = Dictionary({stem: ("ordfører",)}, {stem: ("mayor",)}, (), {}, ())
    draw = random.Random(0)  # noqa: S311 - the same every time
    assert dictionary.mixed("Borgmesteren bestemmer", draw, share=1.0) == "ordfører bestemmer"
    assert "mayor" in dictionary.in_english("Borgmesteren bestemmer", draw)
    assert dictionary.in_english("", draw) == ""


def test_a_batch_holds_runs_of_one_group() -> None:
    lessons = [Lesson(f"{group} {at}", ("told",), group) for at in range(16) for group in "abcd"]
    some = list(batches(lessons, random.Random(0), size=32))  # noqa: S311
    assert [len(each) for each in some] == [32, 32]
    assert sorted(lesson.asked for each in some for lesson in each) == sorted(each.asked for each in lessons)
    groups = [lesson.group for each in some for lesson in each]
    assert all(len(set(groups[at : at + 8])) == 1 for at in range(0, 64, 8))
