"""Mixture cure models in numbers: the cured fraction, and what goes with it."""

from typing import Final

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of
from analytics.report.formats import confidence, decimal, p_value, with_interval
from analytics.report.long_term_tables import MODEL_LABELS

_FIRST: Final = "line"
_PARTS: Final = {
    "fraction": "Odds ratio of being cured",
    "latency": "Ratio of the times of those not cured",
}


def cure_models_table(bi: Bi) -> Table | None:
    """Each model: the cured percentage and how far the plateau is reached, then its terms."""
    models = bi["cure_models"]
    if models.is_empty():
        return None
    terms = bi["cure_terms"].to_dicts()
    lines = []
    for model in models.to_dicts():
        lines.append(_fraction(model))
        own = [term for term in terms if term["analysis_id"] == model["analysis_id"]]
        lines += [_term(model, term) for term in own]
    ci = confidence(next(iter(models["conf_level"].drop_nulls().to_list()), None))
    columns = [
        Column(_FIRST, "Part of the model", is_text=True),
        Column("latency", "Latency", is_text=True),
        Column("n", "n"),
        Column("n_event", "Events"),
        Column("estimate", f"% or ratio ({ci})"),
        Column("p", "P"),
        Column("rest", "Not cured, event-free at the end, %"),
        Column("aic", "AIC"),
    ]
    notes = [
        "A fraction of the patients never has the event, if the model holds. The percentage is the "
        "mean over the patients; its P value is that of the likelihood ratio of all terms.",
        "The plateau is reached when at most 5 % of those not cured are event-free at the last "
        "observation; otherwise the percentage is an extrapolation.",
    ]
    return Table("cure_models", "Mixture cure models", columns, lines, notes)


def _fraction(model: Row) -> Line:
    limits = (model["cured_ci_lower_percent"], model["cured_ci_upper_percent"])
    is_fitted = model["status"] == "ok"
    return Line(
        {
            _FIRST: "Cured, %",
            "latency": MODEL_LABELS[model["latency"]],
            "n": str(model["n"]),
            "n_event": str(model["n_event"]),
            "estimate": with_interval(model["cured_percent"], *limits)
            if is_fitted
            else model["status"],
            "p": p_value(model["lr_p"]),
            "rest": decimal(model["rest_at_end_percent"]),
            "aic": decimal(model["aic"]),
        },
        group=model["analysis_label"],
        indent=1,
        cautions=cautions_of(model),
        analysis_id=model["analysis_id"],
        rows=(("cure_models", model),),
    )


def _term(model: Row, term: Row) -> Line:
    limits = (term["ci_lower"], term["ci_upper"])
    is_fitted = term["status"] == "ok"
    return Line(
        {
            _FIRST: f"{_PARTS[term['part']]}: {term['factor_label']}, {term['contrast']}",
            "estimate": with_interval(term["ratio"], *limits, digits=2) if is_fitted else "-",
            "p": p_value(term["p_value"]),
        },
        group=model["analysis_label"],
        indent=2,
        analysis_id=model["analysis_id"],
        rows=(("cure_terms", term),),
    )
