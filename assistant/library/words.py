"""The word index: BM25 over stems and character grams, by tantivy.

Scores are tantivy's BM25 (k1 1.2, b 0.75; Robertson and Zaragoza 2009) summed over the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.language.tokens import grams, stems
from assistant.library.faults import engine_faults
from assistant.library.rows import Filter, Hit, IndexRow

FIELDS = ("body", "context", "grams")
"""What can be searched: stems of the passage, stems of its title and headings, grams of all these."""

Query = Mapping[str, Sequence[Mapping[str, float]]]
"""Field → what is asked for, each as alternatives (stem or gram → how much it counts): the best counts."""

_SEPARATOR = "\x1f"
_HEAP_BYTES = 64_000_000


class WordIndex:
    """One generation's word index, opened for reading. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        with engine_faults("words"):
            self._index = tantivy.Index.open(str(folder))
            self._schema = self._index.schema
            self._searcher = self._index.searcher()
        self._t = tantivy

    def search(self, filter_: Filter, query: Query, limit: int) -> list[tuple[str, Hit]]:
        """The rows in scope that hold any of the stems or grams, with their keys, best first.

        Raises:
            IndexUnavailable: the index failed.
        """
        shoulds = [
            (self._t.Occur.Should, self._best_of(field, alternatives))
            for field, asked in query.items()
            for alternatives in asked
            if any(weight > 0 for weight in alternatives.values())
        ]
        if not shoulds or limit < 1 or not filter_.audiences or filter_.organisations == ():
            return []
        occur, queries = self._t.Occur, self._t.Query
        musts = [(occur.Must, queries.const_score_query(part, 0.0)) for part in self._scope(filter_)]
        asked = queries.boolean_query([*musts, (occur.Must, queries.boolean_query(shoulds))])
        with engine_faults("words"):
            found = self._searcher.search(asked, limit, count=False).hits
            hits = [self._hit(score, address) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit[1].score, hit[1].passage_id, hit[0]))

    def frequencies(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each stem stands in body or headings, and how many there are.

        Raises:
            IndexUnavailable: the index failed.
        """
        with engine_faults("words"):
            counts = {
                term: max(self._searcher.doc_freq("body", term), self._searcher.doc_freq("context", term))
                for term in terms
            }
            return counts, self._searcher.num_docs

    def rows(self) -> Iterator[IndexRow]:
        """Every row the index holds, without its text.

        Raises:
            IndexUnavailable: the index failed.
        """
        with engine_faults("words"):
            count = self._searcher.num_docs
            found = self._searcher.search(self._t.Query.all_query(), max(count, 1), count=False).hits
            for _, address in found:
                yield _row(self._searcher.doc(address).to_dict())

    def close(self) -> None:
        """Let go of the files."""
        del self._searcher, self._index

    def _best_of(self, field: str, alternatives: Mapping[str, float]) -> Any:
        # Terms are taken as they are: the query parser never sees a question.
        query = self._t.Query
        parts = [
            query.boost_query(query.term_query(self._schema, field, term, "freq"), weight)
            for term, weight in alternatives.items()
            if weight > 0
        ]
        return query.disjunction_max_query(parts) if len(parts) > 1 else parts[0]

    def _scope(self, filter_: Filter) -> list[Any]:
        query, integer = self._t.Query, self._t.FieldType.Integer
        parts = [query.term_set_query(self._schema, "audience", list(filter_.audiences))]
        if filter_.organisations is not None:
            parts.append(query.term_set_query(self._schema, "organisation", list(filter_.organisations)))
        if filter_.day is not None:
            day = filter_.day
            parts += [
                query.term_query(self._schema, "standing", 1),
                query.range_query(self._schema, "valid_from", integer, upper_bound=day),
                query.range_query(self._schema, "valid_to", integer, lower_bound=day, include_lower=False),
            ]
        return parts

    def _hit(self, score: float, address: Any) -> tuple[str, Hit]:
        stored = self._searcher.doc(address)
        return str(stored.get_first("key")), Hit(str(stored.get_first("id")), float(score))


def build_words(folder: Path, rows: Iterable[IndexRow]) -> int:
    """Write a word index into an empty folder; how many rows it holds.

    Raises:
        IndexUnavailable: the index could not be written.
    """
    import tantivy

    count = 0
    with engine_faults("words"):
        folder.mkdir(parents=True)
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer("given", _given())
        # One thread: the same library gives the same segments, and ties the same order.
        writer = index.writer(_HEAP_BYTES, 1)
        for row in rows:
            writer.add_document(_document(row))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
    return count


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("organisation", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("audience", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("valid_from", "valid_to", "standing"):
        builder.add_integer_field(name, stored=True, indexed=True, fast=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="given", index_option="freq")
    return builder.build()


def _given() -> Any:
    """An analyser that only takes our own tokens apart again, whatever characters are in them."""
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(f"[^{_SEPARATOR}]+")).build()


def _document(row: IndexRow) -> Any:
    import tantivy

    document = tantivy.Document()
    for name, text in (
        ("key", row.key),
        ("id", row.passage_id),
        ("organisation", row.organisation),
        ("audience", row.audience),
        ("body", _SEPARATOR.join(stems(row.body))),
        ("context", _SEPARATOR.join(stems(row.context))),
        ("grams", _SEPARATOR.join(grams(f"{row.context}\n{row.body}"))),
    ):
        document.add_text(name, text)
    for name, number in (
        ("valid_from", row.valid_from),
        ("valid_to", row.valid_to),
        ("standing", row.standing),
    ):
        document.add_integer(name, number)
    return document


def _row(stored: Mapping[str, list[Any]]) -> IndexRow:
    return IndexRow(
        stored["key"][0],
        stored["id"][0],
        stored["organisation"][0],
        stored["audience"][0],
        stored["valid_from"][0],
        stored["valid_to"][0],
        stored["standing"][0],
    )
