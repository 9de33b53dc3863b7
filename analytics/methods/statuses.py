"""The words of `status`: 'ok', 'not estimable: <reason>', and 'suppressed: <reason>' where the
study does not publish a number. Every reason stands here."""

from typing import Final

OK: Final = "ok"
SUPPRESSED: Final = "suppressed: "
SHOWN_WHILE: Final = "The curve is shown while"  # begins the caution of a curve that is cut
ENDS_OF_SPANS: Final = "The points of the curve are ends of"  # begins that of a curve on a grid

NO_SUBJECTS: Final = "no subjects"
ONE_SUBJECT: Final = "fewer than two subjects at risk"
NO_EVENTS: Final = "no events"
ONE_GROUP: Final = "fewer than two groups at risk"
ONE_LEVEL: Final = "fewer than two levels"
ONE_ESTIMATE: Final = "fewer than two trials with an estimate"
NO_RATE_LIKELIHOOD: Final = "no likelihood-ratio test of a rate"
NO_COMPARISON: Final = "no event tells the groups apart (never at risk together, or all at once)"
NO_VARIATION: Final = "the covariate never varies among those at risk at an event"
DEPENDENT_COVARIATES: Final = "the covariate is a linear combination of those before it"
MONOTONE_LIKELIHOOD: Final = (
    "monotone likelihood, an estimate runs to infinity; ask for Firth's penalised likelihood, "
    "firth = true"
)
MONOTONE_EXACT: Final = (
    "monotone likelihood, an estimate runs to infinity; the exact likelihood of ties has no "
    'penalised form, so ask for firth = true with ties = "efron"'
)
EVENTS_OF_ALL: Final = "all at risk have the event at each event time"
TOO_MANY_TIES: Final = 'the exact likelihood of so many ties takes too long; ask for ties = "efron"'
MONOTONE_SUBDISTRIBUTION: Final = "monotone likelihood, an estimate runs to infinity"
PENALISED: Final = "no test of proportional hazards with a penalised likelihood"
NO_CONVERGENCE: Final = "no convergence"
NO_VARIATION_IN_TIME: Final = "too few distinct event times"
DELAYED_ENTRY: Final = "subjects enter after day 0"
DEPENDENT_ROWS: Final = "no likelihood-ratio test with a robust variance"
SAME_KNOTS: Final = "the knots of the spline coincide"
NO_SUBDISTRIBUTION_RATIO: Final = "no likelihood-ratio test of a subdistribution hazard"
NO_ROBUST_VARIANCE: Final = "the robust variance is zero or singular"
TOO_FEW_CLUSTERS: Final = "no more clusters than covariates"
NO_SPREAD: Final = "the restricted times do not vary"
TOO_FEW_AT_RISK: Final = "fewer at risk than smallest_risk_set"
PAST_LAST_OBSERVATION: Final = "the horizon lies beyond the last observation"
BEYOND: Final = "beyond the last observation"
MEDIAN_NOT_REACHED: Final = "median not reached"
FAR_FROM_HALF: Final = "no step of the curves is near one half, so that there are no limits"
PAST_LAST_EVENT: Final = "not between the start and the last event"
WIDE_BANDWIDTH: Final = "the bandwidth is more than half of the time with events"
NOT_POSITIVE: Final = "no event within the bandwidth"
NONE_EXPECTED: Final = "the life table expects no deaths in the interval"
NO_TIME: Final = "nobody at risk in the interval"
INFINITE_MEAN: Final = "the mean of the model is infinite"
CERTAIN: Final = "the estimate of a group is 0 or 1, where it has no usable variance"
EMPTY_CELL: Final = "a cell of the two-by-two table is 0"
NO_INFORMATIVE_STRATUM: Final = "no stratum has both groups and both outcomes"
RATIO_AT_BOUND: Final = "the common odds ratio is 0 or infinite"
SUMMARIES_NOT_MET: Final = (
    "no weights give these patients the published summaries, which lie outside of their range"
)
DEPENDENT_SUMMARIES: Final = "a published summary follows from those before it"
CONSTANT_COVARIATE: Final = "the covariate does not vary"
ESTIMATE_WITHOUT_END: Final = "an estimate runs to infinity, as of a level without events"
NO_PLATEAU: Final = (
    "the plateau is not reached: of those not cured the model has more than a twentieth without "
    "the event at the last observation"
)
CURE_AT_BOUND: Final = "the cure fraction is at its bound of 0, the data show no plateau"


def not_estimable(reason: str, subject: str | None = None) -> str:
    """The status of a result the data cannot carry; `subject` names the covariate concerned."""
    return f"not estimable: {reason}" + (f": {subject}" if subject else "")
