"""What is installed from the wheel works without the checkout: every data file is in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("assistant", "ingestion", "prompts")
NEEDED = {
    "assistant/answering/data/phrases.yaml",
    "assistant/channels/http/page/index.html",
    "assistant/channels/http/page/words.json",
    "assistant/channels/slack/manifest.yaml",
    "assistant/language/data/stems.txt",
    "assistant/library/nordic-static-256/model.safetensors",
    "assistant/library/nordic-static-256/tokenizer.json",
    "assistant/retrieval/glossary.yaml",
    "ingestion/data/metadata.yaml",
}
# As `mandat` runs, save that the checkout (an editable installation) cannot be imported.
RUN = (
    "import sys; from pathlib import Path\n"
    "sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(sys.argv[1])]\n"
    "del sys.argv[1]\n"
    "from assistant.cli import main\n"
    "try:\n    main()\n"
    "finally:\n"
    "    ours = [m for n, m in sys.modules.items() if n.partition('.')[0] in ('assistant', 'ingestion')]\n"
    "    print(*{str(Path(m.__file__).resolve()) for m in ours}, sep='\\n', file=sys.stderr)\n"
)

pytest.importorskip("build", reason="no `build` here to make a wheel with")
pytest.importorskip("hatchling", reason="no hatchling here: pyproject.toml names it as the build backend")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    there = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert there >= NEEDED
    assert names >= there
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)


def test_an_installed_wheel_ingests_and_answers(wheel: Path, tmp_path: Path) -> None:
    target, work = tmp_path / "installert", tmp_path / "arbeid"
    work.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    quiet = ["--disable-pip-version-check", "--target", str(target), str(wheel)]
    subprocess.run([*install, *quiet], check=True, cwd=work)
    (work / "reglement.md").write_text(
        "# Reglement for Solvik kommune\n\nRektor avgjør søknader om permisjon i inntil to uker.\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(target)}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran

    ingested = run(sys.executable, "-P", "-c", RUN, str(ROOT), "ingest", "reglement.md")
    assert "1 added" in ingested.stdout
    loaded = [Path(line) for line in ingested.stderr.splitlines() if line.startswith("/")]
    assert len(loaded) > 20
    assert all(path.is_relative_to(target.resolve()) for path in loaded)
    assert (work / ".mandat" / "catalogue.sqlite3").is_file()

    answered = run(str(target / "bin" / "mandat"), "ask", "Hvem avgjør søknader om permisjon?")
    assert "Rektor avgjør søknader om permisjon i inntil to uker." in answered.stdout
