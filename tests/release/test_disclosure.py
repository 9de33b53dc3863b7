"""Small cells are suppressed with what is computed from them; curves end while enough remain."""

import duckdb
import polars as pl
import pytest

from analytics.release.disclosure import limit_schema, limited
from analytics.study.specification import Publication

ELEVEN = Publication(smallest_cell=11)
TEN_AT_RISK = Publication(smallest_n_at_risk=10)
FEW = "suppressed: fewer than 11 subjects, or would tell such a number"
LATE = "suppressed: fewer than 10 at risk, or would tell such a number"

TABLE = pl.DataFrame(
    {
        "level": ["nobody", "few", "enough"],
        "n": [0, 10, 11],
        "denominator": [21, 21, 21],
        "percent": [0.0, 47.6, 52.4],
        "status": ["ok", "ok", "ok"],
    }
)
CURVE = pl.DataFrame(
    {
        "analysis_id": ["os"] * 4,
        "stratum": ["all"] * 4,
        "time_days": [0.0, 30.0, 60.0, 90.0],
        "time_months": [0.0, 1.0, 2.0, 3.0],
        "n_risk": [40, 12, 10, 9],
        "n_event": [0, 1, 1, 1],
        "survival_percent": [100.0, 90.0, 80.0, 70.0],
        "caution": [None, None, None, None],
        "status": ["ok"] * 4,
    },
    schema_overrides={"caution": pl.String},
)
SUMMARY = pl.DataFrame(
    {
        "analysis_id": ["os", "rfs"],
        "stratum": ["all", "all"],
        "n": [40, 40],
        "n_event": [30, 10],
        "median_months": [2.0, 2.0],
        "median_ci_upper": [3.0, 3.0],
        "follow_up_max_months": [9.0, 9.0],
        "status": ["ok", "ok"],
    }
)


def test_without_limits_every_table_stays_as_it_is() -> None:
    shown = limited({"curve": CURVE, "table": TABLE}, Publication())
    assert shown["curve"].equals(CURVE)
    assert shown["table"].equals(TABLE)


def test_a_small_cell_goes_with_its_percentage_and_zero_stays() -> None:
    shown = limited({"table": TABLE}, ELEVEN)["table"]
    assert shown["n"].to_list() == [0, None, 11]
    assert shown["percent"].to_list() == [0.0, None, 52.4]
    assert shown["denominator"].to_list() == [21, 21, 21]
    assert shown["status"].to_list() == ["ok", FEW, "ok"]


def test_a_small_number_of_events_takes_the_median_with_it() -> None:
    shown = limited({"summary": SUMMARY}, ELEVEN)["summary"]
    assert shown["n_event"].to_list() == [30, None]
    assert shown["median_months"].to_list() == [2.0, None]
    assert shown["status"].to_list() == ["ok", FEW]


def test_missing_values_are_no_reason_to_hide_a_hazard_ratio() -> None:
    forest = pl.DataFrame({"n": [50], "n_missing": [3], "hr": [0.5], "status": ["ok"]})
    shown = limited({"forest": forest}, ELEVEN)["forest"]
    assert shown.row(0) == (50, None, 0.5, "ok")


def test_rejected_records_cannot_be_had_by_subtraction() -> None:
    files = pl.DataFrame({"n_read": [100], "n_accepted": [97], "n_rejected": [3]})
    assert limited({"files": files}, ELEVEN)["files"].row(0) == (100, None, None)


def test_a_curve_ends_while_enough_are_at_risk_and_says_so() -> None:
    shown = limited({"curve": CURVE}, TEN_AT_RISK)["curve"]
    assert shown["time_days"].to_list() == [0.0, 30.0, 60.0]
    assert shown["n_event"].to_list() == [0, 1, 1]
    assert shown["caution"].unique().to_list() == [
        "The curve is shown while at least 10 subjects are at risk."
    ]


def test_a_median_after_the_end_of_its_curve_goes() -> None:
    shown = limited({"curve": CURVE, "summary": SUMMARY}, TEN_AT_RISK)["summary"]
    assert shown["median_months"].to_list() == [2.0, 2.0]
    assert shown["median_ci_upper"].to_list() == [None, 3.0]
    assert shown["status"].to_list() == [LATE, "ok"]


def test_a_rate_with_few_at_risk_and_a_mean_past_the_end_go() -> None:
    rates = pl.DataFrame({"n_risk": [10, 9, 0], "percent": [1.0, 2.0, 3.0], "status": ["ok"] * 3})
    means = pl.DataFrame(
        {
            "analysis_id": ["os", "os"],
            "stratum": ["all", "all"],
            "n": [40, 40],
            "horizon_months": [2.0, 3.0],
            "restricted_mean_months": [1.5, 2.5],
            "status": ["ok", "ok"],
        }
    )
    shown = limited({"curve": CURVE, "rates": rates, "means": means}, TEN_AT_RISK)
    assert shown["rates"]["percent"].to_list() == [1.0, None, 3.0]
    assert shown["means"]["restricted_mean_months"].to_list() == [1.5, None]
    assert shown["means"]["horizon_months"].to_list() == [2.0, 3.0]


def test_a_difference_goes_where_either_curve_has_ended() -> None:
    longer = CURVE.with_columns(stratum=pl.lit("B"), n_risk=pl.Series([40, 30, 20, 15]))
    differences = pl.DataFrame(
        {
            "analysis_id": ["os"] * 4,
            "stratum": ["all", "all", "B", "B"],
            "reference_stratum": ["B", "B", "all", "all"],
            "n": [40] * 4,
            "horizon_months": [2.0, 3.0, 2.0, 3.0],
            "difference_months": [0.5, 0.7, -0.5, -0.7],
            "status": ["ok"] * 4,
        }
    )
    frames = {"curves": pl.concat([CURVE, longer]), "differences": differences}
    shown = limited(frames, TEN_AT_RISK)["differences"]
    assert shown["difference_months"].to_list() == [0.5, None, -0.5, None]
    assert shown["status"].to_list() == ["ok", LATE] * 2
    assert shown.columns == differences.columns


def test_a_small_count_of_either_group_takes_the_difference_with_it() -> None:
    differences = pl.DataFrame(
        {
            "n": [20, 20, 20],
            "n_reference": [20, 10, 0],
            "odds_ratio": [1.0, 2.0, None],
            "status": ["ok"] * 3,
            "odds_ratio_status": ["ok", "ok", "not estimable: x"],
        }
    )
    shown = limited({"differences": differences}, ELEVEN)["differences"]
    assert shown["odds_ratio"].to_list() == [1.0, None, None]
    assert shown["n_reference"].to_list() == [20, None, 0]
    assert shown["odds_ratio_status"].to_list() == ["ok", FEW, "not estimable: x"]


def test_a_number_at_risk_is_a_cell_too() -> None:
    assert limited({"curve": CURVE}, ELEVEN)["curve"]["n_risk"].to_list() == [40, 12]


def test_late_entries_at_the_start_do_not_end_a_curve() -> None:
    late = CURVE.with_columns(n_risk=pl.Series([0, 3, 15, 12]))
    shown = limited({"curve": late}, TEN_AT_RISK)["curve"]
    assert shown["n_risk"].to_list() == [0, 15, 12]
    assert shown["caution"].null_count() == 3


def test_the_value_of_one_subject_goes_with_the_cells() -> None:
    table = pl.DataFrame(
        {"statistic": ["mean", "max"], "value": [40.0, 77.0], "n": [50, 50], "status": ["ok"] * 2}
    )
    shown = limited({"table": table, "summary": SUMMARY}, ELEVEN)
    assert shown["table"]["value"].to_list() == [40.0, None]
    assert shown["table"]["status"].to_list() == ["ok", "suppressed: the value of one subject"]
    assert shown["summary"]["follow_up_max_months"].to_list() == [None, None]


def test_what_is_suppressed_is_not_told_as_the_effect_of_a_convention() -> None:
    sensitivity = pl.DataFrame(
        {
            "analysis_id": ["os", "rfs"],
            "factor": [None, None],
            "time_months": [None, None],
            "value": [2.0, 2.0],
            "status": ["ok", "ok"],
        },
        schema_overrides={"factor": pl.String, "time_months": pl.Float64},
    )
    shown = limited({"summary": SUMMARY, "sensitivity": sensitivity}, ELEVEN)["sensitivity"]
    assert shown["value"].to_list() == [2.0, None]
    assert shown["status"][1] == "suppressed: as in the table of the estimate"


def test_beside_a_published_number_only_the_verdict_stays() -> None:
    row = {"published": "3", "computed": 3.0, "computed_as_printed": "3", "verdict": "agrees"}
    shown = limited({"concordance": pl.DataFrame([row])}, ELEVEN)["concordance"]
    assert shown.row(0) == ("3", None, None, "agrees")


def test_a_small_number_in_a_caution_is_not_told_either() -> None:
    table = pl.DataFrame(
        {"caution": ["It rests on 8 subjects.", "It rests on about 1 patient.", "On 18 patients."]}
    )
    assert limited({"table": table}, ELEVEN)["table"]["caution"].to_list() == [
        "It rests on fewer than 11 subjects.",
        "It rests on fewer than 11 patients.",
        "On 18 patients.",
    ]


@pytest.mark.parametrize("publication", [Publication(), ELEVEN])
def test_a_schema_keeps_its_keys_and_comments(publication: Publication) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema bi")
        connection.execute(
            "create table bi.t (level varchar primary key, n bigint not null, status varchar)"
        )
        connection.execute("comment on column bi.t.n is 'Subjects.'")
        connection.execute("insert into bi.t values ('a', 10, 'ok'), ('b', 11, 'ok')")
        limit_schema(connection, "bi", publication, 30.4375, lambda _: None)
        rows = connection.execute("from bi.t order by level").fetchall()
        comments = connection.execute("select comment from duckdb_columns()").fetchall()
    assert rows == [
        ("a", None, FEW) if publication.has_limits else ("a", 10, "ok"),
        ("b", 11, "ok"),
    ]
    assert ("Subjects.",) in comments
