"""Writes statute sections as Markdown, one file an act, to measure answers among very many passages.

    python tests/scenarios/make_distractors.py FOLDER SECTIONS.jsonl.gz… [--sections 34000]
    mandat ingest corpus FOLDER && mandat eval tests/evaluation/corpus-questions.jsonl

A line of SECTIONS has `law`, `refid`, `section`, `heading`, `text` and, if known, `title_full` and
`chapter`. Acts are taken in order of `refid` until a file has given `--sections` sections.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--sections", type=int, default=34_000, help="sections of each file, about")
    arguments = parser.parse_args()
    for file in arguments.files:
        folder = arguments.folder / file.name.split(".")[0]
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{file.name}: {write_acts(file, folder, arguments.sections)} sections in {folder}")


def write_acts(file: Path, folder: Path, limit: int) -> int:
    """Write the acts of one file; how many sections they have."""
    acts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            section = json.loads(line)
            acts[str(section["refid"])].append(section)
    written = 0
    for refid, sections in sorted(acts.items()):
        if written >= limit:
            break
        (folder / f"{re.sub(r'[^0-9A-Za-z]+', '-', refid)[:90]}.md").write_text(
            _act(sections), encoding="utf-8"
        )
        written += len(sections)
    return written


def _act(sections: list[dict[str, Any]]) -> str:
    title = sections[0].get("title_full") or sections[0]["law"]
    parts = [f"# {' '.join(title.split())}", f"Id: {sections[0]['refid']}"]
    for chapter, inside in groupby(sections, key=lambda section: section.get("chapter")):
        if chapter:
            parts.append(f"## Kapitel {chapter}")
        for section in inside:
            number = str(section["section"] or "")
            name = number if "§" in number else f"§ {number}"
            parts += [f"### {name} {section['heading'] or ''}".rstrip(), section["text"]]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
