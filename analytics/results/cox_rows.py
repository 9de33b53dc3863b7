"""One Cox model as rows of `cox_model`, `cox_term` and `cox_diagnostic`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from analytics.methods.cox import CoxData, CoxFit, cox_terms, proportional_hazards_test
from analytics.methods.cox_strata import n_informative_strata
from analytics.methods.statuses import OK
from analytics.results.cox_design import CoxDesign
from analytics.results.frames import frame_of_rows
from analytics.study.cautions import join_cautions, near_dependence_caution, strata_caution
from analytics.study.specification import Contrast, ModelTies, StudySpecification

Row = dict[str, Any]
VARIANCE: Final = "inverse_information"
_SIZES: Final = ("analysis_id", "model", "n", "n_event")
_INFORMATIVE: Final = "at which a factor of the model varies among those at risk"


@dataclass
class CoxRows:
    """The rows of the models of one analysis, by table."""

    models: list[Row] = field(default_factory=list)
    terms: list[Row] = field(default_factory=list)
    diagnostics: list[Row] = field(default_factory=list)

    def add(self, other: "CoxRows") -> None:
        """Append the rows of another model."""
        self.models += other.models
        self.terms += other.terms
        self.diagnostics += other.diagnostics

    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows as frames of their tables."""
        return {
            "cox_model": frame_of_rows("cox_model", self.models),
            "cox_term": frame_of_rows("cox_term", self.terms),
            "cox_diagnostic": frame_of_rows("cox_diagnostic", self.diagnostics),
        }


def model_labels(
    analysis_id: str, model: str, population: str, caution: str | None, inferred: str | None
) -> Row:
    """The columns of a model that are known before the fit."""
    return {
        "analysis_id": analysis_id,
        "model": model,
        "population": population,
        "caution": caution,
        "inferred": inferred,
    }


def cox_rows(
    study: StudySpecification,
    design: CoxDesign,
    contrasts: Sequence[Contrast],
    labels: Row,
    fit: CoxFit,
) -> CoxRows:
    """The rows of a fitted model; `contrasts` in the order of the fit's names."""
    words = [contrast_words(study, contrast) for contrast in contrasts]
    return rows_of_model(study, design, words, labels, fit)


def rows_of_model(
    study: StudySpecification,
    design: CoxDesign,
    words: Sequence[Row],
    labels: Row,
    fit: CoxFit,
) -> CoxRows:
    """The rows of a fitted model; `words` tell each of its terms, in the order of the fit's names.

    A model that cannot be estimated keeps its rows: the status says why and every number
    is NULL.
    """
    parameters = study.parameters
    status = design.obstacle or fit.status
    data = design.data()
    model = {
        **_model(labels, design, status, fit.ties),
        **_strata(data, design),
        **_tests(fit),
        "df": len(words),
        "penalty": fit.penalty,
        "limits": fit.limits,
    }
    model["caution"] = join_cautions(
        labels["caution"], _about_strata(model), near_dependence_caution(fit.nearly_dependent)
    )
    sizes = {key: model[key] for key in _SIZES}
    terms = cox_terms(fit, conf_level=parameters.conf_level).iter_rows(named=True)
    diagnostics = proportional_hazards_test(data, fit, transform=parameters.ph_transform).iter_rows(
        named=True
    )
    return CoxRows(
        [model],
        [
            {**sizes, **term, **word, "display_order": order, "status": status}
            for order, (term, word) in enumerate(zip(terms, words, strict=True), start=1)
        ],
        [
            {**sizes, **test, "status": test["status"] if status == OK else status}
            for test in diagnostics
        ],
    )


def not_fitted(labels: Row, design: CoxDesign, status: str, ties: ModelTies) -> CoxRows:
    """The row of a model that has no factor to fit."""
    return CoxRows([_model(labels, design, status, ties)])


def _model(labels: Row, design: CoxDesign, status: str, ties: ModelTies) -> Row:
    return {
        **labels,
        "n": design.n,
        "n_event": design.n_event,
        "n_missing": design.n_missing,
        "n_strata": design.n_strata,
        "ties": ties,
        "variance": VARIANCE,
        "limits": "wald",
        "status": status,
    }


def _strata(data: CoxData, design: CoxDesign) -> Row:
    """How many strata of the model carry information."""
    if design.n_strata is None:
        return {}
    return {"n_strata_informative": n_informative_strata(data)}


def _about_strata(model: Row) -> str | None:
    """What to know of the strata without information."""
    if model["n_strata"] is None:
        return None
    return strata_caution(model["n_strata"], model["n_strata_informative"], _INFORMATIVE)


def _tests(fit: CoxFit) -> Row:
    """Likelihoods and the three tests of all coefficients; NULL when not estimable."""
    row: Row = {
        "log_likelihood": fit.log_likelihood,
        "log_likelihood_null": fit.log_likelihood_null,
        "iterations": fit.iterations or None,
    }
    for name, test in (
        ("lr", fit.lr_test),
        ("score", fit.score_test),
        ("wald", fit.wald_test),
    ):
        row[f"{name}_statistic"] = test.statistic if test else None
        row[f"{name}_p"] = test.p_value if test else None
    return row


def contrast_words(study: StudySpecification, contrast: Contrast) -> Row:
    """The contrast as read: which level over which, and when it is known."""
    return {
        "factor": contrast.factor,
        "numerator": contrast.numerator_label,
        "denominator": contrast.denominator_label,
        "timing": study.factor(contrast.factor).timing,
    }
