"""`plateau tables`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import NumberStyle, Release
from analytics.plural import counted


@app.command()
def tables(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[
        str, typer.Option("--format", help="docx, rtf, pdf, xlsx or tex (longtables for \\input).")
    ] = "docx",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Table to write, by name or number ('Table 2'); may be repeated."),
    ] = None,
    style: NumberStyle = None,
    listings: Annotated[
        bool,
        typer.Option(
            "--listings",
            help="Write listings of patients instead, into a file that only you can read.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write to (default: reports/<study>/tables.<format>)."
        ),
    ] = None,
) -> None:
    """Write the tables of a release's report as one document, or listings of its patients."""
    with one_sentence():
        from analytics.readers.published_tables import write_tables  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        if listings:
            from analytics.readers.listings import write_listings  # noqa: PLC0415

            path, n = write_listings(folder, releases, kind, only or [], output, style)
            say(f"{path}: {counted(n, 'listing')} of patients, readable by you alone")
            return
        path, n = write_tables(folder, releases, kind, only or [], output, style)
        say(f"{path}: {counted(n, 'table')}")
