"""`plateau rollback`."""

from analytics.cli.app import (
    DEFAULT_RELEASES,
    TOLD_BY_EXIT_CODES,
    Releases,
    StudyId,
    app,
    one_sentence,
    say,
)
from analytics.cli.release_option import ReleaseArgument, ReleaseAsOption, given_once


@app.command(epilog=TOLD_BY_EXIT_CODES)
def rollback(
    release: ReleaseArgument = None,
    study: StudyId = None,
    same: ReleaseAsOption = None,
    releases: Releases = DEFAULT_RELEASES,
) -> None:
    """Make another release (default: the previous one) current again.

    Nothing is built or removed.
    """
    with one_sentence():
        from analytics.release.choice import PREVIOUS, chosen_study  # noqa: PLC0415
        from analytics.release.upkeep import roll_back  # noqa: PLC0415

        chosen = roll_back(chosen_study(releases, study), given_once(release, same, PREVIOUS))
    say(
        f"Release {chosen.release_id} is current. `plateau refresh` keeps it until there is "
        "something new to publish; `plateau build` publishes the study as it is now."
    )
