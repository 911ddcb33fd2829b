"""The command as a secretary or a script meets it: exit codes, one-line errors, JSON, what stays private."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
BUNDLED = ROOT / "assistant" / "library" / "nordic-static-256"
ANSWERED = "Hvor ofte møtes Strategisk lederforum i Granvik?"
SECRET_QUESTION = "Hvor meget kan resultatlønnen udgøre for centerchefer?"
SECRET_WORDS = ("resultatløn", "chefaftale", "8 procent", "fratrædelse")


def fails(ran: Any, status: int, *expected: str) -> None:
    """One line on standard error that says all of this, and nothing on standard output."""
    assert ran.status == status, (ran.out, ran.err)
    assert ran.out == ""
    assert ran.err.startswith("mandat: ")
    assert len(ran.err.splitlines()) == 1
    for text in expected:
        assert text in ran.err


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def held_under(folder: Path) -> str:
    """Whatever text stands in any file there, in lower case."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"\n".join(files).decode("utf-8", "replace").lower()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "dokumenter"
    write(folder / "organisation.yaml", 'name: Solvik kommune\ncountry: "no"\nlanguage: nb\n')
    write(folder / "a.md", "# Reglement\n\nRektor avgjør søknader om permisjon i inntil to uker.\n")
    write(folder / "b.md", "# Nøkler\n\nVaktmesteren forvalter kvartsnøkkelen til kirketårnet.\n")
    return folder


# Start-up


def test_help_is_quick_and_loads_no_engine() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['mandat', '--help']\n"
        "from assistant.cli import main\n"
        "try:\n    main()\n"
        "finally:\n"
        "    engines = ('torch', 'chromadb', 'tantivy', 'langchain_core', 'fastapi', 'numpy', 'sqlalchemy')\n"
        "    print([name for name in engines if name in sys.modules], file=sys.stderr)\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0
    assert ran.stderr.strip() == "[]"
    for command in ("ingest", "ask", "serve", "eval", "check", "gaps", "documents"):
        assert f"\n  {command} " in ran.stdout
    # processor time: the clock would measure whatever else the machine does
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


@pytest.mark.parametrize("command", ["ingest", "ask", "serve", "eval", "check", "gaps", "bench"])
def test_every_command_has_help(fresh: Any, command: str) -> None:
    ran = fresh(command, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert f"mandat {command}" in ran.out


def test_a_process_of_its_own_answers(corpus_home: Path) -> None:
    environment = {**os.environ, "MANDAT_HOME": str(corpus_home)}
    command = [sys.executable, "-m", "assistant.cli", "ask", ANSWERED]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "eks ganger i året" in ran.stdout
    assert "[1] Lederfora i Granvik kommune · " in ran.stdout


# Exit codes


@pytest.mark.parametrize(
    ("question", "outcome", "status"),
    [
        (ANSWERED, "answered", 0),
        ("Hvem leder Digitaliseringsrådet?", "clarify", 3),
        (
            "Wie lautet die Telefonnummer des Bürgermeisters und wann ist das Rathaus geöffnet?",
            "out_of_scope",
            3,
        ),
        ("Hvilken farge har romraketten på Mars?", "not_found", 3),
    ],
)
def test_the_exit_status_tells_whether_it_was_answered(
    mandat: Any, question: str, outcome: str, status: int
) -> None:
    ran = mandat("ask", question, "--json")
    assert (ran.json["outcome"], ran.status, ran.err) == (outcome, status, "")
    plain = mandat("ask", question)
    assert (plain.status, plain.err) == (status, "")
    assert plain.out.startswith(ran.json["text"])


def test_without_a_library_nothing_can_be_answered(fresh: Any, tmp_path: Path) -> None:
    ran = fresh("ask", ANSWERED, "--json")
    assert (ran.status, ran.json["outcome"]) == (3, "unavailable")
    assert fresh("ask", ANSWERED).status == 3
    assert fresh("documents", "list", "--json").json == []
    assert fresh("check").status == 0
    assert not (tmp_path / "home" / "catalogue.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("ask", ANSWERED, "--organisation", "Oslo"), ("'Oslo'", "Granvik kommune", "Ekängs kommun")),
        (("ask", ANSWERED, "--as-of", "1.2.2026"), ("'1.2.2026'", "2026-01-31")),
        (("ask", ANSWERED, "--language", "de"), ("'de'", "nb, nn, da, sv, en")),
        (("gaps", "--since", "i går"), ("'i går'", "2026-01-31")),
        (("ingest", "finnes/ikke"), ("finnes/ikke", "no such file or folder")),
        (("documents", "show", "finnes-ikke"), ("'finnes-ikke'", "`mandat documents list`")),
        (("documents", "remove", "finnes-ikke"), ("'finnes-ikke'", "`mandat documents list`")),
        (("eval", CORPUS / "README.md"), ("README.md, line 1", "JSON")),
        (("eval", "finnes-ikke.jsonl"), ("finnes-ikke.jsonl", "cannot be read")),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    mandat: Any, arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    fails(mandat(*arguments), 2, *expected)
    ran = mandat(*arguments, "--json")
    assert (ran.status, ran.err) == (2, "")
    assert all(text in ran.json["error"]["message"] for text in expected)
    assert ran.json["error"]["code"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("ask",), "Missing argument 'question'"),
        (("ingest",), "Missing argument 'paths'"),
        (("svar",), "No such command 'svar'"),
        (("documents", "svar"), "No such command 'svar'"),
        (("ask", ANSWERED, "--nei"), "No such option: --nei"),
        (("serve", "--port", "abc"), "Invalid value for '--port'"),
    ],
)
def test_a_misspelt_command_says_what_is_wrong(fresh: Any, arguments: tuple[str, ...], expected: str) -> None:
    ran = fresh(*arguments)
    assert (ran.status, ran.out) == (2, "")
    lines = [line for line in ran.err.splitlines() if line.strip()]
    assert expected in lines[-1]
    assert len(lines) <= 3
    assert "Traceback" not in ran.err


def test_an_unusable_setting_is_named(run: Any, corpus_home: Path, tmp_path: Path) -> None:
    question = "Hvor ofte møtes HR-forum?"
    fails(run(corpus_home, "ask", question, MANDAT_ORGANISATION="Oslo"), 2, "'Oslo'", "Granvik kommune")
    nowhere = {"MANDAT_DATABASE_URL": f"sqlite:///{tmp_path}/ingen/steder/x.db"}
    fails(run(tmp_path / "home", "ingest", CORPUS, **nowhere), 1, "MANDAT_DATABASE_URL")


def test_an_unknown_variable_is_named_once(mandat: Any) -> None:
    ran = mandat("documents", "list", "--json", MANDAT_SPRAAK="nb")
    assert ran.status == 0
    assert len(ran.json) == 24
    assert ran.err.count("MANDAT_SPRAAK") == 1
    assert len(ran.err.splitlines()) == 1


# Scope


def test_the_date_chooses_the_version(mandat: Any) -> None:
    question = "Hvad er centerchefens beløbsgrænse for kontrakter?"
    given = ("ask", question, "--organisation", "Strandlev", "--json")
    now, then = (mandat(*given, "--as-of", day).json for day in ("2026-11-21", "2024-05-01"))
    assert "500.000" in now["text"]
    assert "300.000" in then["text"]
    versions = [{each["version"].split(".")[0] for each in reply["citations"]} for reply in (now, then)]
    assert "2023" not in versions[0]
    assert versions[1] == {"2023"}


def test_a_restricted_document_is_for_its_group_only(mandat: Any) -> None:
    given = ("ask", SECRET_QUESTION, "--organisation", "strandlev")
    inside = mandat(*given, "--groups", "ansatte, ledelse", "--json")
    assert (inside.status, inside.json["outcome"]) == (0, "answered")
    assert "8 procent" in inside.json["text"]
    for groups in ("", "ansatte", "Ledelse", "ledelse2"):
        outside = mandat(*given, "--groups", groups, "--json")
        shown = {**outside.json, "question": ""}
        text = json.dumps(shown, ensure_ascii=False).lower()
        assert not any(word in text for word in SECRET_WORDS), groups
        plain = mandat(*given, "--groups", groups).out.lower()
        assert not any(word in plain for word in SECRET_WORDS), groups


def test_the_default_organisation_is_a_setting(mandat: Any) -> None:
    question = "Hvor ofte møtes HR-forum?"
    ran = mandat("ask", question, "--json", MANDAT_ORGANISATION="Granvik")
    assert ran.json["outcome"] in ("answered", "conflicting")
    assert {each["organisation"] for each in ran.json["citations"]} == {"Granvik kommune"}


# JSON of every command


def test_documents_can_be_listed_and_shown(mandat: Any) -> None:
    listed = mandat("documents", "list", "--json").json
    assert len(listed) == 24
    assert all(
        {"id", "title", "organisation", "kind", "version", "passages", "sha256"} <= set(each)
        for each in listed
    )
    assert len(mandat("documents", "list").out.splitlines()) == 24
    wanted = next(each for each in listed if each["title"] == "Mandat for HR-forum")
    shown = mandat("documents", "show", wanted["id"], "--json").json
    assert {key: shown[key] for key in wanted} == wanted
    assert shown["text"].strip() in mandat("documents", "show", wanted["id"]).out


def test_an_evaluation_can_be_gated(mandat: Any, tmp_path: Path) -> None:
    case = {"id": "1", "lang": "nb", "question": ANSWERED, "kind": "forum", "evidence": ["eks ganger i året"]}
    file = write(tmp_path / "en.jsonl", json.dumps(case | {"answer_contains": [["eks ganger"]]}) + "\n")
    met = mandat("eval", file, "--min", "evidence@3=0.5", "--json")
    assert (met.status, met.json["missed"]) == (0, [])
    case["evidence"] = ["dette står ingen steder"]
    missed = mandat("eval", write(file, json.dumps(case)), "--min", "evidence@3=0.5", "--json")
    assert missed.status == 1
    assert len(missed.json["missed"]) == 1
    assert "missed: " in mandat("eval", file, "--min", "evidence@3=0.5").out


def test_what_was_not_answered_is_kept_as_a_gap(corpus_copy: Path, run: Any) -> None:
    assert run(corpus_copy, "gaps").out == "no unanswered questions\n"
    run(corpus_copy, "ask", "Hvilken farge har romraketten på Mars?")
    run(corpus_copy, "ask", ANSWERED)
    (gap,) = run(corpus_copy, "gaps", "--json").json
    assert (gap["outcome"], gap["count"]) == ("not_found", 1)
    assert "romraketten" in run(corpus_copy, "gaps").out


# Writing


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Callable[[], int]]:
    """Starts another process that writes to the home folder; gives its process id."""
    code = (
        "import sys; from pathlib import Path; from assistant.library.lock import HomeLock\n"
        "lock = HomeLock(Path(sys.argv[1])); lock.take(); print('taken', flush=True); sys.stdin.read()"
    )
    started: list[subprocess.Popen[str]] = []

    def start() -> int:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "home")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        return process.pid

    yield start
    for process in started:
        process.communicate("")


def test_a_second_writer_is_told_who_is_writing(source: Path, fresh: Any, holder: Callable[[], int]) -> None:
    assert fresh("ingest", source).status == 0
    pid = holder()
    fails(fresh("ingest", source), 1, f"process {pid} ")
    fails(fresh("documents", "remove", "solvik-reglement"), 1, f"process {pid} ")
    ran = fresh("ingest", source, "--json")
    assert (ran.status, ran.err, ran.json["error"]["code"]) == (1, "", "library_locked")
    assert fresh("ask", "Hvem avgjør søknader om permisjon?").status == 0


def test_ingesting_twice_changes_nothing(source: Path, fresh: Any, tmp_path: Path) -> None:
    first = fresh("ingest", source, "--json").json
    assert [(file["origin"], file["fate"]) for file in first[0]["files"]] == [
        ("a.md", "added"),
        ("b.md", "added"),
    ]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "home" / "index").rglob("*")}
    listed = fresh("documents", "list", "--json").json
    second = fresh("ingest", source, "--json").json
    assert {file["fate"] for file in second[0]["files"]} == {"unchanged"}
    assert not second[0]["published"]
    assert fresh("documents", "list", "--json").json == listed
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "home" / "index").rglob("*")} == before
    assert fresh("ingest", source).out.splitlines()[0].endswith("2 unchanged")


def test_what_is_taken_away_leaves_nothing_behind(source: Path, fresh: Any, tmp_path: Path) -> None:
    other = write(
        tmp_path / "andre" / "c.md", "# Båter\n\nHavnefogden i Solvik kommune fordeler båtplassene.\n"
    )
    fresh("ingest", source, other.parent)
    assert "kvartsnøkkelen" in held_under(tmp_path / "home")
    (source / "b.md").unlink()
    ran = fresh("ingest", source)
    assert "removed    b.md" in ran.out
    held = held_under(tmp_path / "home")
    assert not [word for word in ("kvartsn", "kirketårn") if word in held]
    listed = fresh("documents", "list", "--json").json
    assert {each["title"] for each in listed} == {"Reglement", "Båter"}
    assert "båtplassene" in held

    boats = next(each["id"] for each in listed if each["title"] == "Båter")
    assert fresh("documents", "remove", boats, "--json").json == {"removed": 1}
    assert not [word for word in ("båtplass", "havnefogd") if word in held_under(tmp_path / "home")]
    assert [each["title"] for each in fresh("documents", "list", "--json").json] == ["Reglement"]
    fails(fresh("documents", "show", boats), 2, boats)
    checked = fresh("check", "--json").json
    assert checked == {"found": [], "left": [], "encoder": "bundled", "calibrated": None}


def test_audience_and_organisation_are_options(source: Path, fresh: Any) -> None:
    (source / "organisation.yaml").unlink()
    fresh("ingest", source, "--organisation", "Nordvik kommune", "--audience", "ledelse,hr")
    question = ("ask", "Hvem avgjør søknader om permisjon i Nordvik?", "--json")
    assert fresh(*question).json["outcome"] != "answered"
    ran = fresh(*question, "--groups", "hr")
    assert {each["organisation"] for each in ran.json["citations"]} == {"Nordvik kommune"}


def test_a_name_in_a_sidecar_means_what_the_source_declares(tmp_path: Path, fresh: Any) -> None:
    folder = tmp_path / "kommuner"
    write(folder / "a.md", "# Permisjon\n\nRektor avgjør søknader om permisjon.\n")
    write(folder / "a.md.yaml", "organisation: SK\n")
    stated = write(folder / "b" / "organisation.yaml", "name: Solvik kommune\nlanguage: nb\n")
    write(folder / "b" / "b.md", "# Nøkler\n\nVaktmesteren forvalter kvartsnøkkelen.\n")

    def owners() -> set[str]:
        assert fresh("ingest", folder).status == 0
        return {each["organisation"] for each in fresh("documents", "list", "--json").json}

    assert owners() == {"sk", "solvik"}
    write(stated, "name: Solvik kommune\naliases: [SK]\nlanguage: nb\n")
    assert owners() == {"solvik"}


def test_another_encoder_makes_a_new_generation(source: Path, fresh: Any, tmp_path: Path) -> None:
    other = Path(shutil.copytree(BUNDLED, tmp_path / "annen-koder"))
    tensors = load_file(other / "model.safetensors")
    save_file(
        {name: matrix[..., :64].copy() for name, matrix in tensors.items()}, other / "model.safetensors"
    )
    fresh("ingest", source)
    with_other = {"MANDAT_ENCODER": str(other)}
    ran = fresh("ingest", source, "--json", **with_other).json
    assert {file["fate"] for file in ran[0]["files"]} == {"unchanged"}
    assert ran[0]["published"]
    assert fresh("check", **with_other).status == 0
    answered = fresh("ask", "Hvem avgjør søknader om permisjon?", **with_other)
    assert answered.status == 0
    assert "Rektor" in answered.out
    fails(fresh("ingest", source, MANDAT_ENCODER=str(tmp_path / "ingen")), 1, "ingen")


def test_a_broken_index_is_found_and_rebuilt(corpus_copy: Path, run: Any) -> None:
    (generation,) = (corpus_copy / "index").iterdir()
    shutil.rmtree(generation / "vectors")
    broken = run(corpus_copy, "check", "--json")
    assert broken.status == 1
    assert {each["part"] for each in broken.json["found"]} == {"vectors"}
    answered = run(corpus_copy, "ask", ANSWERED, "--json")
    assert (answered.status, answered.json["outcome"]) == (0, "answered")
    assert answered.json["notes"]
    healed = run(corpus_copy, "check", "--repair")
    assert healed.status == 0
    assert "repaired: vectors" in healed.out
    assert not run(corpus_copy, "ask", ANSWERED, "--json").json["notes"]


def test_one_source_that_fails_does_not_hide_the_others(fresh: Callable[..., Any], tmp_path: Path) -> None:
    good = tmp_path / "good.md"
    good.write_text("# Reglement for Solvik kommune\n\nLedergruppen møtes hver mandag.", encoding="utf-8")
    ran = fresh("ingest", good, tmp_path / "absent", "--json")
    assert ran.status == 0
    assert [report["files"][0]["fate"] for report in ran.json[:1]] == ["added"]
    assert ran.json[1]["error"]["code"] == "usage"


def test_a_home_that_is_a_file_is_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("x", encoding="utf-8")
    ran = run(home, "ask", "Hvem leder?")
    assert ran.status == 2
    assert "MANDAT_HOME" in ran.err


def test_a_reranker_that_is_not_there_costs_no_answer_but_is_not_measured(
    corpus_copy: Path, run: Any
) -> None:
    absent = {"MANDAT_RERANKER": str(corpus_copy / "ingen")}
    answered = run(corpus_copy, "ask", ANSWERED, "--json", **absent)
    assert (answered.status, answered.json["outcome"]) == (0, "answered")
    assert len(answered.json["notes"]) == 1
    questions = Path(__file__).parents[1] / "evaluation" / "corpus-questions.jsonl"
    fails(run(corpus_copy, "eval", questions, **absent), 1, "MANDAT_RERANKER")
