"""Hazard ratios of factors: one at a time beside the selected model, selection, diagnostics."""

from collections.abc import Iterator, Sequence

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of, rows_of, taken_from
from analytics.report.factor_words import contrast_of, is_sibling
from analytics.report.forest_figures import TIMINGS
from analytics.report.formats import (
    confidence,
    decimal,
    hazard_ratio,
    p_value,
    whole,
)

_FIRST = "line"


def hazard_ratio_table(bi: Bi, analyses: Sequence[Row]) -> Table | None:
    """The univariate models beside the selected ones, by endpoint and by when a factor is known.

    `analyses` are those of the bi table; a univariate analysis is shown when a selection starts
    from it, or, where no selection does, whenever it stands for itself. Stratified ones are not.
    """
    plain = [row for row in analyses if row["stratified_by_label"] is None]
    selections = [row for row in plain if row["method"] == "cox_stepwise"]
    sources = {row["candidates_from"] for row in selections}
    shown = [
        row
        for row in plain
        if row["method"] == "cox_univariate"
        if row["analysis_id"] in sources or not sources
    ]
    lines = [line for row in shown for line in _endpoint_lines(bi, row, selections)]
    if not lines:
        return None
    ci = confidence(shown[0]["conf_level"])
    univariate, selected = "One factor at a time", "Selected model"
    columns = [
        Column(_FIRST, "Factor (numerator/denominator)", is_text=True),
        Column("set", "Analysis set", univariate, is_text=True),
        Column("n", "n / events", univariate),
        Column("missing", "Missing", univariate),
        Column("hr", f"HR ({ci})", univariate),
        Column("p", "P", univariate),
    ]
    notes = [
        "HR: hazard ratio. n / events: patients and events of the model. Missing: patients "
        "excluded because a factor of the model is unknown.",
        "Post-baseline factors are time-dependent: a patient counts as 'no' until the event has "
        "happened.",
    ]
    if selections:
        columns += [
            Column("selected_n", "n / events", selected),
            Column("selected_hr", f"HR ({ci})", selected),
            Column("selected_p", "P", selected),
        ]
        notes.append(
            "Selected model: stepwise, on the patients with all candidates known; the steps are "
            "in a separate table."
        )
    return Table(
        name="hazard_ratios",
        title="Factors and "
        + " and ".join(dict.fromkeys(row["endpoint_label"].lower() for row in shown)),
        columns=columns,
        lines=lines,
        notes=notes,
        is_main=True,
    )


def _endpoint_lines(bi: Bi, analysis: Row, selections: Sequence[Row]) -> Iterator[Line]:
    chosen = [row for row in selections if row["candidates_from"] == analysis["analysis_id"]]
    published = [row for row in chosen if row["delayed_entry_of"] is None]
    delayed = [row for row in chosen if row["delayed_entry_of"] is not None]
    found = {
        (row["factor"], is_delayed): row
        for is_delayed, group in ((False, published), (True, delayed))
        for selection in group
        for row in rows_of(bi["forest"], analysis_id=selection["analysis_id"])
    }
    rows = rows_of(bi["forest"], analysis_id=analysis["analysis_id"])
    for timing, heading in TIMINGS.items():
        mine = [row for row in rows if row["timing"] == timing]
        group = f"{analysis['endpoint_label']}: {heading.lower()}"
        for row in mine:
            other = found.get((row["factor"], is_sibling(row)))
            yield _ratio_line(row, other, group, is_indented=is_sibling(row))
            late = found.get((row["factor"], True))
            has_own = any(is_sibling(r) and r["factor"] == row["factor"] for r in mine)
            if late is not None and not is_sibling(row) and not has_own:
                yield _ratio_line(None, late, group, is_indented=True)


def _ratio_line(row: Row | None, selected: Row | None, group: str, *, is_indented: bool) -> Line:
    known = row or selected
    assert known is not None
    name = contrast_of(known)
    cells = {_FIRST: "with delayed entry" if is_indented else name}
    if row is not None:
        cells |= {
            "set": row["population_label"] or "",
            "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
            "missing": whole(row["n_missing"]),
            "hr": hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"])
            if row["hr"] is not None
            else row["status"],
            "p": p_value(row["p_value"]),
        }
    if selected is not None:
        cells |= {
            "selected_n": f"{whole(selected['n'])} / {whole(selected['n_event'])}",
            "selected_hr": hazard_ratio(selected["hr"], selected["ci_lower"], selected["ci_upper"]),
            "selected_p": p_value(selected["p_value"]),
        }
    cautions = dict.fromkeys(item["caution"] for item in (row, selected) if item is not None)
    return Line(
        cells,
        group=group,
        indent=2 if is_indented else 1,
        cautions=tuple(text for text in cautions if text),
        analysis_id=known["analysis_id"],
        rows=taken_from("forest", [item for item in (row, selected) if item is not None]),
    )


def selection_table(bi: Bi) -> Table | None:
    """The steps of every selection: what was considered, what entered, what left."""
    actions = {
        "considered": "considered", "enter": "ENTERS", "remove": "LEAVES", "stop": "selection ends"
    }  # fmt: skip
    tests = {"score": "score, to enter", "wald": "Wald, to stay"}
    lines = [
        Line(
            {
                _FIRST: f"Step {row['step']}",
                "action": actions.get(row["action"], row["action"]),
                "factor": row["factor_label"] or "",
                "test": tests.get(row["test"], row["test"] or ""),
                "chi_square": decimal(row["chi_square"], 2) if row["test"] else "",
                "df": whole(row["df"]) if row["test"] else "",
                "p": p_value(row["p_value"]) if row["test"] else "",
                "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
            },
            group=row["analysis_label"],
            indent=1,
            analysis_id=row["analysis_id"],
            rows=(("selection_steps", row),),
        )
        for row in bi["selection_steps"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Step", is_text=True),
        Column("factor", "Factor", is_text=True),
        Column("action", "Action", is_text=True),
        Column("test", "Test", is_text=True),
        Column("chi_square", "Chi-square"),
        Column("df", "df"),
        Column("p", "P"),
        Column("n", "n / events"),
    ]
    return Table(
        "selection_steps", "Steps of the stepwise selections", columns, lines, is_folded=True
    )


def joint_tests_table(bi: Bi) -> Table | None:
    """Whether all terms of a factor of a multivariable model are without effect."""
    parts = {"all": "", "nonlinear": ", nonlinear terms"}
    lines = [
        Line(
            {
                _FIRST: row["factor_label"] + parts.get(row["component"], row["component"]),
                "df": whole(row["df"]),
                "wald": decimal(row["wald_chi_square"], 2)
                if row["wald_p"] is not None
                else row["status"],
                "wald_p": p_value(row["wald_p"]),
                "lr": decimal(row["lr_chi_square"], 2),
                "lr_p": p_value(row["lr_p"]),
                "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
            },
            group=row["analysis_label"],
            indent=1,
            analysis_id=row["analysis_id"],
            rows=(("joint_tests", row),),
        )
        for row in bi["joint_tests"].to_dicts()
    ]
    wald, ratio = "Wald", "Likelihood ratio"
    columns = [
        Column(_FIRST, "Factor", is_text=True),
        Column("df", "df"),
        Column("wald", "Chi-square", wald),
        Column("wald_p", "P", wald),
        Column("lr", "Chi-square", ratio),
        Column("lr_p", "P", ratio),
        Column("n", "n / events"),
    ]
    notes = [
        "Whether all terms of a factor are without effect, the interactions that it has a part in "
        "included. A model with a robust variance and a Fine-Gray model have no "
        "likelihood-ratio test."
    ]
    return Table(
        "joint_tests", "Tests of the factors of models with several", columns, lines, notes=notes
    )


def subgroups_table(bi: Bi) -> Table | None:
    """The hazard ratio within each subgroup, and whether it differs between them."""
    frame = bi["subgroups"]
    lines = []
    for part in frame.partition_by("analysis_order", "model", "subgroup", maintain_order=True):
        first, *_ = rows = part.to_dicts()
        group = f"{first['analysis_label']}: {contrast_of(first)}"
        cautions = cautions_of(first)
        heading = {
            _FIRST: first["subgroup_label"],
            "missing": whole(first["n_missing"]),
            "interaction": p_value(first["interaction_p"])
            if first["interaction_p"] is not None
            else first["interaction_status"],
        }
        lines.append(
            Line(
                heading,
                group=group,
                indent=1,
                cautions=cautions,
                analysis_id=first["analysis_id"],
                rows=taken_from("subgroups", rows),
            )
        )
        lines += [
            Line(
                {
                    _FIRST: row["level_label"],
                    "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
                    "hr": hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"])
                    if row["hr"] is not None
                    else row["status"],
                    "p": p_value(row["p_value"]),
                },
                group=group,
                indent=2,
                analysis_id=row["analysis_id"],
                rows=(("subgroups", row),),
            )
            for row in rows
        ]
    if not lines:
        return None
    levels = bi["analyses"].filter(pl.col("analysis_id").is_in(frame["analysis_id"].to_list()))
    columns = [
        Column(_FIRST, "Subgroup", is_text=True),
        Column("n", "n / events"),
        Column("missing", "Missing"),
        Column("hr", f"HR ({confidence(levels['conf_level'][0])})"),
        Column("p", "P"),
        Column("interaction", "P for interaction"),
    ]
    notes = [
        "Each hazard ratio is of a model of its own on the patients of the subgroup. P for "
        "interaction: whether it differs between the levels (likelihood ratio). Missing: patients "
        "excluded because the level, or a factor of the model or of its strata, is unknown.",
        "The P values are not adjusted for the number of subgroups. A small P value in one "
        "subgroup and a large one in another do not show that the hazard ratios differ.",
    ]
    return Table("subgroups", "Subgroups", columns, lines, notes=notes)


def proportional_hazards_table(bi: Bi) -> Table | None:
    """The test of proportional hazards of each factor, and of the models with several."""
    frame = bi["proportional_hazards"]
    if frame.is_empty():
        return None
    several = frame.filter(pl.col("factor") != "GLOBAL").group_by("analysis_id", "model").len()
    several = several.filter(pl.col("len") > 1).select("analysis_id", "model")
    frame = pl.concat(
        [
            frame.filter(pl.col("factor") != "GLOBAL"),
            frame.filter(pl.col("factor") == "GLOBAL").join(several, on=["analysis_id", "model"]),
        ]
    ).sort("analysis_order", "line_order")
    lines = [
        Line(
            {
                _FIRST: row["factor_label"] + (" (with delayed entry)" if is_sibling(row) else ""),
                "chi_square": decimal(row["chi_square"], 2),
                "df": whole(row["df"]),
                "p": p_value(row["p_value"]),
                "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
            },
            group=row["analysis_label"],
            indent=1,
            analysis_id=row["analysis_id"],
            rows=(("proportional_hazards", row),),
        )
        for row in frame.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Factor", is_text=True),
        Column("chi_square", "Chi-square"),
        Column("df", "df"),
        Column("p", "P"),
        Column("n", "n / events"),
    ]
    return Table(
        "proportional_hazards",
        "Tests of proportional hazards",
        columns,
        lines,
        notes=[
            "A small P is evidence against proportional hazards; the hazard ratio is then an "
            "average over the follow-up."
        ],
        is_folded=True,
    )
