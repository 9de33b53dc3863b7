"""`plateau superset`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say


@app.command()
def superset(
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[
        Path | None, typer.Option(help="Zip file to write (default <study>-superset.zip).")
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(
            help="Path of bi.duckdb as Superset sees it (default: where it is published)."
        ),
    ] = None,
) -> None:
    """Write the dashboard of a published study as a bundle that Superset imports."""
    with one_sentence():
        from analytics.readers.queries import chosen_study  # noqa: PLC0415
        from analytics.superset.bundle import write_bundle  # noqa: PLC0415

        chosen = chosen_study(releases, study)
        target = output or Path(f"{chosen.study_id}-superset.zip")
        write_bundle(chosen, target, database)
        say(f"{target} is written; import it in Superset under Dashboards.")
