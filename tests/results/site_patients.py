"""Patients of two sites, made up, and the marts of any of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from small_marts import analysis, contrast, marts, members, rows, study

from analytics.methods.counts import counts_from_times
from analytics.results.marts import Marts
from analytics.study.specification import Analysis, StudySpecification

SEXES = ("male", "female")
RACES = ("white", "asian", "other")


@dataclass(frozen=True)
class Patient:
    """One patient: death or last contact, first event and its code, transplant, entry."""

    name: str
    death: tuple[float, int]
    first: tuple[float, int]
    sex: str | None
    race: str | None
    age: float
    hsct: float | None
    entry: float


def patients(site: str, n: int, seed: int) -> list[Patient]:
    """Patients with many ties, some of unknown sex or race."""
    draw = random.Random(seed)
    found = []
    for number in range(n):
        sex = draw.choice([*SEXES, *SEXES, *SEXES, None])
        day = float(5 * draw.randint(0 if number == 0 else 1, 40 if sex == "male" else 60))
        died = draw.random() < 0.7
        first = draw.choice([1, 1, 2]) if died else draw.choice([0, 0, 1])
        hsct = 5.0 * draw.randint(1, 20) if draw.random() < 0.4 else None
        entry = 5.0 * draw.randint(0, 6)
        found.append(
            Patient(
                f"{site}-{number}",
                (day, int(died)),
                (day, first),
                sex,
                draw.choice([*RACES, *RACES, None]),
                30.0 + draw.randint(0, 40),
                hsct if hsct is not None and hsct < day else None,
                entry if entry < day else 0.0,
            )
        )
    return found


CURVE = {"landmarks_months": (1, 3, 5), "restricted_mean_months": (4,)}
PLAN: tuple[Analysis, ...] = (
    analysis("kaplan_meier", analysis_id="km", quantiles=(0.25,), plateau_months=(2, 4), **CURVE),
    analysis("kaplan_meier", analysis_id="by_sex", strata="sex", **CURVE,
             tests=("log_rank", "fleming_harrington(0,1)", "max_combo")),
    analysis("kaplan_meier", analysis_id="in_strata", strata="sex", stratified_by=("race",)),
    analysis("kaplan_meier", analysis_id="late", strata="sex", entry_facts=("response",), **CURVE),
    analysis("cumulative_incidence", analysis_id="cif", endpoint="TTR", strata="sex", **CURVE),
    analysis("cox_univariate", analysis_id="cox",
             factors=(contrast("sex", "male", "female"), contrast("hsct"), contrast("age"))),
    analysis("cox_univariate", analysis_id="cox_in_strata", stratified_by=("race",),
             factors=(contrast("sex", "male", "female"), contrast("hsct"))),
    analysis("cox_univariate", analysis_id="firth", firth=True, limits="profile_likelihood",
             factors=(contrast("sex", "male", "female", entry_facts=("response",)),)),
    analysis("fine_gray", analysis_id="fg", endpoint="TTR",
             factors=(contrast("sex", "male", "female"),)),
    analysis("fine_gray", analysis_id="fg_groups", endpoint="TTR", censoring_groups="race",
             factors=(contrast("sex", "male", "female"),)),
    analysis("attrition", analysis_id="flow"),
)  # fmt: skip
STUDY: StudySpecification = study(*PLAN, ties="efron", smallest_risk_set=3)


def marts_of(cohort: Sequence[Patient]) -> Marts:
    """The marts of these patients."""
    names = [one.name for one in cohort]
    return marts(
        population_members=members(all=names),
        subjects=rows("subjects", *((name,) for name in names)),
        subject_factors=rows(
            "subject_factors",
            *(
                row
                for one in cohort
                for row in (
                    (one.name, "sex", one.sex, None),
                    (one.name, "race", one.race, None),
                    (one.name, "age", None, one.age),
                )
            ),
        ),
        factor_changes=rows(
            "factor_changes",
            *((one.name, "OS", "hsct", 0.0, "no") for one in cohort),
            *((one.name, "OS", "hsct", one.hsct, "yes") for one in cohort if one.hsct is not None),
        ),
        covariate_intervals=rows("covariate_intervals", *_intervals(cohort)),
        entry_times=rows(
            "entry_times", *((one.name, "OS", "response", one.entry) for one in cohort)
        ),
        risk_counts=pl.concat([_curve(item, cohort) for item in STUDY.analyses]),
        stratified_risk_counts=_in_strata(cohort),
    )


def _intervals(cohort: Sequence[Patient]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for one in cohort:
        end = one.death[0] or 0.5
        if one.hsct is None:
            found.append((one.name, "OS", 1, 0.0, end, one.death[1]))
        else:
            found.append((one.name, "OS", 1, 0.0, one.hsct, 0))
            found.append((one.name, "OS", 2, one.hsct, end, one.death[1]))
        found.append((one.name, "TTR", 1, 0.0, one.first[0] or 0.5, one.first[1]))
    return found


def _counted(cohort: Sequence[Patient], item: Analysis) -> pl.DataFrame:
    ends = [one.first if item.endpoint == "TTR" else one.death for one in cohort]
    entry = [one.entry if item.entry_facts else 0.0 for one in cohort]
    counts = counts_from_times([day for day, _ in ends], [code for _, code in ends], entry=entry)
    return counts.rename({"time": "day"})


def _curve(item: Analysis, cohort: Sequence[Patient]) -> pl.DataFrame:
    schema = rows("risk_counts")
    if item.method not in ("kaplan_meier", "cumulative_incidence"):
        return schema
    groups: dict[str, list[Patient]] = {}
    for one in cohort:
        groups.setdefault((one.sex or "unknown") if item.strata else "all", []).append(one)
    frames = [
        _counted(group, item).select(
            pl.lit(item.analysis_id).alias("analysis_id"),
            pl.lit(name).alias("stratum"),
            *schema.columns[2:],
        )
        for name, group in groups.items()
    ]
    return pl.concat([schema, *frames])


def _in_strata(cohort: Sequence[Patient]) -> pl.DataFrame:
    item, schema = STUDY.analysis("in_strata"), rows("stratified_risk_counts")
    groups: dict[tuple[str, str], list[Patient]] = {}
    for one in cohort:
        if one.race is not None:
            groups.setdefault((one.race, one.sex or "unknown"), []).append(one)
    frames = [
        _counted(group, item).select(
            pl.lit(item.analysis_id).alias("analysis_id"),
            pl.lit(race).alias("test_stratum"),
            pl.lit(sex).alias("stratum"),
            *schema.columns[3:],
        )
        for (race, sex), group in groups.items()
    ]
    return pl.concat([schema, *frames])
