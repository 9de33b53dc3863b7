"""The audit of the numbers: attrition, populations, agreement, checks and conventions."""

from collections.abc import Sequence

import polars as pl

from analytics.chapters import place_of
from analytics.report.elements import Bi, Column, Line, Row, Table, distinct
from analytics.report.formats import (
    UNKNOWN,
    decimal,
    decimal_places,
    p_value,
    percent,
    whole,
)
from analytics.report.wording import counted

_FIRST = "line"
_AGREES, _DIFFERS = "agrees", "differs"
_AS_DELIVERED = "as in ADTTE"


def attrition_table(bi: Bi) -> Table | None:
    """The steps from the treated subjects to each population."""
    lines = [
        Line(
            {
                _FIRST: row["reason"],
                "in": whole(row["n_in"]),
                "out": whole(row["n_out"]),
                "remaining": whole(row["n_remaining"]),
            },
            group=row["analysis_label"],
            indent=1,
            analysis_id=row["analysis_id"],
            rows=(("attrition", row),),
        )
        for row in bi["attrition"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Reason to leave", is_text=True),
        Column("in", "Before"),
        Column("out", "Leave"),
        Column("remaining", "Remain"),
    ]
    return Table("attrition", "How each population was derived", columns, lines)


def populations_table(bi: Bi) -> Table | None:
    """The populations of the study and their sizes."""
    lines = [
        Line(
            {
                _FIRST: row["population_label"],
                "n": whole(row["n"]),
                "rule": row["population_rule"],
                "kind": "analysis set"
                if row["is_analysis_set"]
                else "defined by outcome: descriptive only, not tested"
                if row["is_defined_by_outcome"]
                else "",
            },
            rows=(("populations", row),),
        )
        for row in bi["populations"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Population", is_text=True),
        Column("n", "n"),
        Column("rule", "Who: all of", is_text=True),
        Column("kind", "Remark", is_text=True),
    ]
    return Table("populations", "Populations and groups", columns, lines, is_folded=True)


def concordance_summary(bi: Bi) -> Table | None:
    """How many published values agree, by where they are printed."""
    frame = bi["concordance"].with_columns(
        pl.when(pl.col("verdict") == "not compared")
        .then(pl.lit("-"))
        .otherwise(pl.col("source").fill_null("").str.split("; ").list.first())
        .alias("place")
    )
    compared = frame.filter(pl.col("verdict") != "not compared")
    lines = []
    for part in compared.sort("kind", "place").partition_by("kind", "place", maintain_order=True):
        n = {verdict: int((part["verdict"] == verdict).sum()) for verdict in (_AGREES, _DIFFERS)}
        lines.append(
            Line(
                {
                    _FIRST: part["place"][0],
                    "agrees": whole(n[_AGREES]),
                    "differs": whole(n[_DIFFERS]),
                },
                group=_KINDS.get(part["kind"][0], part["kind"][0]),
                indent=1,
            )
        )
    columns = [
        Column(_FIRST, "Printed in", is_text=True),
        Column("agrees", "Agree"),
        Column("differs", "Differ"),
    ]
    others = frame.filter(pl.col("verdict") == "not compared").height
    notes = [f"{others} more reported values are not compared: cited, derived, or text only."]
    return Table("concordance", "Published numbers and this build", columns, lines, notes)


_KINDS = {
    "computed": "Numbers computed here",
    "definition": "Rules that are parameters",
    "misprint": "Printed numbers that contradict other printed numbers",
}


def concordance_lines(bi: Bi, *, agreeing: bool) -> Table | None:
    """The compared numbers one by one: those that agree, or those that differ."""
    frame = bi["concordance"].filter(pl.col("verdict") == (_AGREES if agreeing else _DIFFERS))
    lines = [
        Line(
            {
                _FIRST: f"{row['published_id']} {row['quantity']}",
                "source": row["source"] or "",
                "published": row["published"],
                "computed": row["computed_as_printed"] or UNKNOWN,
                "note": row["note"] or "",
            },
            rows=(("concordance", row),),
        )
        for row in frame.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Reported value", is_text=True),
        Column("source", "Printed in", is_text=True),
        Column("published", "Published"),
        Column("computed", "This build"),
        Column("note", "Note", is_text=True),
    ]
    name, title = (
        ("concordance_agreeing", "Published numbers that agree")
        if agreeing
        else ("concordance_differing", "Published numbers that differ")
    )
    return Table(name, title, columns, lines, is_folded=agreeing)


def conventions_table(bi: Bi) -> Table | None:
    """What each other convention would move, and how far."""
    frame = bi["convention_sensitivity"]
    keys = ["convention", "chosen", "alternative", "alternative_analysis"]
    lines = []
    for part in frame.partition_by(keys, maintain_order=True):
        rows = part.to_dicts()
        compared = [row for row in rows if row["verdict_chosen"] != "not compared"]
        lines.append(
            Line(
                {
                    _FIRST: rows[0]["alternative"],
                    "chosen": rows[0]["chosen"],
                    "numbers": whole(len(rows)),
                    "moved": whole(sum(_moves(row) for row in rows)),
                    **{key: _largest(rows, unit) for key, unit in _UNITS.items()},
                    "agree_chosen": _agreeing(compared, "verdict_chosen"),
                    "agree_alternative": _agreeing(compared, "verdict_alternative"),
                },
                group=rows[0]["convention"].replace("_", " "),
                indent=1,
                cautions=distinct([row["caution"] for row in rows])[:1],
            )
        )
    columns = [
        Column(_FIRST, "Alternative", is_text=True),
        Column("chosen", "Chosen", is_text=True),
        Column("numbers", "Looked at", "Numbers"),
        Column("moved", "Print differently", "Numbers"),
        Column("months", "Months", "Largest move"),
        Column("points", "Points", "Largest move"),
        Column("ratio", "HR", "Largest move"),
        Column("agree_chosen", "as chosen", "Published numbers that agree"),
        Column("agree_alternative", "under the alternative", "Published numbers that agree"),
    ]
    return Table("conventions", "Sensitivity to the choice of convention", columns, lines)


_UNITS = {"months": "months", "points": "%", "ratio": "hazard ratio"}


def _agreeing(compared: Sequence[Row], column: str) -> str:
    if not compared:
        return UNKNOWN
    return f"{sum(row[column] == _AGREES for row in compared)} of {len(compared)}"


def _largest(rows: Sequence[Row], unit: str) -> str:
    moves = [row["change"] for row in rows if row["unit"] == unit and row["change"] is not None]
    if not moves:
        return UNKNOWN
    largest = max(moves, key=abs)
    return ("+" if largest > 0 else "") + decimal(largest, 2 if unit == "hazard ratio" else 1)


def moved_numbers_table(bi: Bi) -> Table | None:
    """The numbers that print differently under another convention, one by one."""
    lines = [
        Line(
            {
                _FIRST: _number_name(row),
                "chosen": _printed(row, ""),
                "alternative": _printed(row, "_alternative"),
                "published": row["published"] or "",
            },
            group=f"{row['convention'].replace('_', ' ')}: {row['chosen']} or {row['alternative']}",
            indent=1,
            rows=(("convention_sensitivity", row),),
        )
        for row in bi["convention_sensitivity"].to_dicts()
        if _moves(row)
    ]
    columns = [
        Column(_FIRST, "Number", is_text=True),
        Column("chosen", "As chosen"),
        Column("alternative", "Alternative"),
        Column("published", "Published"),
    ]
    return Table(
        "conventions_numbers",
        "The numbers that print differently under another convention",
        columns,
        lines,
        is_folded=True,
    )


def _number_name(row: Row) -> str:
    what = {
        "median_months": "median",
        "median_ci_lower": "median, lower limit",
        "median_ci_upper": "median, upper limit",
        "estimate": "rate",
        "hr": "HR",
        "ci_lower": "lower limit",
        "ci_upper": "upper limit",
        "p_value": "P",
    }.get(row["quantity"], row["quantity"])
    month = "" if row["time_months"] is None else f" at {decimal_places(row['time_months'])} mo"
    factor = "" if row["factor_label"] is None else f", {row['factor_label']}"
    unit = f", {row['unit']}" if row["unit"] in {"months", "%"} else ""
    competing = " (competing event)" if row["event"] == "competing" else ""
    return f"{row['analysis_label']}{factor}{competing}: {what}{month}{unit}"


def _moves(row: Row) -> bool:
    return _printed(row, "") != _printed(row, "_alternative")


def _printed(row: Row, which: str) -> str:
    value = row[f"value{which}"]
    if value is None:
        return UNKNOWN
    if row["unit"] == "P value":
        return p_value(value)
    return decimal(value, 2 if row["unit"] == "hazard ratio" else 1)


def files_table(bi: Bi) -> Table | None:
    """Records read, accepted and rejected of each file."""
    files = bi["data_quality"].filter(pl.col("topic") == "file")
    lines = [
        Line(
            {
                _FIRST: row["item"],
                "read": whole(row["n_read"]),
                "accepted": whole(row["n_accepted"]),
                "rejected": whole(row["n_rejected"]),
                "balance": "yes" if row["passed"] else "NO",
            },
            group=row["place"],
            indent=1,
        )
        for row in files.to_dicts()
    ]
    columns = [
        Column(_FIRST, "File", is_text=True),
        Column("read", "Read"),
        Column("accepted", "Accepted"),
        Column("rejected", "Rejected"),
        Column("balance", "Adds up"),
    ]
    return Table("files", "Records by file", columns, lines, is_folded=len(lines) > 12)


def checks_table(bi: Bi) -> Table | None:
    """How many checks each suite made, and how many failed, by severity."""
    checks = bi["data_quality"].filter(pl.col("topic") == "check")
    lines = []
    for part in sorted(checks.partition_by("place"), key=_gate_and_chapter):
        failed = part.filter(~pl.col("passed"))
        lines.append(
            Line(
                {
                    _FIRST: part["place"][0],
                    "checks": whole(part.height),
                    "passed": whole(part.height - failed.height),
                    **{
                        severity: whole(int((failed["severity"] == severity).sum()))
                        for severity in ("critical", "warning", "info")
                    },
                }
            )
        )
    columns = [
        Column(_FIRST, "Gate / suite", is_text=True),
        Column("checks", "Checks"),
        Column("passed", "Passed"),
        Column("critical", "Critical", "Failed"),
        Column("warning", "Warning", "Failed"),
        Column("info", "Info", "Failed"),
    ]
    return Table("checks", "Checks by suite", columns, lines, is_folded=True)


def _gate_and_chapter(part: pl.DataFrame) -> tuple[str, int, str]:
    """Where a suite's checks stand: its gate, the place of its table in the story, its name."""
    gate, _, suite = part["place"][0].partition(" / ")
    return gate, place_of(suite.partition(".")[2]), suite


def failed_checks_table(bi: Bi) -> Table | None:
    """The checks that failed: what was found (what should hold, where that is suppressed)."""
    failed = bi["data_quality"].filter((pl.col("topic") == "check") & ~pl.col("passed"))
    lines = [
        Line(
            {
                _FIRST: row["item"],
                "finding": row["finding"] or f"Does not hold: {row['description']}",
                "severity": row["severity"],
            }
        )
        for row in failed.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Check", is_text=True),
        Column("finding", "Finding", is_text=True),
        Column("severity", "Severity", is_text=True),
    ]
    return Table("checks_failed", "Failed checks", columns, lines)


def endpoints_table(bi: Bi) -> Table | None:
    """From when and until what the patients of each endpoint are followed."""
    lines = [
        Line(
            {
                _FIRST: row["endpoint_label"],
                "population": row["population_label"],
                "start": row["starts_at"] or _AS_DELIVERED,
                "event": row["events"] or _AS_DELIVERED,
                "competing": row["competing_events"] or UNKNOWN,
                "end": _observation_end(row),
                "censored": row["censored_at"] or _AS_DELIVERED,
            }
        )
        for row in bi["endpoint_definitions"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Endpoint", is_text=True),
        Column("population", "Patients", is_text=True),
        Column("start", "Starts at", is_text=True),
        Column("event", "Event: the first of", is_text=True),
        Column("competing", "Competing event", is_text=True),
        Column("end", "Observation ends at", is_text=True),
        Column("censored", "Censored at", is_text=True),
    ]
    note = "A patient without any of these dates is censored at the start."
    return Table("endpoints", "Endpoints", columns, lines, notes=[note]) if lines else None


def _observation_end(row: Row) -> str:
    gap = row["longest_gap_days"]
    found = [row["observation_ends"]] if row["observation_ends"] else []
    if gap is not None:
        found.append(f"more than {counted(gap, 'day')} without an assessment before an event")
    return "; ".join(found) or UNKNOWN


def methods_table(bi: Bi) -> Table | None:
    """The conventions behind the numbers, the analyses with the same ones together."""
    keys = (
        "method", "stratified_by_label", "conf_level", "ci_transform", "variance", "ties",
        "ph_transform", "days_per_month", "day_convention", "software", "software_version",
    )  # fmt: skip
    lines = []
    for part in bi["analyses"].partition_by(keys, maintain_order=True):
        row = part.to_dicts()[0]
        names, versions = (str(row[key] or "").split(", ") for key in keys[-2:])
        software = ", ".join(f"{n} {v}" for n, v in zip(names, versions, strict=False))
        level = row["conf_level"]
        lines.append(
            Line(
                {
                    _FIRST: row["method"].replace("_", " "),
                    "n": whole(part.height),
                    "strata": row["stratified_by_label"] or "",
                    "level": "" if level is None else f"{percent(100 * level)}",
                    "transform": row["ci_transform"] or "",
                    "variance": (row["variance"] or "").replace("_", " "),
                    "ties": row["ties"] or "",
                    "ph": row["ph_transform"] or "",
                    "month": ""
                    if row["days_per_month"] is None
                    else decimal_places(row["days_per_month"]),
                    "day": row["day_convention"] or "",
                    "software": software,
                }
            )
        )
    columns = [
        Column(_FIRST, "Method", is_text=True),
        Column("n", "Analyses"),
        Column("strata", "Stratified by", is_text=True),
        Column("level", "Confidence"),
        Column("transform", "Interval scale", is_text=True),
        Column("variance", "Variance", is_text=True),
        Column("ties", "Ties", is_text=True),
        Column("ph", "PH test, time", is_text=True),
        Column("month", "Days per month"),
        Column("day", "Day convention", is_text=True),
        Column("software", "Software", is_text=True),
    ]
    return Table("methods", "Methods fingerprint", columns, lines)


def analyses_table(bi: Bi) -> Table:
    """Every analysis with what its numbers rest on; the page leads here from each of them."""
    rules = dict(bi["populations"].select("population_label", "population_rule").iter_rows())
    lines = [
        Line(
            {
                _FIRST: row["analysis_label"],
                "id": row["analysis_id"],
                "what": "; ".join(_what(row, rules.get(row["population_label"]))),
                "conventions": "; ".join(_conventions(row)),
            },
            anchor=row["analysis_id"],
        )
        for row in bi["analyses"].to_dicts()
    ]
    columns = [
        Column(_FIRST, "Analysis", is_text=True),
        Column("id", "Id", is_text=True),
        Column("what", "What is analysed", is_text=True),
        Column("conventions", "Conventions", is_text=True),
    ]
    notes = [
        "plateau explain ID tells more of an analysis, and plateau explain ID NUMBER of one of its "
        "numbers; the owner of the release sees the patients behind it."
    ]
    return Table("analyses", "Analyses one by one", columns, lines, notes, is_folded=True)


def _what(row: Row, rule: str | None) -> list[str]:
    """What an analysis is of, in words."""
    landmark = row["landmark_days"]
    start = row["starts_at"] and f"from: {row['starts_at']}"
    found = [
        row["method"].replace("_", " "),
        row["endpoint_label"],
        row["population_label"] and f"patients: {row['population_label']} ({rule})",
        start if landmark is None or not start else f"{start}, day {decimal_places(landmark)}",
        row["strata_label"] and f"groups: {row['strata_label']}",
        row["stratified_by_label"] and f"stratified by: {row['stratified_by_label']}",
    ]
    return [text for text in found if text]


def _conventions(row: Row) -> list[str]:
    """The conventions that apply to an analysis, in words."""
    level = row["conf_level"]
    found = [
        None if level is None else f"{decimal_places(100 * level)}% limits",
        row["ci_transform"] and f"{row['ci_transform']} scale",
        row["variance"] and f"variance {row['variance'].replace('_', ' ')}",
        row["ties"] and f"ties {row['ties']}",
        row["ph_transform"] and f"proportional hazards over {row['ph_transform']}",
    ]
    return [text for text in found if text]


def inferred_table(bi: Bi) -> Table | None:
    """The conventions that no source states and that were inferred, by analysis."""
    stated = bi["analyses"].select("analysis_order", "analysis_label", "inferred")
    models = pl.concat(
        [
            bi[table].select(
                "analysis_order",
                (pl.col("analysis_label") + ": " + pl.col("factor_label")).alias("analysis_label"),
                "inferred",
            )
            for table in ("forest", "subdistribution_hazards")
        ]
    )
    frame = pl.concat([stated, models]).filter(pl.col("inferred").is_not_null())
    lines = [
        Line(
            {
                _FIRST: "; ".join(distinct(part["analysis_label"].to_list())),
                "inferred": part["inferred"][0],
            }
        )
        for part in frame.sort("analysis_order", maintain_order=True).partition_by(
            "inferred", maintain_order=True
        )
    ]
    columns = [
        Column(_FIRST, "Analyses", is_text=True),
        Column("inferred", "Inferred", is_text=True),
    ]
    return Table("inferred", "Inferred conventions", columns, lines, is_folded=True)
