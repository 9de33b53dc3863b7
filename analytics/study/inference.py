"""Which inferred conventions touch an analysis: said beside every result they touch."""

from typing import Final

from analytics.study.definitions import Definitions
from analytics.study.specification import Analysis

_CLOCK: Final = ("days_per_month", "day_convention")
_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "kaplan_meier": (*_CLOCK, "ci_transform", "smallest_risk_set", "conf_level"),
    "cumulative_incidence": (
        *_CLOCK,
        "cif_variance",
        "ci_transform",
        "smallest_risk_set",
        "conf_level",
    ),
    "cox_univariate": ("day_convention", "ties", "conf_level", "ph_transform"),
    "cox_stepwise": (
        "day_convention",
        "ties",
        "conf_level",
        "ph_transform",
        "slcandidate",
        "slentry",
        "slstay",
    ),
    "cox_multivariable": ("day_convention", "ties", "conf_level", "ph_transform"),
    "fine_gray": ("day_convention", "conf_level"),
    "relative_survival": (*_CLOCK, "conf_level"),
    "mixture_cure": (*_CLOCK, "conf_level"),
    "fine_gray_multivariable": ("day_convention", "conf_level"),
}


def inferred_conventions(analysis: Analysis, definitions: Definitions) -> Analysis:
    """The analysis with the reasons of every inferred parameter it rests on in `inferred`.

    An endpoint rests on the parameters that chose among its rules, besides the method's own.
    """
    names = [*_PARAMETERS.get(analysis.method, ())]
    if analysis.ties is not None:
        names.remove("ties")
    if analysis.endpoint is not None:
        names += definitions.rule_parameters.get(analysis.endpoint, ())
    reasons = [
        f"{name}: {definitions.inferred_parameters[name]}"
        for name in names
        if name in definitions.inferred_parameters
    ]
    texts = [text for text in (analysis.inferred, *reasons) if text]
    return analysis.model_copy(update={"inferred": " ".join(texts) or None})
