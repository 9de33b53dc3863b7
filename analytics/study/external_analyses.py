"""The external-control analyses of plan.toml: one population beside a published curve."""

from analytics.study.cautions import external_control_caution, join_cautions
from analytics.study.curve_questions import read_months
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import check_known_at_origin, check_population, later_than_origin
from analytics.study.keys import Table
from analytics.study.specification import Analysis


def read_external_control(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A comparison with an external control; its population is known at the origin."""
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    if not definitions.external_controls:
        raise StudyError(
            f"{table.where}: the study has no external.toml; add it with the control, or remove "
            "the analysis."
        )
    name = table.known("external", definitions.external_controls, "external control")
    control = definitions.external_controls[name]
    if control.endpoint != endpoint:
        raise StudyError(
            f"{table.where}: the curve of '{name}' is of {control.endpoint}, not of {endpoint}; "
            "compare what is the same endpoint."
        )
    if endpoint in definitions.competing:
        raise StudyError(
            f"{table.where}: {endpoint} has a competing event, which a Kaplan-Meier curve does not "
            "allow; compare an endpoint without one."
        )
    check_population(table.where, endpoint, population, definitions)
    later = later_than_origin(endpoint, population, (), definitions)
    check_known_at_origin(
        table.where, endpoint, later, definitions, "the comparison with an external control"
    )
    matched = table.texts("matched_on")
    summarised = {one.factor for one in control.baseline}
    for factor in matched:
        table.check(factor, summarised, f"factor in the baseline of '{name}'")
        if matched.count(factor) > 1:
            raise StudyError(f"{table.where}: factor '{factor}' is listed twice; remove one.")
    caution = external_control_caution(
        control.label, control.source, [definitions.factors[factor].label for factor in matched]
    )
    return [
        base.model_copy(
            update={
                "endpoint": endpoint,
                "population": population,
                "external": name,
                "matched_on": matched,
                "landmarks_months": read_months(table, "landmarks_months"),
                "caution": join_cautions(caution, base.caution),
            }
        )
    ]
