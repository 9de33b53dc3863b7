"""The command `plateau`: build a study, look at its releases, query them.

Messages go to stderr, answers to stdout. A user's mistake is one sentence, never a traceback.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from analytics.errors import PlateauError
from analytics.progress import MovingLine, PlainLines

_EXIT_CODES: Final = (
    "Exit codes: 0 done or up to date; 1 the study or its files cannot be used; 2 the command "
    "was called wrongly; 3 a check refused the data and nothing was published; 4 the build "
    "could not run; 130 and 143 interrupted."
)
_DEFAULT_STUDY: Final = Path("studies/blinatumomab")
_DEFAULT_RELEASES: Final = Path("releases")

app = typer.Typer(
    help="A survival-analytics warehouse for pooled oncology trials: SDTM files in, survival "
    "results as SQL tables out.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_messages = Console(stderr=True, soft_wrap=True)

Releases = Annotated[Path, typer.Option(help="Folder that holds the releases.")]
StudyId = Annotated[str | None, typer.Option("--study", help="Study to read, by its id.")]


@app.command(epilog=_EXIT_CODES)
def build(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: Annotated[Path, typer.Argument(help="Folder of the study.")] = _DEFAULT_STUDY,
    releases: Releases = _DEFAULT_RELEASES,
    force: Annotated[bool, typer.Option(help="Build although nothing has changed.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="Models that dbt builds at a time.")] = 2,
    keep_failed: Annotated[
        bool, typer.Option(help="Keep the folder of a failed build as failed-<release id>.")
    ] = False,
    timings: Annotated[
        Path | None, typer.Option(help="Write the seconds of each step to this JSON file.")
    ] = None,
) -> None:
    """Build a study and publish it."""
    progress = MovingLine(_messages) if _messages.is_terminal else PlainLines(_messages)
    signal.signal(signal.SIGTERM, _terminated)
    with _one_sentence(progress):
        from analytics import pipeline  # noqa: PLC0415 - a wrong call is told without waiting

        options = pipeline.BuildOptions(releases, force, threads, keep_failed)
        outcome = pipeline.build(study, options, progress)
        if timings is not None:
            timings.write_text(json.dumps(dict(outcome.seconds), indent=2) + "\n")
    _say(f"{sum(outcome.seconds.values()):6.1f} s  in all")
    for check in outcome.warnings:
        found = check.error or f"{check.n_unexpected} found"
        _say(f"{check.severity}: {check.check_id}: {check.description} Not so: {found}.")
    _say(f"Release {outcome.release} is {outcome.event}.")
    typer.echo(outcome.headline, nl=False)


@app.command()
def status(releases: Releases = _DEFAULT_RELEASES) -> None:
    """Show what is published and how the last runs went."""
    with _one_sentence():
        from analytics.status import status_lines  # noqa: PLC0415

        for line in status_lines(releases):
            typer.echo(line)


@app.command()
def query(
    sql: Annotated[str | None, typer.Argument(help="The SQL to run.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File with the SQL.")] = None,
    study: StudyId = None,
    releases: Releases = _DEFAULT_RELEASES,
    output: Annotated[
        str, typer.Option("--format", help="table, csv or json (one object per line).")
    ] = "table",
) -> None:
    """Run SQL on the published warehouse, read-only."""
    with _one_sentence():
        from analytics import queries  # noqa: PLC0415

        text = queries.text_of(sql, file)
        for line in queries.answer(releases, study, text, output):
            typer.echo(line)


@contextmanager
def _one_sentence(progress: PlainLines | None = None) -> Iterator[None]:
    """Tell a PlateauError as one sentence and leave with its exit code."""
    try:
        yield
    except PlateauError as error:
        _leave(str(error), error.exit_code)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        place, fact = error.filename or "The disk", error.strerror or error
        step = "check that it is there, may be read or written, and has room"
        _leave(f"{place} cannot be used ({fact}); {step}.", 4)
    except KeyboardInterrupt:
        _leave("Interrupted; nothing was published.", 130)
    finally:
        if isinstance(progress, MovingLine):
            progress.stop()


def _leave(sentence: str, code: int) -> NoReturn:
    _messages.print(f"plateau: {sentence}", style="red", highlight=False, markup=False)
    raise typer.Exit(code)


def _say(line: str) -> None:
    _messages.print(line, highlight=False, markup=False)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """A scheduler's stop: leave by the ordinary way, so that the building folder is removed."""
    raise SystemExit(128 + number)
