"""Examples for /openapi.json; the municipalities are made up, a test holds them to the models."""

from __future__ import annotations

from typing import Any

QUESTIONS: dict[str, Any] = {
    "norsk": {
        "summary": "Hvem avgjør?",
        "value": {"question": "Hvem avgjør tilsettinger i Nordvik?", "organisation": "nordvik"},
    },
    "dansk": {
        "summary": "Hvad er forummet til for?",
        "value": {"question": "Hvad er formålet med Chefforum?", "organisation": "Sundby Kommune"},
    },
    "svenska": {
        "summary": "En roll, ett datum",
        "value": {
            "question": "Vad får en enhetschef besluta om?",
            "organisation": "bjorkhaga",
            "as_of": "2026-01-01",
            "asker_role": "enhetschef",
            "conversation_id": "7f3a9c",
        },
    },
}

_TIMING = {"understand": 1.2, "retrieve": 8.4, "answer": 3.9, "verify": 0.6}

_CITATION = {
    "number": 1,
    "document_id": "nordvik/delegeringsreglement",
    "title": "Delegeringsreglement for Nordvik kommune",
    "organisation": "Nordvik kommune",
    "organisation_id": "nordvik",
    "kind": "delegation",
    "language": "nb",
    "locator": "§ 4-2 andre ledd",
    "quote": "Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå.",
    "start": 1234,
    "end": 1309,
    "passage_id": "nordvik/delegeringsreglement@2024-01-01#17",
    "url": "/documents/nordvik%2Fdelegeringsreglement?version=2024-01-01#c1234-1309",
    "valid_from": "2024-01-01",
    "valid_to": None,
    "version": "2024-01-01",
}

_NEAREST = {
    "number": 1,
    "document_id": "sundby/ledelsesgrundlag",
    "title": "Ledelsesgrundlag for Sundby Kommune",
    "organisation": "Sundby Kommune",
    "organisation_id": "sundby",
    "kind": "leadership",
    "language": "da",
    "locator": "s. 4 · Chefforum",
    "quote": "Chefforum mødes den første mandag i hver måned.",
    "start": 310,
    "end": 357,
    "passage_id": "sundby/ledelsesgrundlag@2025#4",
    "url": "/documents/sundby%2Fledelsesgrundlag?version=2025#c310-357",
    "valid_from": None,
    "valid_to": None,
    "version": "2025",
}

REPLIES: dict[str, Any] = {
    "answered": {
        "summary": "Et svar med kilde",
        "value": {
            "id": "0197e3c2a4",
            "outcome": "answered",
            "language": "nb",
            "mode": "extractive",
            "text": "Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå. [1]",
            "statements": [
                {
                    "text": "Kommunedirektøren avgjør tilsettinger i alle stillinger under direktørnivå.",
                    "citations": [1],
                }
            ],
            "citations": [_CITATION],
            "abstention": None,
            "clarification": None,
            "decision": None,
            "profile": None,
            "notes": [],
            "conversation_id": "",
            "timing_ms": _TIMING,
        },
    },
    "silent": {
        "summary": "Dokumenterne svarer ikke",
        "value": {
            "id": "0197e3c2b1",
            "outcome": "silent",
            "language": "da",
            "mode": "extractive",
            "text": "Dokumenterne nævner Chefforum, men siger ikke, hvem der er formand.",
            "statements": [],
            "citations": [],
            "abstention": {
                "reason": "no_rule_stated",
                "text": "Dokumenterne nævner Chefforum, men siger ikke, hvem der er formand.",
                "nearest": [_NEAREST],
                "ask": "Direktionssekretariatet",
            },
            "clarification": None,
            "decision": None,
            "profile": None,
            "notes": [],
            "conversation_id": "",
            "timing_ms": _TIMING,
        },
    },
    "clarify": {
        "summary": "En fråga tillbaka",
        "value": {
            "id": "0197e3c2c7",
            "outcome": "clarify",
            "language": "sv",
            "mode": "extractive",
            "text": "Vilken kommun gäller frågan?",
            "statements": [],
            "citations": [],
            "abstention": None,
            "clarification": {
                "text": "Vilken kommun gäller frågan?",
                "options": [
                    {"label": "Björkhaga kommun", "organisation": "bjorkhaga"},
                    {"label": "Almviks kommun", "organisation": "almvik"},
                ],
            },
            "decision": None,
            "profile": None,
            "notes": [],
            "conversation_id": "7f3a9c",
            "timing_ms": _TIMING,
        },
    },
}
