"""The result tables: their columns, types, keys and words, in one place.

The database's tables and comments, the dbt sources and the frames that the assembly
functions return all come from `RESULT_TABLES`.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.results import columns as c
from analytics.results.columns import Column


@dataclass(frozen=True)
class ResultTable:
    """A table of schema `results`; the description opens with its grain.

    `key` names the columns that identify a row; a NULL in a key column counts as a value.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Column name -> polars type, in the table's column order."""
        return {column.name: column.dtype for column in self.columns}


_CURVE = (c.ESTIMATE, c.STD_ERROR, c.CI_LOWER, c.CI_UPPER)

_TABLES: Final = (
    ResultTable(
        "analysis",
        "One row per analysis of the plan, delayed-entry siblings included.",
        ("analysis_id",),
        (
            c.ANALYSIS_ID,
            c.LABEL,
            c.METHOD,
            c.ENDPOINT,
            c.POPULATION,
            c.STRATA,
            c.DISPLAY_ORDER,
            c.CAUTION,
            c.INFERRED,
        ),
    ),
    ResultTable(
        "method",
        "One row per analysis: the conventions behind its numbers. NULL where one plays no part.",
        ("analysis_id",),
        (
            c.ANALYSIS_ID,
            c.CONF_LEVEL,
            c.CI_TRANSFORM,
            c.TIES,
            c.VARIANCE,
            c.DAYS_PER_MONTH,
            c.DAY_CONVENTION,
            c.PH_TRANSFORM,
            c.SOFTWARE,
            c.SOFTWARE_VERSION,
        ),
    ),
    ResultTable(
        "survival_curve",
        "One row per analysis, stratum and day with an event, a censoring or a late entry, after a "
        "day-0 row. The Kaplan-Meier estimate after that day.",
        ("analysis_id", "stratum", "time_days"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.TIME_DAYS,
            c.TIME_MONTHS,
            c.N_RISK,
            c.N_EVENT_DAY,
            c.N_CENSORED_DAY,
            *_CURVE,
            c.STATUS,
        ),
    ),
    ResultTable(
        "survival_summary",
        "One row per analysis and stratum: the median survival time.",
        ("analysis_id", "stratum"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.N,
            c.N_EVENT,
            c.MEDIAN_MONTHS,
            c.MEDIAN_CI_LOWER,
            c.MEDIAN_CI_UPPER,
            c.STATUS,
        ),
    ),
    ResultTable(
        "survival_rate",
        "One row per analysis, stratum and landmark: the Kaplan-Meier estimate there. "
        "NULL beyond the last observation, unless nobody survives it.",
        ("analysis_id", "stratum", "time_months"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.N,
            c.N_EVENT,
            c.TIME_MONTHS,
            *_CURVE,
            c.N_RISK,
            c.STATUS,
        ),
    ),
    ResultTable(
        "follow_up",
        "One row per analysis, stratum, statistic and the subjects it is taken over.",
        ("analysis_id", "stratum", "statistic", "over"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.N,
            c.N_EVENT,
            c.FOLLOW_UP_STATISTIC,
            c.OVER,
            c.MONTHS,
            c.STATUS,
        ),
    ),
    ResultTable(
        "restricted_mean",
        "One row per analysis, stratum and horizon: the mean time without the event, up to the "
        "horizon. NULL when the horizon lies beyond the last observation, unless nobody survives "
        "it.",
        ("analysis_id", "stratum", "horizon_months"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.HORIZON_MONTHS,
            c.N,
            c.N_EVENT,
            c.RESTRICTED_MEAN_MONTHS,
            c.MEAN_STD_ERROR,
            c.MEAN_CI_LOWER,
            c.MEAN_CI_UPPER,
            c.STATUS,
        ),
    ),
    ResultTable(
        "plateau",
        "One row per analysis and stratum: how the Kaplan-Meier estimate changes between two "
        "months, and on how many subjects that rests.",
        ("analysis_id", "stratum"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.FROM_MONTHS,
            c.TO_MONTHS,
            c.N,
            c.N_EVENT,
            c.ESTIMATE_FROM,
            c.ESTIMATE_TO,
            c.RATE_CHANGE,
            c.N_RISK_FROM,
            c.N_RISK_TO,
            c.N_EVENT_BETWEEN,
            c.CAUTION,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cure_fraction",
        "One row per analysis, stratum and cure model: the fraction that never has the event, if "
        "the model holds. It is as sure as the follow-up is long.",
        ("analysis_id", "stratum", "model"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.CURE_MODEL,
            c.N,
            c.N_EVENT,
            c.CURE_FRACTION,
            c.STD_ERROR,
            c.CURE_CI_LOWER,
            c.CURE_CI_UPPER,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cumulative_incidence_curve",
        "One row per analysis, stratum, event and day with any event or a censoring, after a "
        "day-0 row. The Aalen-Johansen estimate after that day.",
        ("analysis_id", "stratum", "event", "time_days"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.EVENT,
            c.TIME_DAYS,
            c.TIME_MONTHS,
            c.N_RISK,
            c.N_EVENT_DAY,
            c.N_COMPETING_DAY,
            c.N_CENSORED_DAY,
            *_CURVE,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cumulative_incidence_rate",
        "One row per analysis, stratum, event and landmark. Carried forward past the last "
        "observation, with nobody at risk.",
        ("analysis_id", "stratum", "event", "time_months"),
        (
            c.ANALYSIS_ID,
            c.STRATUM,
            c.EVENT,
            c.N,
            c.N_EVENT,
            c.TIME_MONTHS,
            *_CURVE,
            c.N_RISK,
            c.STATUS,
        ),
    ),
    ResultTable(
        "group_test",
        "One row per stratified analysis of curves, test and event: whether the strata differ. "
        "Subjects of unknown stratum are left out.",
        ("analysis_id", "test", "event"),
        (
            c.ANALYSIS_ID,
            c.TEST,
            c.EVENT,
            c.N,
            c.N_EVENT,
            c.CHI_SQUARE,
            c.DF,
            c.P_VALUE,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cox_model",
        "One row per analysis and Cox model, on the subjects with every factor known.",
        ("analysis_id", "model"),
        (
            c.ANALYSIS_ID,
            c.MODEL,
            c.N,
            c.N_EVENT,
            c.N_MISSING,
            c.LOG_LIKELIHOOD,
            c.LOG_LIKELIHOOD_NULL,
            c.LR_STATISTIC,
            c.LR_P,
            c.SCORE_STATISTIC,
            c.SCORE_P,
            c.WALD_STATISTIC,
            c.WALD_P,
            c.DF,
            c.ITERATIONS,
            c.TIES,
            c.VARIANCE,
            c.POPULATION,
            c.CAUTION,
            c.INFERRED,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cox_term",
        "One row per analysis, Cox model and factor: the hazard ratio.",
        ("analysis_id", "model", "factor"),
        (
            c.ANALYSIS_ID,
            c.MODEL,
            c.FACTOR,
            c.NUMERATOR,
            c.REFERENCE,
            c.TIMING,
            c.N,
            c.N_EVENT,
            c.LOG_HR,
            c.LOG_HR_STD_ERROR,
            c.HR,
            c.HR_CI_LOWER,
            c.HR_CI_UPPER,
            c.P_VALUE,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cox_selection_step",
        "One row per analysis, step and factor of a stepwise selection, in the order taken.",
        ("analysis_id", "step", "action", "factor", "test"),
        (
            c.ANALYSIS_ID,
            c.STEP,
            c.ACTION,
            c.STEP_FACTOR,
            c.STEP_TEST,
            c.CHI_SQUARE,
            c.DF,
            c.P_VALUE,
            c.N,
            c.N_EVENT,
            c.STATUS,
        ),
    ),
    ResultTable(
        "cox_diagnostic",
        "One row per analysis, Cox model and factor, and one for all factors: the test of "
        "proportional hazards.",
        ("analysis_id", "model", "factor"),
        (
            c.ANALYSIS_ID,
            c.MODEL,
            c.DIAGNOSTIC_FACTOR,
            c.CHI_SQUARE,
            c.DF,
            c.P_VALUE,
            c.N,
            c.N_EVENT,
            c.STATUS,
        ),
    ),
    ResultTable(
        "fine_gray_model",
        "One row per analysis and Fine-Gray model, on the subjects with its factor known.",
        ("analysis_id", "model"),
        (
            c.ANALYSIS_ID,
            c.MODEL,
            c.N,
            c.N_EVENT,
            c.N_COMPETING,
            c.N_MISSING,
            c.WEIGHTED_LOG_LIKELIHOOD,
            c.LOG_LIKELIHOOD_NULL,
            c.WALD_STATISTIC,
            c.WALD_P,
            c.DF,
            c.ITERATIONS,
            c.POPULATION,
            c.CAUTION,
            c.INFERRED,
            c.STATUS,
        ),
    ),
    ResultTable(
        "fine_gray_term",
        "One row per analysis, Fine-Gray model and factor: the subdistribution hazard ratio.",
        ("analysis_id", "model", "factor"),
        (
            c.ANALYSIS_ID,
            c.MODEL,
            c.FACTOR,
            c.SHR_NUMERATOR,
            c.SHR_REFERENCE,
            c.N,
            c.N_EVENT,
            c.N_COMPETING,
            c.LOG_SHR,
            c.LOG_SHR_STD_ERROR,
            c.SHR,
            c.SHR_CI_LOWER,
            c.SHR_CI_UPPER,
            c.P_VALUE,
            c.STATUS,
        ),
    ),
    ResultTable(
        "baseline_characteristics",
        "One row per analysis, group, characteristic, level and statistic.",
        ("analysis_id", "group_population", "characteristic", "level", "statistic"),
        (
            c.ANALYSIS_ID,
            c.GROUP_POPULATION,
            c.CHARACTERISTIC,
            c.LEVEL,
            c.TABLE_STATISTIC,
            c.VALUE,
            c.N_IN_LEVEL,
            c.DENOMINATOR,
            c.PERCENT,
            c.STATUS,
        ),
    ),
    ResultTable(
        "clinical_outcomes",
        "One row per analysis, group, outcome and level.",
        ("analysis_id", "group_population", "outcome", "level"),
        (
            c.ANALYSIS_ID,
            c.GROUP_POPULATION,
            c.OUTCOME,
            c.OUTCOME_LEVEL,
            c.LABEL,
            c.PARENT,
            c.INDENT,
            c.N_WITH_OUTCOME,
            c.DENOMINATOR,
            c.PERCENT,
            c.DISPLAY_ORDER,
            c.STATUS,
        ),
    ),
    ResultTable(
        "attrition",
        "One row per analysis and step from the treated subjects to the population.",
        ("analysis_id", "step"),
        (
            c.ANALYSIS_ID,
            c.STEP,
            c.STEP_POPULATION,
            c.REASON,
            c.N_IN,
            c.N_OUT,
            c.N_REMAINING,
        ),
    ),
    ResultTable(
        "published_concordance",
        "One row per reported value and printed quantity: the printed number beside this build's.",
        ("published_id", "quantity"),
        (
            c.PUBLISHED_ID,
            c.QUANTITY,
            c.KIND,
            c.SOURCE,
            c.PUBLISHED,
            c.COMPUTED,
            c.COMPUTED_AS_PRINTED,
            c.MATCHES,
            c.NOTE,
        ),
    ),
    ResultTable(
        "convention_sensitivity",
        "One row per convention, alternative and headline number that it can touch: the number "
        "as chosen beside the one under the alternative. What a build with the other convention "
        "alone shows is left out: counts, and under `day_convention` a curve from a landmark day.",
        (
            "convention",
            "alternative",
            "alternative_analysis",
            "result_table",
            "analysis_id",
            "model",
            "factor",
            "event",
            "time_months",
            "quantity",
        ),
        (
            c.CONVENTION,
            c.CHOSEN,
            c.ALTERNATIVE,
            c.ALTERNATIVE_ANALYSIS,
            c.RESULT_TABLE,
            c.ANALYSIS_ID,
            c.MODEL_OF_NUMBER,
            c.FACTOR_OF_NUMBER,
            c.EVENT_OF_NUMBER,
            c.TIME_OF_NUMBER,
            c.RESULT_COLUMN,
            c.VALUE_CHOSEN,
            c.VALUE_ALTERNATIVE,
            c.CHANGE,
            c.PUBLISHED_ID_BESIDE,
            c.PUBLISHED_BESIDE,
            c.MATCHES_CHOSEN,
            c.MATCHES_ALTERNATIVE,
            c.STATUS,
            c.STATUS_ALTERNATIVE,
            c.CAUTION_OF_ALTERNATIVE,
        ),
    ),
)

RESULT_TABLES: Final[dict[str, ResultTable]] = {table.name: table for table in _TABLES}
