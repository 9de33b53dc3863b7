"""`plateau verify`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, leave, one_sentence, say
from analytics.cli.release_option import ReleaseArgument, ReleaseAsOption, given_once
from analytics.plural import counted, plural


@app.command()
def verify(
    release: ReleaseArgument = None,
    study: StudyId = None,
    same: ReleaseAsOption = None,
    releases: Releases = DEFAULT_RELEASES,
    allowed_signers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Require a signature of one of these signers (a file as of ssh-keygen: a name and "
            "a public key a line).",
        ),
    ] = None,
) -> None:
    """Check a release (default: the current one) against its manifest and list what was altered.

    The log of runs and the signature of the release are checked, too.
    """
    with one_sentence():
        from analytics.release import verify as verification  # noqa: PLC0415
        from analytics.release.choice import CURRENT, chosen_release  # noqa: PLC0415

        folder = chosen_release(releases, study, given_once(release, same, CURRENT))
        started = time.perf_counter()
        found = verification.verify_release(folder)
        log = verification.verify_log(folder)
    for finding in (*found.findings, *(log.findings if log else ())):
        say(finding)
    with one_sentence():
        signer = verification.verify_signature(folder, allowed_signers)
    sizes = f"{counted(found.n_files, 'file')} and {counted(found.n_tables, 'table')}"
    what = f"{sizes} of release {found.release_id}"
    if found.findings:
        n = len(found.findings)
        leave(
            f"{folder} differs from what was published: of {what}, {n} "
            f"{plural(n, 'is', 'are')} not as in the manifest; build the study again with "
            "--force, or go back to another release.",
            verification.AlteredError.exit_code,
        )
    if log is not None and log.findings:
        leave(
            f"The {what} match the manifest, but the log of runs is not what was written; "
            "compare it with a backup.",
            verification.AlteredError.exit_code,
        )
    typer.echo(f"{folder}: {what} match the manifest ({time.perf_counter() - started:.1f} s).")
    if log is not None and log.last is not None:
        lines = counted(log.n_lines, "line")
        typer.echo(f"The log of runs is unbroken: {lines}, the last one with digest {log.last}.")
    if signer is not None:
        rest = "" if allowed_signers else "; --allowed-signers FILE tells whose key that is"
        typer.echo(f"The release is signed {signer}{rest}.")
