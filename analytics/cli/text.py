"""`plateau text`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import NumberStyle, Release
from analytics.plural import counted


@app.command()
def text(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[str, typer.Option("--format", help="docx or txt.")] = "docx",
    style: NumberStyle = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write to (default: reports/<study>/text.<format>)."
        ),
    ] = None,
) -> None:
    """Write the methods of a release for a paper, and its results in sentences to copy."""
    with one_sentence():
        from analytics.readers.published_text import write_text  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        path, n = write_text(folder, releases, kind, output, style)
        say(f"{path}: methods, and sentences of {counted(n, 'analysis', 'analyses')}")
