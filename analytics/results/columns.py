"""The columns of the result tables, each described once.

A column that appears in several tables is one object here, so its words are the same in
the database, in the dbt docs and in the data dictionary. A name that means another thing
in another table (`statistic`, `denominator`, `n`) is another object.
"""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

_FRACTION: Final = "a fraction from 0 to 1, never rounded"


@dataclass(frozen=True)
class Column:
    """A column of a result table: name, polars type, meaning, whether it may be NULL, its unit.

    A unit that another column of the row decides is `of the characteristic` or
    `of the quantity`.
    """

    name: str
    dtype: type[pl.DataType]
    description: str
    nullable: bool = True
    unit: str | None = None

    @property
    def required(self) -> "Column":
        """The same column where NULL is not allowed."""
        return replace(self, nullable=False)


def _text(name: str, description: str) -> Column:
    return Column(name, pl.String, description)


def _count(name: str, description: str) -> Column:
    return Column(name, pl.Int64, description, unit="subjects")


def _integer(name: str, description: str) -> Column:
    return Column(name, pl.Int32, description)


def _number(name: str, description: str, unit: str | None = None) -> Column:
    return Column(name, pl.Float64, description, unit=unit)


def _fraction(name: str, description: str) -> Column:
    return _number(name, description, "fraction")


def _months(name: str, description: str) -> Column:
    return _number(name, description, "months")


def _ratio(name: str, description: str) -> Column:
    return _number(name, description, "ratio")


ANALYSIS_ID: Final = _text("analysis_id", "Analysis of plan.toml.").required
LABEL: Final = _text("label", "What people read.").required
STRATUM: Final = _text(
    "stratum", "Level of the stratifying factor; `all` when not stratified, `unknown` when missing."
).required
STATUS: Final = _text(
    "status", "`ok`, or `not estimable: ` and the reason; the estimates are then NULL."
).required
N: Final = _count("n", "Subjects.").required
N_EVENT: Final = _count("n_event", "Subjects with the event.").required
DISPLAY_ORDER: Final = _integer("display_order", "Position for display, from 1.").required

# analysis and method
METHOD: Final = _text("method", "Method as named in plan.toml.").required
ENDPOINT: Final = _text("endpoint", "Endpoint (paramcd); NULL for tables of counts.")
POPULATION: Final = _text("population", "Population that enters; NULL for tables of groups.")
STRATA: Final = _text("strata", "Factor whose levels are the strata; NULL when not stratified.")
CAUTION: Final = _text("caution", "What to know before using the number; NULL if nothing.")
INFERRED: Final = _text("inferred", "Which convention is inferred, not stated by the source.")
CONF_LEVEL: Final = _number("conf_level", "Confidence level of the intervals.")
CI_TRANSFORM: Final = _text("ci_transform", "Scale on which the interval is symmetric.")
TIES: Final = _text("ties", "Handling of tied event times in the partial likelihood.")
VARIANCE: Final = _text("variance", "Variance estimator by name.")
DAYS_PER_MONTH: Final = _number("days_per_month", "Days in a month.")
DAY_CONVENTION: Final = _text(
    "day_convention", "`difference` (date minus origin) or `adam` (one more)."
)
PH_TRANSFORM: Final = _text("ph_transform", "Time transform of the proportional-hazards test.")
SOFTWARE: Final = _text("software", "Programs that computed the numbers.").required
SOFTWARE_VERSION: Final = _text("software_version", "Their versions, in the same order.").required

# curves and rates
EVENT: Final = _text("event", "Which event is counted: `event` or `competing`.").required
TIME_DAYS: Final = _number("time_days", "Days since the origin.", "days").required
TIME_MONTHS: Final = _months(
    "time_months", "Months since the origin (days / days_per_month)."
).required
N_RISK: Final = _count("n_risk", "Subjects at risk just before this time.")
N_EVENT_DAY: Final = _count("n_event", "Subjects with the event on this day.").required
N_COMPETING_DAY: Final = _count(
    "n_competing", "Subjects with the competing event on this day."
).required
N_CENSORED_DAY: Final = _count("n_censored", "Subjects censored on this day.").required
ESTIMATE: Final = _fraction("estimate", f"Estimated probability, {_FRACTION}.")
STD_ERROR: Final = _fraction("std_error", "Standard error of the estimate, on its own scale.")
CI_LOWER: Final = _fraction("ci_lower", f"Lower confidence limit, {_FRACTION}; NULL if undefined.")
CI_UPPER: Final = _fraction("ci_upper", f"Upper confidence limit, {_FRACTION}; NULL if undefined.")
MEDIAN_MONTHS: Final = _months("median_months", "Median time in months; NULL when not reached.")
MEDIAN_CI_LOWER: Final = _months(
    "median_ci_lower", "Lower limit of the median in months; NULL when not reached."
)
MEDIAN_CI_UPPER: Final = _months(
    "median_ci_upper", "Upper limit of the median in months; NULL when not reached."
)
FOLLOW_UP_STATISTIC: Final = _text(
    "statistic", "`reverse_km_median`, `median_censored`, `min` or `max` of the follow-up."
).required
OVER: Final = _text("over", "Subjects it is taken over: `censored` or `all`.").required
MONTHS: Final = _months("months", "The statistic in months; NULL when not reached.")

# restricted means and the plateau
HORIZON_MONTHS: Final = _months(
    "horizon_months", "Month up to which the mean is taken (the horizon)."
).required
RESTRICTED_MEAN_MONTHS: Final = _months(
    "restricted_mean_months", "Mean time without the event up to the horizon, in months."
)
MEAN_STD_ERROR: Final = _months("std_error", "Standard error of the mean, in months.")
MEAN_CI_LOWER: Final = _months("ci_lower", "Lower Wald limit of the mean, in months.")
MEAN_CI_UPPER: Final = _months("ci_upper", "Upper Wald limit of the mean, in months.")
FROM_MONTHS: Final = _months("from_months", "Month from which the curve is looked at.").required
TO_MONTHS: Final = _months("to_months", "Month up to which the curve is looked at.").required
ESTIMATE_FROM: Final = _fraction(
    "estimate_from", f"Kaplan-Meier estimate at `from_months`, {_FRACTION}."
)
ESTIMATE_TO: Final = _fraction("estimate_to", f"Kaplan-Meier estimate at `to_months`, {_FRACTION}.")
RATE_CHANGE: Final = _fraction(
    "change", "`estimate_to` less `estimate_from`: 0 on a plateau, else below."
)
N_RISK_FROM: Final = _count("n_risk_from", "Subjects at risk just before `from_months`.").required
N_RISK_TO: Final = _count("n_risk_to", "Subjects at risk just before `to_months`.").required
N_EVENT_BETWEEN: Final = _count(
    "n_event_between", "Subjects with the event after `from_months`, up to and with `to_months`."
).required
CURE_MODEL: Final = _text(
    "model",
    "`weibull_mixture`: a fraction never has the event, the times of the others are Weibull.",
).required
CURE_FRACTION: Final = _fraction("estimate", f"Fraction that never has the event, {_FRACTION}.")
CURE_CI_LOWER: Final = _fraction("ci_lower", "Lower limit, symmetric on the logit of the fraction.")
CURE_CI_UPPER: Final = _fraction("ci_upper", "Upper limit, symmetric on the logit of the fraction.")

# tests and models
TEST: Final = _text("test", "Test by name.").required
CHI_SQUARE: Final = _number("statistic", "Chi-square statistic.")
DF: Final = _integer("df", "Degrees of freedom.")
P_VALUE: Final = _number("p_value", "Two-sided P value.")
MODEL: Final = _text("model", "Model within the analysis.").required
N_MISSING: Final = _count(
    "n_missing", "Subjects of the population left out because a factor of the model is missing."
).required
LOG_LIKELIHOOD: Final = _number("log_likelihood", "Log partial likelihood at the estimates.")
LOG_LIKELIHOOD_NULL: Final = _number(
    "log_likelihood_null", "Log partial likelihood with every coefficient 0."
)
LR_STATISTIC: Final = _number("lr_statistic", "Likelihood-ratio chi-square.")
LR_P: Final = _number("lr_p", "P value of the likelihood-ratio test.")
SCORE_STATISTIC: Final = _number("score_statistic", "Score chi-square.")
SCORE_P: Final = _number("score_p", "P value of the score test.")
WALD_STATISTIC: Final = _number("wald_statistic", "Wald chi-square.")
WALD_P: Final = _number("wald_p", "P value of the Wald test.")
ITERATIONS: Final = _integer("iterations", "Newton-Raphson iterations until convergence.")
FACTOR: Final = _text("factor", "Factor of factors.csv.").required
NUMERATOR: Final = _text("numerator", "Level the hazard ratio is of.").required
REFERENCE: Final = _text("denominator", "Level the hazard ratio is against.").required
TIMING: Final = _text(
    "timing", "`baseline`, or `post_baseline` (entered as a time-dependent factor)."
).required
LOG_HR: Final = _number("log_hr", "Log hazard ratio, numerator over denominator.")
LOG_HR_STD_ERROR: Final = _number("std_error", "Standard error of the log hazard ratio.")
HR: Final = _ratio("hr", "Hazard ratio, numerator over denominator.")
HR_CI_LOWER: Final = _ratio("ci_lower", "Lower Wald limit of the hazard ratio.")
HR_CI_UPPER: Final = _ratio("ci_upper", "Upper Wald limit of the hazard ratio.")
N_COMPETING: Final = _count("n_competing", "Subjects with the competing event.").required
SHR_NUMERATOR: Final = _text("numerator", "Level the subdistribution hazard ratio is of.").required
SHR_REFERENCE: Final = _text(
    "denominator", "Level the subdistribution hazard ratio is against."
).required
LOG_SHR: Final = _number("log_shr", "Log subdistribution hazard ratio, numerator over denominator.")
LOG_SHR_STD_ERROR: Final = _number(
    "std_error", "Standard error of the log ratio; it counts that the censoring is estimated."
)
SHR: Final = _ratio(
    "shr",
    "Subdistribution hazard ratio, numerator over denominator: how the incidence differs. It is "
    "no ratio of rates and is never read as a hazard ratio.",
)
SHR_CI_LOWER: Final = _ratio("ci_lower", "Lower Wald limit of the subdistribution hazard ratio.")
SHR_CI_UPPER: Final = _ratio("ci_upper", "Upper Wald limit of the subdistribution hazard ratio.")
WEIGHTED_LOG_LIKELIHOOD: Final = _number(
    "log_likelihood", "Log partial likelihood of the weighted risk sets at the estimates."
)
STEP: Final = _integer("step", "Step number, from 1.").required
ACTION: Final = _text("action", "`considered`, `enter`, `remove` or `stop`.").required
STEP_FACTOR: Final = _text("factor", "Factor the step is about; NULL for `stop`.")
STEP_TEST: Final = _text("test", "`score` to enter, `wald` to stay; NULL for `stop`.")
DIAGNOSTIC_FACTOR: Final = _text(
    "factor", "Factor of the model; `GLOBAL` for all of them together."
).required

# tables
GROUP_POPULATION: Final = _text("group_population", "Population that is the group.").required
CHARACTERISTIC: Final = _text("characteristic", "Baseline factor.").required
LEVEL: Final = _text("level", "Level of the factor, `unknown` when missing; NULL for a statistic.")
TABLE_STATISTIC: Final = _text(
    "statistic", "`count_percent`, `n`, `mean`, `sd`, `median`, `min` or `max`."
).required
VALUE: Final = _number(
    "value", "Value of the statistic; NULL for `count_percent`.", "of the characteristic"
)
N_IN_LEVEL: Final = _count(
    "n", "Subjects of the group with this level, or with a known value."
).required
DENOMINATOR: Final = _count("denominator", "Subjects the percentage is of.").required
PERCENT: Final = _number(
    "percent",
    "100 n / denominator, not rounded; NULL without a denominator or for a statistic.",
    "%",
)
OUTCOME: Final = _text("outcome", "Outcome the line belongs to.").required
OUTCOME_LEVEL: Final = _text("level", "Level of the outcome.").required
PARENT: Final = _text("parent", "Line (outcome/level) that this one is a part of.")
INDENT: Final = _integer("indent", "Depth of the line when printed, from 0.").required
N_WITH_OUTCOME: Final = _count("n", "Subjects of the group with this outcome.").required
STEP_POPULATION: Final = _text("population", "Population whose condition the step is.").required
REASON: Final = _text("reason", "Why subjects leave at this step.").required
N_IN: Final = _count("n_in", "Subjects before the step.").required
N_OUT: Final = _count("n_out", "Subjects who leave at the step.").required
N_REMAINING: Final = _count("n_remaining", "Subjects after the step.").required

# concordance
PUBLISHED_ID: Final = _text("published_id", "Identifier of the reported value.").required
QUANTITY: Final = _text("quantity", "Printed number of it: n, percent, value, hr ...").required
KIND: Final = _text(
    "kind",
    "`computed`, `definition`, `cited` (another source's number), `misprint` or `derived` "
    "(arithmetic on published numbers, never held against ours).",
).required
SOURCE: Final = _text("source", "Where it is printed.")
PUBLISHED: Final = _text("published", "The value as printed.").required
COMPUTED: Final = _number("computed", "The value of this build, not rounded, in the printed unit.")
COMPUTED_AS_PRINTED: Final = _text(
    "computed_as_printed", "The value of this build with as many decimals as are printed."
)
MATCHES: Final = Column(
    "matches", pl.Boolean, "Whether the two read the same; NULL when it is not a computed number."
)
NOTE: Final = _text("note", "What to know about the comparison.")

# sensitivity
CONVENTION: Final = _text(
    "convention",
    "What is chosen: a parameter of the study, or `endpoint`, `population` or `analysis` where "
    "the plan names the alternative.",
).required
CHOSEN: Final = _text("chosen", "The study's choice.").required
ALTERNATIVE: Final = _text("alternative", "The other choice.").required
ALTERNATIVE_ANALYSIS: Final = _text(
    "alternative_analysis",
    "Analysis, or analysis/model, of the plan that is the alternative; NULL when the same "
    "analysis is computed again.",
)
RESULT_TABLE: Final = _text(
    "result_table", "Table of schema results that holds the number."
).required
MODEL_OF_NUMBER: Final = _text("model", "Model within the analysis; NULL for a curve.")
FACTOR_OF_NUMBER: Final = _text("factor", "Factor of the hazard ratio; NULL for a curve.")
EVENT_OF_NUMBER: Final = _text(
    "event", "Which event is counted: `event` or `competing`; NULL but for an incidence."
)
TIME_OF_NUMBER: Final = _months("time_months", "Landmark of a rate; NULL for other numbers.")
RESULT_COLUMN: Final = _text("quantity", "Column of that table that holds the number.").required
VALUE_CHOSEN: Final = _number(
    "value", "The number under the study's choice, never rounded.", "of the quantity"
)
VALUE_ALTERNATIVE: Final = _number(
    "value_alternative", "The number under the alternative, never rounded.", "of the quantity"
)
CHANGE: Final = _number(
    "change", "Alternative minus chosen; NULL unless both are known.", "of the quantity"
)
PUBLISHED_ID_BESIDE: Final = _text(
    "published_id", "Reported value of the number; NULL when none is printed."
)
PUBLISHED_BESIDE: Final = _text("published", "The value as printed; NULL when none is.")
MATCHES_CHOSEN: Final = Column(
    "matches_chosen", pl.Boolean, "Whether the chosen number prints as published; NULL if none is."
)
MATCHES_ALTERNATIVE: Final = Column(
    "matches_alternative",
    pl.Boolean,
    "Whether the alternative number prints as published; NULL if none is.",
)
STATUS_ALTERNATIVE: Final = _text(
    "status_alternative", "Status of the alternative number, as `status` is of the chosen one."
).required
CAUTION_OF_ALTERNATIVE: Final = _text(
    "caution", "What to know before using the alternative number; NULL if nothing."
)
