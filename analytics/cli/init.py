"""`plateau init`."""

from pathlib import Path
from typing import Annotated

import typer

from analytics.cli.app import app, one_sentence, say


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder for the study.")],
) -> None:
    """Write the commented skeleton of a new study."""
    with one_sentence():
        from analytics.study.new_study import write_new_study  # noqa: PLC0415

        trials = write_new_study(folder)
    say(f"{folder} is a study; its files explain themselves, study.toml first.")
    for trial in trials:
        say(f"Put the SDTM files of a trial into {trial}; {folder / 'sdtm/README.md'} says which.")
    say(f"Then run `plateau build {folder}`.")
