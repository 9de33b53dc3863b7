"""`plateau export adam`, `plateau export ard` and `plateau export counts`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    DEFAULT_STUDY,
    Releases,
    StudyId,
    app,
    one_sentence,
    say,
)
from analytics.cli.release_option import Release
from analytics.plural import counted, plural

_BOTH: Final = "both"

export = typer.Typer(
    help="Export a release in the formats that other systems read.", no_args_is_help=True
)
app.add_typer(export, name="export")

Target = Annotated[Path, typer.Argument(help="Folder to write into, outside the releases.")]
Created = Annotated[
    str | None,
    typer.Option(
        help="Time stamp of the files, such as 2026-11-22T12:00:00Z (default: the time of "
        "publication)."
    ),
]


@export.command()
def adam(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    target: Target,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    output: Annotated[
        str, typer.Option("--format", help="xpt, json (Dataset-JSON 1.1) or both.")
    ] = _BOTH,
    by_trial: Annotated[
        bool,
        typer.Option(
            "--by-trial",
            help='One folder for each trial of a pooled study, as `kind = "adam"` reads them.',
        ),
    ] = False,
    created: Created = None,
) -> None:
    """Write ADSL, ADRS, ADTTE, the intervals of time-dependent factors and define.xml: patient
    data.

    Every file is readable by its owner only.
    """
    with one_sentence():
        from analytics.export.adam_files import FORMATS, write_adam  # noqa: PLC0415
        from analytics.export.source import release_to_export  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        exported = release_to_export(chosen_release(releases, study, release), created)
        formats = FORMATS if output == _BOTH else (output,)
        datasets = write_adam(exported, target, releases, formats, by_trial=by_trial)
    for item in datasets:
        say(
            f"{item.name:<9} {item.rows.height:>7} {plural(item.rows.height, 'row'):<4}  "
            f"{len(item.variables):>3} variables"
        )
    _told(target, exported.origin.synthetic_note)
    say("These are patient-level files that only you can read; keep it that way.")


@export.command()
def ard(
    target: Target,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    created: Created = None,
) -> None:
    """Write every result as analysis results data: one row per statistic, no patient rows."""
    with one_sentence():
        from analytics.export.ard_files import write_ard  # noqa: PLC0415
        from analytics.export.source import release_to_export  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        exported = release_to_export(chosen_release(releases, study, release), created)
        rows = write_ard(exported, target, releases)
    tables = rows["result_table"].n_unique()
    say(f"{rows.height} statistics of {tables} result tables, release {exported.origin.release_id}")
    if exported.is_limited:
        say(
            "These are all results, without the limits of [publication], in files that only you "
            "can read; what may be published is in schema bi."
        )
    _told(target, exported.origin.synthetic_note)


@export.command()
def counts(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    target: Target,
    definitions: Annotated[
        Path,
        typer.Option("--definitions", help="Folder of the study that the release was built from."),
    ] = DEFAULT_STUDY,
    site: Annotated[
        str | None, typer.Option(help="Name of the site in the pool (default: the study's id).")
    ] = None,
    smallest_cell: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Smallest number of patients on a day, 0 apart (default: that of [publication]).",
        ),
    ] = None,
    every_days: Annotated[
        int | None, typer.Option(min=1, help="Round days up to multiples of so many days.")
    ] = None,
    merge: Annotated[
        bool,
        typer.Option(
            "--merge",
            help="Combine days with smaller numbers; without it their analyses are withheld.",
        ),
    ] = False,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    created: Created = None,
) -> None:
    """Write counts by day, to be pooled with those of other sites: no patient rows."""
    with one_sentence():
        from analytics.export.counts_files import Sharing, write_counts  # noqa: PLC0415
        from analytics.export.source import release_to_export  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        exported = release_to_export(chosen_release(releases, study, release), created)
        sharing = Sharing(site, smallest_cell, every_days, merge)
        written = write_counts(exported, definitions, target, releases, sharing)
    rows = written.counts.counts
    say(
        f"{counted(rows.height, 'count')} by day of "
        f"{counted(rows['analysis_id'].n_unique(), 'analysis', 'analyses')}, site "
        f"{written.site}"
    )
    for name, reason in written.not_shared.items():
        say(f"Not shared: {name}: {reason}.")
    _told(target, exported.origin.synthetic_note)


def _told(target: Path, synthetic_note: str | None) -> None:
    if synthetic_note:
        say(synthetic_note)
    typer.echo(target)
