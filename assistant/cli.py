"""The `mandat` command. Exit: 0 done or answered, 3 abstained or asked back, 2 usage, 1 failure."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant import __version__
from assistant.errors import MandatError, ReadingError, UsageError
from assistant.settings import Settings, load_settings, unknown_variables

if TYPE_CHECKING:
    from assistant.evaluation.metrics import Score
    from assistant.evaluation.questions import Case
    from ingestion.sync import SyncReport

_BENCH_QUESTIONS = (
    "Hvem leder ledergruppen, og hvor ofte møtes den?",
    "Hvad er formålet med direktionen?",
    "Vem beslutar om inköp upp till 500 000 kronor?",
    "Who may approve a purchase?",
)
_ABSTAINED = 3
_USAGE = 2
_FAILURE = 1

app = typer.Typer(
    name="mandat",
    help="Answers governance questions from a municipality's own documents, with verbatim quotes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
documents = typer.Typer(no_args_is_help=True, help="List, show and remove documents.", rich_markup_mode=None)
app.add_typer(documents, name="documents")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def main() -> None:
    """Run the command; every failure of ours is one line on standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        app(standalone_mode=True)
    except UsageError as error:
        _fail(error, _USAGE)
    except MandatError as error:
        _fail(error, _FAILURE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(_FAILURE)


def _fail(error: MandatError, status: int) -> None:
    described = _error_json(error)
    if "--json" in sys.argv:
        print(json.dumps({"error": described}, ensure_ascii=False))  # noqa: T201 - the command's output
    else:
        print(f"mandat: {described['message']}", file=sys.stderr)  # noqa: T201 - the command's output
    sys.exit(status)


def _error_json(error: MandatError) -> dict[str, str]:
    return {"code": error.code, "message": " ".join(str(error).split())}


def _print(text: str) -> None:
    typer.echo(text)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _settings() -> Settings:
    for name in unknown_variables():
        typer.echo(f"mandat: {name} is set but no setting is called that; see the README", err=True)
    return load_settings()


def _version(wanted: bool) -> None:
    if wanted:
        _print(f"mandat {__version__}")
        raise typer.Exit()


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Answers governance questions from a municipality's own documents, with verbatim quotes."""


@app.command()
def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders or https:// addresses; each is one source.")
    ],
    organisation: Annotated[str, typer.Option(help="Whose documents these are.")] = "",
    audience: Annotated[str, typer.Option(help="Groups who may read them, separated by commas.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read documents into the library; what vanished from a source is removed."""
    from assistant.app import open_writer
    from assistant.progress import shown
    from ingestion.sync import sync_source

    settings = _settings()
    groups = frozenset(group.strip() for group in audience.split(",") if group.strip())
    reports: list[SyncReport] = []
    failures: list[tuple[str, MandatError]] = []
    with open_writer(settings) as writer, shown(as_json) as progress:
        for path in paths:
            try:
                reports.append(
                    sync_source(path, writer, organisation=organisation, audience=groups, progress=progress)
                )
            except (ReadingError, UsageError) as error:
                if len(paths) == 1:
                    raise
                failures.append((path, error))
    if as_json:
        _print_json(
            [_report_json(report) for report in reports]
            + [
                {"source": path, "error": {"code": error.code, "message": str(error)}}
                for path, error in failures
            ]
        )
    else:
        for report in reports:
            _print(_report_text(report))
        for path, failure in failures:
            _print(f"{path}: failed: {failure}")
    if all(report.nothing_readable for report in reports):
        raise typer.Exit(_FAILURE)


def _report_text(report: SyncReport) -> str:
    from ingestion.sync import Fate

    lines = []
    for file in report.files:
        if file.fate is Fate.FAILED:
            lines.append(f"  failed     {file.origin}: {file.reason}")
        elif file.fate in (Fate.ADDED, Fate.CHANGED):
            what = f"{file.title} ({file.organisation}, {file.passages} passages)"
            lines.append(f"  {file.fate.value:<9}  {file.origin}: {what}")
        elif file.fate is Fate.REMOVED:
            lines.append(f"  removed    {file.origin}")
        lines.extend(f"             note: {warning}" for warning in file.warnings)
    counts = ", ".join(f"{report.count(fate)} {fate.value}" for fate in Fate if report.count(fate))
    return "\n".join([f"{report.source}: {counts or 'no documents found'}", *lines])


def _report_json(report: SyncReport) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "source": report.source,
        "published": report.published,
        "files": [asdict(file) for file in report.files],
    }


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in Norwegian, Danish, Swedish or English.")],
    organisation: Annotated[str, typer.Option(help="Whose rules to answer from.")] = "",
    as_of: Annotated[str, typer.Option(help="Answer as of this date (2026-01-31).")] = "",
    groups: Annotated[str, typer.Option(help="The asker's groups, separated by commas.")] = "",
    language: Annotated[str, typer.Option(help="nb, nn, da, sv or en; found out when left out.")] = "",
    asker_role: Annotated[str, typer.Option(help="The asker's own role.")] = "",
    conversation: Annotated[str, typer.Option(help="An id that ties questions together.")] = "",
    as_json: AsJson = False,
) -> None:
    """Answer a question with quotes, or say that the documents do not."""
    from assistant.app import open_assistant, open_library, open_transcripts
    from assistant.domain.question import Question
    from assistant.language.identify import LANGUAGES

    if language and language not in LANGUAGES:
        raise UsageError(f"--language is {language!r}; use one of {', '.join(LANGUAGES)}")
    settings = _settings()
    asked = Question(
        question,
        organisation=organisation,
        as_of=_date(as_of),
        language=language,
        groups=frozenset(group.strip() for group in groups.split(",") if group.strip()),
        asker_role=asker_role,
        conversation_id=conversation,
    )
    library = open_library(settings)
    transcripts = open_transcripts(settings) if settings.home.exists() else None
    try:
        exchange = open_assistant(settings, library, transcripts).ask(asked)
        if transcripts:
            transcripts.record(asked, exchange)
    finally:
        if transcripts:
            transcripts.close()
        library.close()
    from assistant.channels.wire import wire_exchange

    if as_json:
        _print_json(wire_exchange(exchange).model_dump(mode="json"))
    else:
        from assistant.channels.presentation import plain_text, present

        _print(plain_text(present(wire_exchange(exchange))))
    if exchange.reply.outcome.value not in ("answered", "conflicting"):
        raise typer.Exit(_ABSTAINED)


def _date(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"The date is {value!r}; write it as 2026-01-31") from None


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the web page and the HTTP interface, and Slack and Teams where they are configured."""
    import uvicorn

    from assistant.app import create_server

    logging.getLogger("mandat").setLevel(logging.INFO)
    uvicorn.run(create_server(_settings()), host=host, port=port, log_level="info", access_log=False)


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="Who will call with it, as the log names it.")],
    groups: Annotated[str, typer.Option(help="Groups whose documents it may read, divided by commas.")] = "",
    per_minute: Annotated[int, typer.Option(min=0, help="Requests a minute; 0 is without limit.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make an API key: prints it once, with the entry for the file that MANDAT_API_KEYS names."""
    from assistant.channels.http.callers import new_key

    made, kept = new_key()
    entry = {
        "name": name,
        "sha256": kept,
        "groups": [group.strip() for group in groups.split(",") if group.strip()],
        "per_minute": per_minute,
    }
    if as_json:
        _print_json({"key": made, "entry": entry})
    else:
        _print(f"{made}\n\n- {json.dumps(entry, ensure_ascii=False)}")


@app.command("teams-package")
def teams_package(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("mandat-teams.zip"),
    name: Annotated[
        str, typer.Option(help="What the app is called in Teams, at most 30 characters.")
    ] = "Mandat",
    developer: Annotated[str, typer.Option(help="Who runs it, at most 32; the page's host name.")] = "",
    website: Annotated[str, typer.Option(help="About whoever runs it; the web page.")] = "",
    privacy_url: Annotated[str, typer.Option(help="The privacy notice; the website.")] = "",
    terms_url: Annotated[str, typer.Option(help="The terms of use; the website.")] = "",
    app_version: Annotated[str, typer.Option(help="Count it up when you upload the app anew.")] = "1.0.0",
    as_json: AsJson = False,
) -> None:
    """Write the app package to upload to Teams, from MANDAT_TEAMS_APP_ID and MANDAT_PUBLIC_URL."""
    from assistant.channels.teams.package import Package, build_package

    settings = _settings()
    package = Package(
        app_id=settings.teams_app_id,
        public_url=settings.public_url,
        name=name,
        developer=developer,
        website=website,
        privacy=privacy_url,
        terms=terms_url,
        version=app_version,
    )
    packed = build_package(package)
    try:
        output.write_bytes(packed)
    except OSError as error:
        raise UsageError(f"--output is {output}: it cannot be written ({error.strerror})") from None
    if as_json:
        _print_json({"file": str(output), "id": package.app_id, "version": app_version, "bytes": len(packed)})
    else:
        _print(f"{output}: upload it in the Teams admin centre, or in Teams under Apps")


@app.command("eval")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Question sets, one JSON object a line.")],
    minimum: Annotated[list[str] | None, typer.Option("--min", help="A gate, as evidence@3=0.85.")] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to list.")] = 10,
    ablation: Annotated[bool, typer.Option(help="Also measure without each part, one at a time.")] = False,
    calibrate: Annotated[
        bool, typer.Option(help="Instead, find how much the vectors count, and keep that in the library.")
    ] = False,
    judge: Annotated[
        bool, typer.Option(help="Also ask the language model of MANDAT_MODEL to judge.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the answers to question sets; exit 1 when a gate is missed."""
    from assistant.app import open_assistant, open_library, open_reranker
    from assistant.domain.scope import Scope
    from assistant.evaluation.questions import read_cases
    from assistant.evaluation.report import evaluate as measure
    from assistant.evaluation.report import gates, render, render_ablation
    from assistant.retrieval.method import PARTS, RERANKER

    settings = _settings()
    if judge and not settings.model:
        raise UsageError("--judge asks a language model, and MANDAT_MODEL names none; set it")
    cases = read_cases(files)
    parts = PARTS
    if reranker := open_reranker(settings):
        reranker.warm()  # nothing is measured without what it is about
        parts = (*PARTS, RERANKER)
    if calibrate:
        _calibrate(cases, settings, as_json)
        return
    library = open_library(settings)
    everything = Scope(None, None, library.groups())
    try:
        reports = {
            part: measure(
                cases,
                open_assistant(settings, library, without=part).ask,
                text_of=lambda document, version: library.text(everything, document, version),
            )
            for part in ("", *(parts if ablation else ()))
        }
    finally:
        library.close()
    report = reports.pop("")
    missed = gates(minimum or [], report)
    judged = _judged(report.scores, settings) if judge else {}
    if as_json:
        without = {"without": {part: each.metrics() for part, each in reports.items()}} if reports else {}
        _print_json({**report.as_dict(), **without, **judged, "missed": missed})
    else:
        from rich.console import Console

        Console().print(render(report, worst))
        if reports:
            Console().print(render_ablation(report, reports))
        for name, value in judged.get("judge", {}).items():
            _print(f"{name:<22} {value:.2f}")
        for gate in missed:
            _print(f"missed: {gate}")
    if missed:
        raise typer.Exit(_FAILURE)


def _calibrate(cases: Sequence[Case], settings: Settings, as_json: bool) -> None:
    """Find the weights of the vectors while nobody writes, and keep them."""
    from assistant.app import open_library, open_writer, weighed_assistants
    from assistant.evaluation.calibrating import calibrate, render_calibration
    from assistant.evaluation.report import evaluate as measure
    from assistant.progress import shown

    library = open_library(settings)
    weighed = weighed_assistants(settings, library)
    try:
        for failure in library.warm():  # without vectors there is nothing to weigh
            raise failure
        with open_writer(settings) as writer, shown(as_json) as progress:
            found = calibrate(
                cases, lambda case, fusion: measure([case], weighed(fusion).ask).scores[0], progress
            )
            writer.calibrate(found.chosen)
    finally:
        library.close()
    if as_json:
        _print_json(found.as_dict())
    else:
        from rich.console import Console

        Console().print(render_calibration(found))


def _judged(scores: tuple[Score, ...], settings: Settings) -> dict[str, Any]:
    """What the language model says of the answers, and how far that agrees with what was measured."""
    from dataclasses import asdict

    from assistant.app import open_chat
    from assistant.evaluation.judging import agreement, judge

    verdicts = judge(scores, open_chat(settings))
    return {"judge": agreement(verdicts), "verdicts": [asdict(verdict) for verdict in verdicts]}


@app.command()
def check(
    repair: Annotated[bool, typer.Option(help="Rebuild what disagrees with the catalogue.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare catalogue, word index and vector index; exit 1 when they disagree."""
    from assistant.app import check_library, open_library, repair_library
    from assistant.domain.fusion import Fusion
    from assistant.progress import shown

    settings = _settings()
    left = found = check_library(settings)
    if repair and found:
        with shown(as_json) as progress:
            left = repair_library(settings, progress)
    library = open_library(settings)
    calibrated = library.calibration()
    library.close()
    if as_json:
        from dataclasses import asdict

        _print_json(
            {
                "found": [asdict(each) for each in found],
                "left": [asdict(each) for each in left],
                "encoder": settings.encoder,
                "calibrated": asdict(calibrated) if calibrated else None,
            }
        )
    else:
        for each in found:
            _print(f"{'repaired' if repair and each not in left else 'disagrees'}: {each}")
        if not found:
            _print("catalogue, words and vectors agree")
        fusion = calibrated.fusion if calibrated else Fusion()
        by = f"calibrated by {calibrated.questions} questions" if calibrated else "not calibrated"
        _print(
            f"encoder {settings.encoder}: vectors weigh {fusion.within:g} within a language, "
            f"{fusion.across:g} across languages ({by})"
        )
    if left:
        raise typer.Exit(_FAILURE)


@app.command("map")
def show_map(
    organisation: Annotated[str, typer.Option(help="Whose map; needed when there are several.")] = "",
    as_of: Annotated[str, typer.Option(help="As of this date (2026-01-31).")] = "",
    newcomer: Annotated[bool, typer.Option(help="The organisation in one screen, for somebody new.")] = False,
    review: Annotated[bool, typer.Option(help="What has no owner, conflicts or is out of date.")] = False,
    chart: Annotated[bool, typer.Option("--mermaid", help="An organisation chart as Mermaid.")] = False,
    language: Annotated[str, typer.Option(help="Of the newcomer's headings; the organisation's own.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show bodies, roles, reporting lines and decision rights, each with its source."""
    from assistant.app import open_library
    from assistant.governance.chart import listing, mermaid, overview, remarks
    from assistant.governance.map import draw_map
    from assistant.retrieval.scoping import the_organisation

    settings = _settings()
    library = open_library(settings)
    try:
        about = the_organisation(organisation or settings.organisation, library.organisations())
        drawn = draw_map(library, about, _date(as_of) or date.today(), library.groups())  # noqa: DTZ011
    finally:
        library.close()
    if as_json:
        from assistant.channels.wire import wire_map

        _print_json(wire_map(drawn).model_dump(mode="json"))
    elif chart:
        _print(mermaid(drawn))
    elif review:
        _print(remarks(drawn))
    elif newcomer:
        _print(overview(drawn, language or about.language))
    else:
        _print(listing(drawn))


@app.command()
def gaps(
    since: Annotated[str, typer.Option(help="Only questions asked from this date on.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was asked and not answered, or answered in a way the reader found unhelpful."""
    from assistant.app import open_transcripts

    settings = _settings()
    transcripts = open_transcripts(settings)
    found = transcripts.gaps(_date(since), limit)
    transcripts.close()
    if as_json:
        from dataclasses import asdict

        _print_json([asdict(gap) for gap in found])
        return
    for gap in found:
        _print(f"{gap.count:>4}  {gap.outcome:<12} {gap.organisation or '-':<20} {gap.question}")
    if not found:
        _print("no unanswered questions")


@documents.command("list")
def list_documents(as_json: AsJson = False) -> None:
    """List every document version in the library."""
    from assistant.app import open_library
    from assistant.domain.scope import Scope

    library = open_library(_settings())
    found = library.documents(Scope(None, None, library.groups()))
    library.close()
    if as_json:
        from assistant.channels.wire import wire_document

        _print_json([wire_document(document).model_dump(mode="json") for document in found])
        return
    for document in found:
        dates = f"{document.valid_from or '…'} – {document.valid_to or '…'}"
        _print(
            f"{document.organisation:<18} {document.kind.value:<16} {document.status.value:<10} {dates:<23} "
            f"{document.passages:>5}  {document.title}  [{document.id}]"
        )


@documents.command("show")
def show_document(
    document_id: Annotated[str, typer.Argument(help="The document's id, as `documents list` gives it.")],
    version: Annotated[str, typer.Option(help="A version; the one in force when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a document's metadata and text as it was read."""
    from assistant.app import open_library
    from assistant.domain.scope import Scope

    library = open_library(_settings())
    scope = Scope(None, None, library.groups())
    document = library.document(scope, document_id, version)
    text = library.text(scope, document.id, document.version)
    library.close()
    if as_json:
        from assistant.channels.wire import wire_document

        _print_json({**wire_document(document).model_dump(mode="json"), "text": text})
        return
    guessed = f" (inferred: {', '.join(sorted(document.inferred))})" if document.inferred else ""
    _print(
        f"{document.title}\n{document.organisation} · {document.kind.value} · {document.language} · "
        f"{document.status.value}{guessed}\n{document.origin}\n\n{text}"
    )


@documents.command("remove")
def remove_document(
    document_id: Annotated[str, typer.Argument(help="The document's id; all its versions go.")],
    as_json: AsJson = False,
) -> None:
    """Remove a document for good: from the catalogue, both indexes and the files they leave."""
    from assistant.app import open_writer

    with open_writer(_settings()) as writer:
        removed = writer.remove_document(document_id)
        writer.publish()
    if as_json:
        _print_json({"removed": removed})
    else:
        _print(f"removed {removed} version{'' if removed == 1 else 's'} of {document_id}")


@app.command()
def bench(
    source: Annotated[Path, typer.Argument(help="Documents to measure with.")] = Path("corpus"),
    question: Annotated[list[str] | None, typer.Option(help="Questions to measure with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Time the product as a whole: start-up, ingestion, cold and warm answers, memory."""
    from assistant.evaluation.bench import run_bench

    figures = run_bench(source, tuple(question or _BENCH_QUESTIONS))
    if as_json:
        _print_json(figures)
    else:
        for name, value in figures.items():
            _print(f"{name:<40} {value:>8}")


if __name__ == "__main__":
    main()
