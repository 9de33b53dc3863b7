"""`plateau tables`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import Release


@app.command()
def tables(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[
        str, typer.Option("--format", help="docx, rtf, xlsx or tex (longtables for \\input).")
    ] = "docx",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Table to write, by name or number ('Table 2'); may be repeated."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write to (default: reports/<study>/tables.<format>)."
        ),
    ] = None,
) -> None:
    """Write the tables of a release's report as one Word, RTF, Excel or LaTeX document."""
    with one_sentence():
        from analytics.readers.published_tables import write_tables  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        path, n = write_tables(folder, releases, kind, only or [], output)
        say(f"{path}: {n} table{'' if n == 1 else 's'}")
