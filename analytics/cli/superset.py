"""`plateau superset`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, one_sentence, say
from analytics.cli.release_option import Release


@app.command()
def superset(
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[
        Path | None, typer.Option(help="Zip file to write (default <study>-superset.zip).")
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(help="Path of bi.duckdb as Superset sees it (default: where the release is)."),
    ] = None,
) -> None:
    """Write the dashboard of a release as a bundle that Superset imports."""
    with one_sentence():
        from analytics.release.choice import chosen_release  # noqa: PLC0415
        from analytics.release.manifest import read_manifest  # noqa: PLC0415
        from analytics.release.older import as_this_version_reads  # noqa: PLC0415
        from analytics.superset.bundle import write_bundle  # noqa: PLC0415

        folder = chosen_release(releases, study, release)
        study_id = read_manifest(folder)["study"]["study_id"]
        target = output or Path(f"{study_id}-superset.zip")
        with as_this_version_reads(folder):
            write_bundle(folder, study_id, target, database)
        say(f"{target} is written; import it in Superset under Dashboards.")
