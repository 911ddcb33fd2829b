"""An answer as a page of its own, for browsers that run no scripts."""

from __future__ import annotations

from html import escape

from assistant.channels.html import html
from assistant.channels.http.frame import framed
from assistant.channels.presentation import Presentation


def answer_page(question: str, shown: Presentation) -> str:
    """The question and its reply; an option of a question back asks it again of that organisation."""
    options = "\n".join(
        f'<li><button class="option" name="organisation" value="{escape(option.organisation)}">'
        f"{escape(option.label)}</button></li>"
        for option in shown.options
    )
    if options:
        options = (
            '<form action="/v1/ask/page" method="post">'
            f'<input type="hidden" name="question" value="{escape(question)}">'
            f'<ul class="options">{options}</ul></form>'
        )
    main = f'<h1 class="question">{escape(question)}</h1>\n{html(shown)}\n{options}'
    return framed(question, main, language=shown.language, script="")
