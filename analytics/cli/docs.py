"""`plateau docs`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say


@app.command()
def docs(
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[Path, typer.Option(help="Folder for the documents.")] = Path("docs"),
) -> None:
    """Write the data dictionary and dbt's documentation of the published warehouse."""
    with one_sentence():
        from analytics.readers.documents import write_documents  # noqa: PLC0415
        from analytics.readers.queries import chosen_study  # noqa: PLC0415

        for path in write_documents(chosen_study(releases, study).current, output):
            say(f"{path}: {path.stat().st_size / 1000:,.0f} kB")
