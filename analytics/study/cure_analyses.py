"""The mixture cure models of plan.toml: latency, factors on the fraction and on the times."""

from typing import get_args

from analytics.study.contrasts import entry_facts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.keys import Table
from analytics.study.multivariable import read_model_factors
from analytics.study.siblings import guarded
from analytics.study.specification import Analysis, LatencyName


def read_mixture_cure(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A mixture cure model of baseline factors, or of none, and its sibling if it has one."""
    endpoint = definitions.endpoint(table)
    if endpoint in definitions.competing:
        raise StudyError(
            f"{table.where}: endpoint {endpoint} has a competing event, after which nobody can be "
            "told to be cured; choose an endpoint without one."
        )
    of_fraction = read_model_factors(table, definitions, may_be_none=True)
    of_times = read_model_factors(table, definitions, "latency_factors", may_be_none=True)
    coded = {factor.factor: factor for factor in of_fraction}
    for factor in (*of_fraction, *of_times):
        if definitions.factors[factor.factor].timing == "post_baseline":
            raise StudyError(
                f"{table.where} factor '{factor.factor}': this factor is post-baseline, but who is "
                "cured is settled at the origin; use a baseline factor."
            )
        if coded.setdefault(factor.factor, factor) != factor:
            raise StudyError(
                f"{table.where} latency factor '{factor.factor}': factors has this factor coded in "
                "another way; write it alike in both."
            )
    analysis = base.model_copy(
        update={
            "endpoint": endpoint,
            "population": definitions.population(table),
            "latency": table.known("latency", get_args(LatencyName), "latency"),
            "model_factors": of_fraction,
            "latency_factors": of_times,
            "entry_facts": entry_facts(table, definitions),
            "as_published": table.text("as_published"),
        }
    )
    return guarded(table, analysis, tuple(coded), definitions)
