"""`plateau docs`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import Release


@app.command()
def docs(
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[Path, typer.Option(help="Folder for the documents.")] = Path("docs"),
) -> None:
    """Write the data dictionary and dbt's documentation of a release's warehouse."""
    with one_sentence():
        from analytics.readers.documents import write_documents  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415
        from analytics.release.older import as_this_version_reads  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        with as_this_version_reads(folder):
            paths = write_documents(folder, output)
        for path in paths:
            say(f"{path}: {path.stat().st_size / 1000:,.0f} kB")
