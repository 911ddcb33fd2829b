"""The app package to upload to Teams: a manifest, its translations and two icons, as a zip.

What Microsoft asks of it: learn.microsoft.com/microsoft-365/extensibility/schema (manifest 1.28, May 2026)
and learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package (icons).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import UsageError
from assistant.language.wordlists import read_yaml

MANIFEST_VERSION = "1.28"
_SCHEMAS = f"https://developer.microsoft.com/json-schemas/teams/v{MANIFEST_VERSION}"
_COLOUR = "#0b5568"
_WHITE = "#ffffff"
# The M of page/icon.svg, in its units of 32; its line is 3 wide.
_ICON_UNITS = 32
_M = ((8, 23), (8, 10), (16, 18), (24, 10), (24, 23))
_LINE = 3
_FINER = 8  # drawn larger and made smaller, for smooth edges

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}")
_SCOPES = ["personal", "team", "groupChat"]
_FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Package:
    """What the package says of the app and of whoever runs it; "" takes what `public_url` gives."""

    app_id: str
    public_url: str
    name: str = "Mandat"
    developer: str = ""
    website: str = ""
    privacy: str = ""
    terms: str = ""
    version: str = "1.0.0"


def build_package(package: Package) -> bytes:
    """The zip.

    Raises:
        UsageError: something that Teams would refuse the package for.
    """
    files = {"manifest.json": _as_json(manifest(package))}
    for language in _languages():
        if language != _FALLBACK:
            files[f"{language}.json"] = _as_json(_translation(language, package))
    files |= {"color.png": colour_icon(), "outline.png": outline_icon()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # one date for all: the same package is the same bytes
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def manifest(package: Package) -> dict[str, Any]:
    """The manifest.

    Raises:
        UsageError: an id, address, name or version is missing or of another form.
    """
    _check(package)
    host = urlsplit(package.public_url).hostname or ""
    said = _words(_FALLBACK)
    return {
        "$schema": f"{_SCHEMAS}/MicrosoftTeams.schema.json",
        "manifestVersion": MANIFEST_VERSION,
        "version": package.version,
        "id": package.app_id.casefold(),
        "localizationInfo": {
            "defaultLanguageTag": _FALLBACK,
            "additionalLanguages": [
                {"languageTag": language, "file": f"{language}.json"}
                for language in _languages()
                if language != _FALLBACK
            ],
        },
        "developer": {
            "name": package.developer or host[:32],
            "websiteUrl": package.website or package.public_url,
            "privacyUrl": package.privacy or package.website or package.public_url,
            "termsOfUseUrl": package.terms or package.website or package.public_url,
        },
        "name": {"short": package.name, "full": _full_name(package, said)},
        "description": {"short": said["short"], "full": said["full"]},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": _COLOUR,
        "bots": [
            {
                "botId": package.app_id.casefold(),
                "scopes": _SCOPES,
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [
                    {
                        "scopes": _SCOPES,
                        "commands": [
                            {"title": title, "description": description}
                            for title, description in zip(said["titles"], said["descriptions"], strict=True)
                        ],
                    }
                ],
            }
        ],
        "validDomains": [host],
    }


def colour_icon() -> bytes:
    """192 × 192: the M on the page's colour, edge to edge (Teams rounds the corners)."""
    return _icon(192, _COLOUR)


def outline_icon() -> bytes:
    """32 × 32: the M in white on nothing."""
    return _icon(32, "")


def _icon(size: int, background: str) -> bytes:
    from PIL import Image, ImageDraw

    drawn = Image.new("L", (size * _FINER, size * _FINER), 0)
    pen, scale = ImageDraw.Draw(drawn), size * _FINER / _ICON_UNITS
    points = [(x * scale, y * scale) for x, y in _M]
    pen.line(points, fill=255, width=round(_LINE * scale))
    half = _LINE * scale / 2
    for x, y in points:  # round ends and corners
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    mask = drawn.resize((size, size), Image.Resampling.BOX)
    letter = Image.new("RGBA", (size, size), _WHITE)
    if background:
        letter = Image.composite(letter, Image.new("RGBA", (size, size), background), mask)
    else:
        letter.putalpha(mask)
    saved = io.BytesIO()
    letter.save(saved, "PNG", optimize=True)
    return saved.getvalue()


def _translation(language: str, package: Package) -> dict[str, str]:
    said = _words(language)
    translated = {
        "$schema": f"{_SCHEMAS}/MicrosoftTeams.Localization.schema.json",
        "name.short": package.name,
        "name.full": _full_name(package, said),
        "description.short": said["short"],
        "description.full": said["full"],
    }
    for at, (title, description) in enumerate(zip(said["titles"], said["descriptions"], strict=True)):
        command = f"bots[0].commandLists[0].commands[{at}]"
        translated |= {f"{command}.title": title, f"{command}.description": description}
    return translated


def _full_name(package: Package, said: dict[str, Any]) -> str:
    # Teams asks for a full name that is not the short one
    return f"{package.name} – {said['short'][:1].casefold()}{said['short'][1:]}"[:100]


def _check(package: Package) -> None:
    if not _GUID.fullmatch(package.app_id):
        got = repr(package.app_id) if package.app_id else "empty"
        raise UsageError(f"MANDAT_TEAMS_APP_ID is {got}; set it to the app id that Azure shows")
    if not package.public_url:
        raise UsageError("MANDAT_PUBLIC_URL is empty; set it to the https:// address of the web page")
    addresses = {
        "MANDAT_PUBLIC_URL": package.public_url,
        "--website": package.website,
        "--privacy-url": package.privacy,
        "--terms-url": package.terms,
    }
    for name, address in addresses.items():
        parts = urlsplit(address)
        if address and not (parts.scheme == "https" and parts.hostname and len(address) <= 2048):
            raise UsageError(f"{name} is {address!r}; Teams takes addresses that begin with https:// only")
    if not 1 <= len(package.name.strip()) <= 30:
        raise UsageError(f"--name has {len(package.name)} characters; Teams takes 1 to 30")
    if len(package.developer) > 32:
        raise UsageError(f"--developer has {len(package.developer)} characters; Teams takes at most 32")
    if not _VERSION.fullmatch(package.version):
        raise UsageError(f"--app-version is {package.version!r}; write three numbers, as 1.0.1")


def _words(language: str) -> dict[str, Any]:
    said: dict[str, Any] = _every()[language]
    return said


def _languages() -> tuple[str, ...]:
    return tuple(_every())


def _every() -> dict[str, dict[str, Any]]:
    every: dict[str, dict[str, Any]] = read_yaml("assistant.channels.teams", "words")
    return every


def _as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
