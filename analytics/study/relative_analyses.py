"""The relative survival of plan.toml: survival beside the mortality of a life table."""

from analytics.study.curve_questions import read_months
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    check_has_groups,
    check_known_at_origin,
    check_population,
    later_than_origin,
)
from analytics.study.keys import Table
from analytics.study.life_tables import read_life_table
from analytics.study.specification import Analysis


def read_relative_survival(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """Survival and excess mortality; the population and the strata are known at the origin."""
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    if endpoint in definitions.competing:
        raise StudyError(
            f"{table.where}: endpoint {endpoint} has a competing event, but a life table tells of "
            "deaths from any cause; choose the endpoint of death."
        )
    strata = table.text("strata")
    if strata is not None:
        factor = definitions.factors[table.check(strata, definitions.factors, "factor")]
        check_has_groups(table.where, "strata", factor)
        if factor.timing != "baseline":
            raise StudyError(
                f"{table.where}: strata '{strata}' forms after the origin; choose a baseline "
                "factor."
            )
    life_table = read_life_table(table, definitions)
    check_population(table.where, endpoint, population, definitions)
    assessed = (*((strata,) if strata else ()), *(factor for _, factor in life_table.groups))
    later = later_than_origin(endpoint, population, assessed, definitions)
    check_known_at_origin(table.where, endpoint, later, definitions, "relative survival")
    return [
        base.model_copy(
            update={
                "endpoint": endpoint,
                "population": population,
                "strata": strata,
                "landmarks_months": read_months(table, "landmarks_months"),
                "excess_mortality_months": read_months(table, "excess_mortality_months"),
                "life_table": life_table,
            }
        )
    ]
