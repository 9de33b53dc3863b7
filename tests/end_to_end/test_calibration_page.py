"""docs/calibration.md shows the literal readings as the release computes them.

`python tests/end_to_end/test_calibration_page.py RELEASE` prints the table for the page.
"""

import sys
from pathlib import Path

import duckdb
from project import PROJECT

from analytics.methods.descriptives import round_half_away

HEADER = (
    "| question | inferred | result | read literally | result |",
    "|---|---|---|---|---|",
)
HAZARD_RATIO = (
    "select n, hr, ci_lower, ci_upper from results.cox_term "
    "where analysis_id = ? and factor = ? and model not like '%__delayed_entry'"
)
CURVE = (
    "select summary.n, summary.median_months, summary.median_ci_lower, summary.median_ci_upper, "
    "100 * rate.estimate from results.survival_summary as summary "
    "inner join results.survival_rate as rate using (analysis_id, stratum) "
    "where analysis_id = ? and time_months = 36"
)


def hazard_ratio(release: duckdb.DuckDBPyConnection, analysis_id: str, factor: str) -> str:
    n, *ratio = release.execute(HAZARD_RATIO, [analysis_id, factor]).fetchall()[0]
    hr, lower, upper = (round_half_away(value, 2) for value in ratio)
    return f"{hr} ({lower}-{upper}), n = {n}"


def curve(release: duckdb.DuckDBPyConnection, analysis_id: str) -> str:
    n, *months, rate = release.execute(CURVE, [analysis_id]).fetchall()[0]
    median, lower, upper = (
        "NR" if value is None else round_half_away(value, 1) for value in months
    )
    return f"{median} ({lower}-{upper}), {round_half_away(rate, 1)} % at 36 months, n = {n}"


def literal_readings(release: duckdb.DuckDBPyConnection) -> list[str]:
    """The lines of the table: what is inferred beside what the words of the paper say."""
    rows = (
        (
            "HSCT and OS",
            "CR/CRh responders",
            hazard_ratio(release, "cox_os_univariate", "hsct"),
            "all patients",
            hazard_ratio(release, "cox_os_hsct_all_patients", "hsct"),
        ),
        (
            "MRD response and OS",
            "MRD-evaluable",
            hazard_ratio(release, "cox_os_univariate", "mrd_responder"),
            "all patients, not evaluable as no response",
            hazard_ratio(release, "cox_os_mrd_all_patients", "mrd_responder_or_not_seen"),
        ),
        (
            "MRD response and RFS",
            "MRD-evaluable responders",
            hazard_ratio(release, "cox_rfs_univariate", "mrd_responder"),
            "all responders, not evaluable as no response",
            hazard_ratio(release, "cox_rfs_mrd_all_responders", "mrd_responder_or_not_seen"),
        ),
        (
            "OS after HSCT in remission",
            "from transplant",
            curve(release, "os_after_hsct"),
            "from first dose, as the figure legend says",
            curve(release, "os_hsct_from_first_dose"),
        ),
        (
            "RFS without an event",
            "censored at the last visit",
            curve(release, "rfs_responders"),
            "censored at the last contact, visit or telephone",
            curve(release, "rfs_last_contact"),
        ),
    )
    return [*HEADER, *(f"| {' | '.join(row)} |" for row in rows)]


def test_the_page_shows_the_literal_readings_of_the_release(default_release: Path) -> None:
    page = (PROJECT / "docs/calibration.md").read_text(encoding="utf-8")
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as release:
        assert "\n".join(literal_readings(release)) in page


if __name__ == "__main__":
    with duckdb.connect(str(Path(sys.argv[1]) / "warehouse.duckdb"), read_only=True) as opened:
        sys.stdout.write("\n".join(literal_readings(opened)) + "\n")
