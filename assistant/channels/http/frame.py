"""The page around what the server writes itself: a document, an answer without scripts."""

from __future__ import annotations

from html import escape


def framed(title: str, main: str, *, language: str = "nb", script: str = "source.js") -> str:
    """A whole page with this title and main part; `script` "" runs none."""
    runs = f'<script type="module" src="/page/{script}"></script>' if script else ""
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – Mandat</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
{runs}
</head>
<body class="source">
<header class="top"><div class="top-inner">
<a class="wordmark" href="/"><img src="/page/icon.svg" alt="" width="28" height="28">Mandat</a>
<a class="back" href="/" data-word="back">Still et spørsmål</a>
</div></header>
<main class="source-main">
{main}
</main>
</body>
</html>
"""
