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
from analytics.errors import UsageError


@app.command(epilog=TOLD_BY_EXIT_CODES)
def prune(
    keep_last: Annotated[
        int | None, typer.Option(min=1, help="Number of releases to keep besides the current one.")
    ] = None,
    keep_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=36_500,
            help="Keep the releases that were current in the last so many days.",
        ),
    ] = None,
    study: StudyId = None,
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Remove old releases; their headline numbers stay in bi.release_history.

    With both options a release stays that either of them keeps.
    """
    with one_sentence():
        from analytics.release.choice import chosen_study  # noqa: PLC0415
        from analytics.release.upkeep import Retention, prune_now  # noqa: PLC0415

        retention = Retention(keep_last, keep_days)
        if not retention:
            raise UsageError("Say what to keep: --keep-last 10, --keep-days 365, or both.")
        removed = prune_now(chosen_study(releases, study), retention)
    say(f"Removed: {', '.join(removed)}." if removed else "There was nothing to remove.")
