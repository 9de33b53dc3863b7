"""`plateau init`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.cli.app import app, one_sentence, say

if TYPE_CHECKING:
    from analytics.proposal import ProposedStudy

Sources = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        help="Folder or .zip of SDTM files or ADaM datasets to propose the study from; repeat it "
        "for each trial, or give a folder of several.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="With --from: encoding of its text files, if not UTF-8."),
]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder for the study.")],
    sources: Sources = None,
    encoding: Encoding = None,
) -> None:
    """Write the commented skeleton of a new study, or propose a study from SDTM or ADaM files."""
    with one_sentence():
        if sources:
            from analytics.proposal import propose_study  # noqa: PLC0415

            proposed = propose_study(folder, sources, encoding)
            tell(folder, proposed)
            return
        from analytics.study.new_study import write_new_study  # noqa: PLC0415

        trials = write_new_study(folder)
    say(f"{folder} is a new study; its files explain what to fill in, study.toml first.")
    for trial in trials:
        say(f"Put the SDTM files of a trial into {trial}; {folder / 'sdtm/README.md'} lists them.")
    say(f"Then run `plateau build {folder}`.")


def tell(folder: Path, proposed: "ProposedStudy") -> None:
    """Print what was proposed, what to review, and the next step."""
    from analytics.ingest import unused_lines  # noqa: PLC0415

    say(f"{folder} is a study proposed from the files; review all of it, study.toml first.")
    for trial in proposed.trials:
        say(f"Trial {trial.trial_id} was copied to {folder / trial.path}.")
        say(f"  Cut-off {trial.cutoff.isoformat()}: {trial.reason}. Is it the data cut-off?")
    if proposed.endpoints:
        say(f"endpoints.csv: {', '.join(proposed.endpoints)}.")
        say(
            "adam_events.csv: remove the # before each reason of censoring that is a competing "
            "event."
        )
        say(f"factors.csv: {', '.join(proposed.factors)}.")
        for line in unused_lines(proposed.unused):
            say(line)
        say(f"Then run `plateau build {folder}`.")
        return
    n_open = sum(not term.in_force for term in proposed.terms)
    say(
        f"terms.csv: {len(proposed.terms) - n_open} wordings with a meaning, {n_open} without, "
        "each commented out with #."
    )
    say(f"factors.csv: {', '.join(proposed.factors)}.")
    for line in unused_lines(proposed.unused):
        say(line)
    say(f"Then run `plateau check {folder}`.")
