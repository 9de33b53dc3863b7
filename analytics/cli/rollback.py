"""`plateau rollback`."""

from typing import Annotated

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    TOLD_BY_EXIT_CODES,
    Releases,
    StudyId,
    app,
    one_sentence,
    say,
)


@app.command(epilog=TOLD_BY_EXIT_CODES)
def rollback(
    release: Annotated[
        str, typer.Argument(help="Id of a release; by default the one before the current one.")
    ] = "previous",
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Make an earlier release current again; nothing is built or removed."""
    with one_sentence():
        from analytics.readers.queries import chosen_study  # noqa: PLC0415
        from analytics.release.upkeep import roll_back  # noqa: PLC0415

        chosen = roll_back(chosen_study(releases, study), release)
    say(
        f"Release {chosen.release_id} is current. A refresh leaves it so until there is something "
        "new to publish; `plateau build` publishes the study as it is now."
    )
