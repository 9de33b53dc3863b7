"""`plateau ask`."""

from typing import Annotated

import typer

from analytics.cli.app import (
    DEFAULT_RELEASES,
    TOLD_BY_EXIT_CODES,
    Releases,
    StudyId,
    answer,
    app,
    one_sentence,
)
from analytics.cli.release_option import Release


@app.command(epilog=TOLD_BY_EXIT_CODES)
def ask(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    endpoint: Annotated[str, typer.Argument(help="Endpoint (paramcd) of endpoints.csv.")],
    population: Annotated[
        str | None, typer.Option(help="Population; by default that of the endpoint.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Factor whose levels are the groups.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Months of the rates, such as 12,24; by default whole years.")
    ] = None,
    landmark: Annotated[
        float | None, typer.Option(help="Day that time is counted from, groups as known on it.")
    ] = None,
    time_dependent: Annotated[
        bool, typer.Option("--time-dependent", help="Groups change after the landmark.")
    ] = False,
    delayed_entry: Annotated[
        bool, typer.Option("--delayed-entry", help="At risk from the day a membership is known.")
    ] = False,
    stratified_by: Annotated[
        str | None, typer.Option(help="Factors of the strata of test and model, with commas.")
    ] = None,
    cox: Annotated[
        str | None, typer.Option(help="Factors of a Cox model, such as 'arm + age'.")
    ] = None,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    kind: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Answer a question about an endpoint that was not planned, with numbers at risk.

    The functions of schema survival answer it; a Cox model is added on request.
    """
    with one_sentence():
        from analytics.readers import asking  # noqa: PLC0415
        from analytics.release.choice import chosen_release  # noqa: PLC0415

        question = asking.Question(
            endpoint=endpoint,
            population=population,
            by_factor=by,
            months=asking.numbers(at) if at else (),
            landmark=landmark,
            time_dependent=time_dependent,
            delayed_entry=delayed_entry,
            stratified_by=tuple(name.strip() for name in stratified_by.split(","))
            if stratified_by
            else (),
            cox=asking.terms(cox) if cox else (),
        )
        for line in asking.ask(chosen_release(releases, study, release), question, kind):
            answer(line)
