"""`plateau prune`."""

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
def prune(
    keep_last: Annotated[
        int, typer.Option(min=1, help="Number of releases to keep besides the current one.")
    ],
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Remove the oldest releases; their headline numbers stay in bi.release_history."""
    with one_sentence():
        from analytics.release.choice import chosen_study  # noqa: PLC0415
        from analytics.release.upkeep import prune_now  # noqa: PLC0415

        removed = prune_now(chosen_study(releases, study), keep_last)
    say(f"Removed: {', '.join(removed)}." if removed else "There was nothing to remove.")
