"""The app package has what Microsoft asks for, and says plainly what is missing."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from assistant.channels.teams.package import Package, build_package, manifest
from assistant.errors import UsageError
from tests.conftest import Mandat

APP_ID = "11111111-2222-3333-4444-555555555555"
PACKAGE = Package(APP_ID, "https://mandat.granvik.example:8443/mandat")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def unpacked(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_manifest_is_of_the_structure_that_microsoft_asks_for() -> None:
    files = unpacked(build_package(PACKAGE))
    made = json.loads(files["manifest.json"])
    assert made["manifestVersion"] in made["$schema"]
    assert GUID.fullmatch(made["id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", made["version"])
    assert 1 <= len(made["name"]["short"]) <= 30
    assert 1 <= len(made["name"]["full"]) <= 100
    assert made["name"]["short"] != made["name"]["full"]
    assert 1 <= len(made["description"]["short"]) <= 80
    assert 1 <= len(made["description"]["full"]) <= 4000
    assert made["description"]["short"] not in made["description"]["full"]
    assert len(made["developer"]["name"]) <= 32
    assert all(
        made["developer"][key].startswith("https://") for key in ("websiteUrl", "privacyUrl", "termsOfUseUrl")
    )
    assert re.fullmatch("#[0-9a-f]{6}", made["accentColor"])
    assert made["validDomains"] == ["mandat.granvik.example"]
    (bot,) = made["bots"]
    assert bot["botId"] == APP_ID
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}
    assert len(bot["commandLists"]) <= 3
    for listed in bot["commandLists"]:
        assert set(listed["scopes"]) <= set(bot["scopes"])
        assert 1 <= len(listed["commands"]) <= 10
        assert all(len(command["title"]) <= 32 for command in listed["commands"])
        assert all(len(command["description"]) <= 128 for command in listed["commands"])
    assert set(files) == {"manifest.json", *made["icons"].values()} | {
        each["file"] for each in made["localizationInfo"]["additionalLanguages"]
    }


@pytest.mark.parametrize("language", ["nb", "nn", "da", "sv"])
def test_each_language_has_its_own_words_within_the_limits(language: str) -> None:
    files = unpacked(build_package(PACKAGE))
    english, told = json.loads(files["manifest.json"]), json.loads(files[f"{language}.json"])
    limits = {"name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000}
    commands = len(english["bots"][0]["commandLists"][0]["commands"])
    for at in range(commands):
        limits |= {f"bots[0].commandLists[0].commands[{at}].title": 32}
        limits |= {f"bots[0].commandLists[0].commands[{at}].description": 128}
    assert set(told) == {"$schema", *limits}
    assert all(1 <= len(told[key]) <= limit for key, limit in limits.items())
    assert told["description.full"] != english["description"]["full"]


def test_the_icons_have_the_sizes_and_colours_that_teams_asks_for() -> None:
    files = unpacked(build_package(PACKAGE))
    colour, outline = (Image.open(io.BytesIO(files[name])) for name in ("color.png", "outline.png"))
    assert (colour.format, colour.size) == ("PNG", (192, 192))
    assert (outline.format, outline.size) == ("PNG", (32, 32))
    solid = colour.convert("RGBA")
    assert solid.getextrema()[3] == (255, 255)
    assert {solid.getpixel(at) for at in ((0, 0), (191, 0), (0, 191), (191, 191))} == {
        (0x0B, 0x55, 0x68, 255)
    }
    assert solid.getpixel((96, 108)) == (255, 255, 255, 255)
    drawn = outline.convert("RGBA")
    assert drawn.getextrema()[:3] == ((255, 255),) * 3  # white and nothing else
    assert drawn.getextrema()[3] == (0, 255)
    assert {drawn.getpixel(at)[3] for at in ((0, 0), (31, 0), (0, 31), (31, 31), (16, 5))} == {0}  # type: ignore[index]
    assert len(files["color.png"]) < 30_000


def test_the_same_package_is_the_same_bytes() -> None:
    assert build_package(PACKAGE) == build_package(PACKAGE)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"app_id": ""}, "MANDAT_TEAMS_APP_ID is empty"),
        ({"app_id": "mandat"}, "MANDAT_TEAMS_APP_ID is 'mandat'"),
        ({"public_url": ""}, "MANDAT_PUBLIC_URL is empty"),
        ({"public_url": "http://mandat.example"}, "MANDAT_PUBLIC_URL"),
        ({"website": "granvik.example"}, "--website"),
        ({"privacy": "javascript:x"}, "--privacy-url"),
        ({"terms": "https://"}, "--terms-url"),
        ({"name": ""}, "--name"),
        ({"name": "x" * 31}, "--name"),
        ({"developer": "x" * 33}, "--developer"),
        ({"version": "1.0"}, "--app-version"),
        ({"version": "01.0.0"}, "--app-version"),
    ],
)
def test_what_teams_would_refuse_is_refused_here(fields: dict[str, str], named: str) -> None:
    with pytest.raises(UsageError, match=re.escape(named)):
        build_package(replace(PACKAGE, **fields))


def test_who_runs_it_can_be_said() -> None:
    made = manifest(
        replace(PACKAGE, developer="Granvik kommune", website="https://granvik.example", name="Spør")
    )
    assert made["developer"] == {
        "name": "Granvik kommune",
        "websiteUrl": "https://granvik.example",
        "privacyUrl": "https://granvik.example",
        "termsOfUseUrl": "https://granvik.example",
    }
    assert made["name"]["short"] == "Spør"


def test_the_command_writes_the_package_or_says_what_is_missing(fresh: Mandat, tmp_path: Path) -> None:
    file = tmp_path / "app.zip"
    set_up = {"MANDAT_TEAMS_APP_ID": APP_ID, "MANDAT_PUBLIC_URL": "https://mandat.granvik.example"}
    ran = fresh("teams-package", "--output", file, "--app-version", "1.2.3", "--json", **set_up)
    assert ran.status == 0, ran.err
    assert ran.json["file"] == str(file)
    assert json.loads(unpacked(file.read_bytes())["manifest.json"])["version"] == "1.2.3"
    missing = fresh("teams-package", "--output", tmp_path / "none.zip")
    assert missing.status == 2
    assert missing.err == "mandat: MANDAT_TEAMS_APP_ID is empty; set it to the app id that Azure shows\n"
    assert not (tmp_path / "none.zip").exists()
    nowhere = fresh("teams-package", "--output", tmp_path / "none" / "app.zip", **set_up)
    assert nowhere.status == 2
    assert "--output" in nowhere.err
