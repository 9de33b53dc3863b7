"""What each analysis is, and the conventions behind its numbers."""

from importlib.metadata import version
from typing import Any, Final

import polars as pl

from analytics import __version__
from analytics.results.fine_gray_models import TIES as FINE_GRAY_TIES
from analytics.results.fine_gray_models import VARIANCE as FINE_GRAY_VARIANCE
from analytics.results.frames import frame_of_rows
from analytics.study.specification import (
    COX_METHODS,
    CURVE_METHODS,
    FINE_GRAY_METHODS,
    Analysis,
    Method,
    Parameters,
    StudySpecification,
)

Row = dict[str, Any]

SOFTWARE: Final[dict[Method, tuple[str, ...]]] = {
    "kaplan_meier": ("plateau", "lifelines"),
    "cumulative_incidence": ("plateau", "numpy"),
    "cox_univariate": ("plateau", "numpy"),
    "cox_stepwise": ("plateau", "numpy"),
    "cox_multivariable": ("plateau", "numpy"),
    "fine_gray": ("plateau", "numpy"),
    "fine_gray_multivariable": ("plateau", "numpy"),
    "multi_state": ("plateau", "numpy"),
    "external_control": ("plateau", "lifelines", "scipy"),
    "mixture_cure": ("plateau", "scipy"),
    "relative_survival": ("plateau", "numpy"),
    "baseline_table": ("plateau", "polars"),
    "outcomes_table": ("plateau", "polars", "scipy"),
    "attrition": ("plateau", "polars"),
}


_OTHERS: Final[tuple[Method, ...]] = (
    *FINE_GRAY_METHODS,
    "multi_state",
    "external_control",
    "mixture_cure",
    "relative_survival",
)


def analysis_frames(study: StudySpecification) -> dict[str, pl.DataFrame]:
    """The tables `analysis` and `method`: one row each per analysis, in display order."""
    analyses = sorted(study.analyses, key=lambda analysis: analysis.display_order)
    return {
        "analysis": frame_of_rows("analysis", (_analysis(analysis) for analysis in analyses)),
        "method": frame_of_rows(
            "method", (_method(analysis, study.parameters) for analysis in analyses)
        ),
    }


def _analysis(analysis: Analysis) -> Row:
    return {
        "analysis_id": analysis.analysis_id,
        "label": analysis.label,
        "method": analysis.method,
        "endpoint": analysis.endpoint,
        "population": analysis.population,
        "strata": analysis.strata,
        "stratified_by": ", ".join(analysis.stratified_by) or None,
        "display_order": analysis.display_order,
        "caution": analysis.caution,
        "inferred": analysis.inferred,
    }


def _method(analysis: Analysis, parameters: Parameters) -> Row:
    """The conventions that play a part in the analysis's method; the others are NULL."""
    packages = SOFTWARE[analysis.method]
    row: Row = {
        "analysis_id": analysis.analysis_id,
        "software": ", ".join(packages),
        "software_version": ", ".join(_version(package) for package in packages),
    }
    if analysis.method == "relative_survival":
        row |= {"ci_transform": "log", "variance": "pohar_perme"}
    if analysis.method == "mixture_cure":
        row |= {"ci_transform": "logit", "variance": "inverse_information"}
    if analysis.method == "multi_state":
        row |= {"ci_transform": parameters.ci_transform, "variance": "greenwood"}
    if analysis.method == "external_control":
        row |= {
            "ci_transform": parameters.ci_transform,
            "variance": "greenwood",
            "ties": parameters.ties,
        }
    if analysis.method in (*CURVE_METHODS, *COX_METHODS, *_OTHERS, "outcomes_table"):
        row |= {"conf_level": parameters.conf_level}
    if analysis.method in (*CURVE_METHODS, *COX_METHODS, *_OTHERS):
        row |= {
            "days_per_month": parameters.days_per_month,
            "day_convention": parameters.day_convention,
        }
    if analysis.method in CURVE_METHODS:
        kaplan_meier = analysis.method == "kaplan_meier"
        variance = "greenwood" if kaplan_meier else parameters.cif_variance
        row |= {
            "ci_transform": parameters.ci_transform,
            "variance": variance,
            "smallest_risk_set": parameters.smallest_risk_set,
        }
    if analysis.method in COX_METHODS:
        row |= {
            "ci_transform": "log",
            "ties": analysis.ties_used(parameters),
            "variance": analysis.variance,
            "ph_transform": parameters.ph_transform,
        }
    if analysis.method in FINE_GRAY_METHODS:
        row |= {
            "ci_transform": "log",
            "ties": FINE_GRAY_TIES,
            "variance": FINE_GRAY_VARIANCE,
        }
    return row


def _version(package: str) -> str:
    """Plateau's own version stands in the code, so that an uninstalled checkout tells it too."""
    return __version__ if package == "plateau" else version(package)
