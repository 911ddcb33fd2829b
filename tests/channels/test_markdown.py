"""What documents say is shown letter for letter: markdown-it makes nothing of it."""

import pytest
from markdown_it import MarkdownIt

from assistant.channels.markdown import escaped, marked
from assistant.channels.presentation import Presentation, Source
from assistant.domain.reply import Outcome

ATTEMPTS = [
    "[klikk](https://evil.example)", "![bilde](https://evil.example/x.png)", "<https://evil.example>",
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "https://evil.example/sti?a=b",
    "www.evil.example", "mailto:a@evil.example", "**fet** og *kursiv* og __to__ og _en_", "`kode` og ~~strek~~",
    "# overskrift", "| a | b |", "<@U123> @channel @here", "[1]: https://evil.example", "[1][1]",
    "\\[klikk\\](https://evil.example)", "javascript:alert(1)", "&lt;b&gt; &amp;",
]  # fmt: skip


@pytest.mark.parametrize("text", ATTEMPTS)
def test_no_link_image_or_emphasis_comes_of_it(text: str) -> None:
    tokens = MarkdownIt("commonmark", {"linkify": False}).parse(f"Sitat: {escaped(text)}")
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "text_special", "softbreak"}


@pytest.mark.parametrize("text", ["https://evil.example", "http://a.b", "www.evil.example", "ftp://a.b"])
def test_a_bare_address_is_broken_for_clients_that_link_them(text: str) -> None:
    assert "\\" in escaped(text)
    assert "://" not in escaped(text).replace("\\:", "")


@pytest.mark.parametrize(
    "text", ["[1]: https://evil.example", "[1]: <https://evil.example>\n\n[1]", "[1](https://evil.example)"]
)
def test_a_pointer_of_ours_is_not_defined_by_a_document(text: str) -> None:
    source = Source(1, "Plan", "", "", False)
    shown = Presentation("x", Outcome.ANSWERED, "nb", "", text, "", (), "", (source,), (), None)
    tokens = MarkdownIt("commonmark").parse(f"Svar. [1]\n\n{marked(shown)}")
    inline = [child.type for token in tokens for child in token.children or ()]
    assert not {"link_open", "image"} & set(inline)
