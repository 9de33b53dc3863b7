"""What all commands share: the app, its options, and how errors are reported."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from analytics import __version__
from analytics.errors import EXIT_CODES, PlateauError, UsageError
from analytics.memory import MEMORY, checked_size
from analytics.progress import MovingLine, PlainLines
from analytics.signals import end_insisting, end_on_signals, ended_as_told
from analytics.text_table import printable

TOLD_BY_EXIT_CODES: Final = (
    "Exit codes: " + "; ".join(f"{code} {words}" for code, words in EXIT_CODES.items()) + "."
)
_DETAILS: Final = "PLATEAU_SHOW_PATIENTS"
DEFAULT_STUDY: Final = Path("studies/blinatumomab")
DEFAULT_RELEASES: Final = Path("releases")

app = typer.Typer(
    help="A survival-analytics warehouse for pooled oncology trials: SDTM files in, survival "
    "results as SQL tables out.",
    epilog=TOLD_BY_EXIT_CODES,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},  # of every command
    pretty_exceptions_enable=False,
)
messages = Console(stderr=True, soft_wrap=True, emoji=False)

Study = Annotated[Path, typer.Argument(help="Folder of the study.")]
Releases = Annotated[Path, typer.Option(help="Folder that holds the releases.")]
StudyId = Annotated[str | None, typer.Option("--study", help="Study to read, by its id.")]

KeepLast = Annotated[
    int | None,
    typer.Option(
        min=1, help="After the run, keep only this many releases besides the current one."
    ),
]
KeepDays = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=36_500,
        help="After the run, keep only releases that were current in the last so many days; with "
        "--keep-last, those of either kind.",
    ),
]
Sign = Annotated[
    Path | None,
    typer.Option(
        metavar="KEY",
        help="Sign the release with this SSH key (a private key, or a .pub of an agent).",
    ),
]


def take_memory(size: str | None) -> str | None:
    """Let every connection of this process and its children take so much memory, and no more."""
    if size is None:
        return None
    try:
        os.environ[MEMORY] = checked_size(size)
    except UsageError as error:
        raise typer.BadParameter(str(error)) from error
    return size


Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        envvar=MEMORY,
        callback=take_memory,
        show_default="40 % of the machine's",
        help="Memory that DuckDB may take in each process, such as 8GB; the rest goes to disk.",
    ),
]


def tell_version(asked: bool) -> None:
    """Print the versions of Plateau, DuckDB and Python."""
    if asked:
        typer.echo(
            f"plateau {__version__} (DuckDB {version_of('duckdb')}, "
            f"Python {platform.python_version()})"
        )
        raise typer.Exit


@app.callback()
def plateau(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """The options of the command itself."""
    end_on_signals()


@contextmanager
def one_sentence(progress: PlainLines | None = None) -> Iterator[None]:
    """Print a PlateauError as one sentence and exit with its code."""
    try:
        with ended_as_told():
            yield
    except PlateauError as error:
        leave(_as_told(error), error.exit_code)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        place, fact = error.filename or "The disk", error.strerror or error
        step = "check that it exists, its permissions, and the free disk space"
        leave(f"{place} cannot be used ({fact}); {step}.", 4)
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and "failed to map" not in str(error):
            raise
        leave(
            "There is not enough memory, and nothing was published; free some or raise the limit.",
            4,
        )
    except KeyboardInterrupt:
        leave("Interrupted; nothing was published.", 130)
    finally:
        end_insisting()
        if isinstance(progress, MovingLine):
            progress.stop()


def _as_told(error: PlateauError) -> str:
    """The sentence, with the details where the owner reads, at a terminal or by own choice.

    What is not a terminal is a journal, a mail or the log of a server, which others read.
    """
    if not error.details or messages.is_terminal or os.environ.get(_DETAILS) == "1":
        return error.in_full
    return f"{error} Values of patients are not shown here; see the log, or set {_DETAILS}=1."


@contextmanager
def already_done() -> Iterator[None]:
    """Tell what was done; that nobody can read it changes no exit code."""
    try:
        yield
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, KeyboardInterrupt, SystemExit):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                os.dup2(nowhere, stream.fileno())


def leave(sentence: str, code: int) -> NoReturn:
    """Print the sentence on stderr and exit with the code."""
    told = f"plateau: {printable(sentence)}"
    messages.print(told, style="red", highlight=False, markup=False)
    raise typer.Exit(code)


def answer(line: str) -> None:
    """Print a line on stdout, with nothing in it that a terminal would obey."""
    typer.echo(printable(line))


def say(line: str) -> None:
    """Print a line for people on stderr."""
    messages.print(printable(line), highlight=False, markup=False)
