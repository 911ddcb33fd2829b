"""Takes the pictures of the web page that the README shows: `python tests/scenarios/take_pictures.py`.

Needs a library of the sample corpus in MANDAT_HOME, and chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from browsers import chromium
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "channels"))
from canned import served

from assistant.app import create_server
from assistant.settings import load_settings

PICTURES = Path(__file__).parent / "pictures"


def ask(page: Any, question: str) -> None:
    before = page.locator(".turn").count()
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(before).locator(".actions").wait_for()


def main() -> None:
    with served(create_server(load_settings())) as url, chromium() as browser:
        page = browser.new_page(
            viewport={"width": 1360, "height": 820}, locale="nb-NO", reduced_motion="reduce"
        )
        page.goto(f"{url}/?organisation=granvik")
        page.locator("#organisation option").nth(1).wait_for(state="attached")
        ask(page, "Hvor mange medlemmer har kommunestyret?")
        page.get_by_role("link", name="Åpne i kilden").first.click()
        page.locator("mark.cited").first.wait_for()
        page.screenshot(path=PICTURES / "source.png")
        page.goto(f"{url}/map?organisation=granvik")
        page.locator(".tree").wait_for()
        page.screenshot(path=PICTURES / "map.png")
        phone = browser.new_page(
            viewport={"width": 400, "height": 820},
            locale="da-DK",
            color_scheme="dark",
            reduced_motion="reduce",
        )
        phone.goto(f"{url}/?organisation=strandlev")
        phone.locator("#organisation option").nth(1).wait_for(state="attached")
        ask(phone, "Hvor meget må en centerchef købe ind for?")
        phone.screenshot(path=PICTURES / "phone.png")
    for picture in PICTURES.glob("*.png"):
        Image.open(picture).convert("P", palette=Image.Palette.ADAPTIVE, colors=96).save(
            picture, optimize=True
        )


if __name__ == "__main__":
    main()
