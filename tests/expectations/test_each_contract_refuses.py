"""What no test and no expectation asks, because the database or the writer refuses it."""

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from mutations import change, in_stratum, repeat

from analytics.results.frames import ResultsError, conform
from analytics.results.schemas import RESULT_TABLES

KEY, KNOWN, CHECK = "Duplicate key", "NOT NULL constraint failed", "CHECK constraint failed"
REFUSED = (
    (repeat("marts.hsct_timing"), KEY),
    (repeat("marts.mrd_status"), KEY),
    (repeat("marts.subjects"), KEY),
    (repeat("marts.time_to_event"), KEY),
    (repeat("marts.risk_counts"), KEY),
    (repeat("quality.file_reconciliation"), KEY),
    (change("marts.hsct_timing", "remission_state = null"), KNOWN),
    (change("marts.mrd_status", "is_evaluable = null"), KNOWN),
    (change("marts.population_conditions", "is_met = null"), KNOWN),
    (change("marts.subjects", "usubjid = null"), KNOWN),
    (change("marts.subjects", "in_analysis_set = null"), KNOWN),
    (change("marts.time_to_event", "startdt = null"), CHECK),
    (change("marts.time_to_event", "adt = null"), CHECK),
    (change("marts.censoring", "adt = null"), CHECK),
    (change("marts.time_to_event", "aval = null"), KNOWN),
    (change("marts.censoring", "reason = null"), KNOWN),
    (change("marts.entry_times", "day = null"), KNOWN),
    (change("marts.risk_counts", "n_event = null"), KNOWN),
    (change("quality.rejected_record", "src_file = null"), KNOWN),
    (change("quality.rejected_record", "record = null"), KNOWN),
    (change("quality.rejected_record", "rule = null"), KNOWN),
    (change("marts.mrd_status", "is_responder = false", "not is_evaluable"), CHECK),
    (change("marts.mrd_status", "is_responder = null", "is_evaluable"), CHECK),
    (change("marts.subjects", "trtedt = trtsdt - 1"), CHECK),
    (change("marts.subjects", "exclusion_reason = 'none'", "in_analysis_set"), CHECK),
    (change("marts.time_to_event", "aval = -1"), CHECK),
    (change("marts.time_to_event", "adt = startdt - 1"), CHECK),
    (change("marts.time_to_event", "cnsr = 1", "event_code = 1"), CHECK),
    (change("marts.time_to_event", "cnsr = 3", "event_code = 2"), CHECK),
    (change("marts.time_to_event", "event_code = 3"), CHECK),
    (change("marts.factor_changes", "day = -1"), CHECK),
    (change("marts.covariate_intervals", "tstart = tstop"), CHECK),
    (change("marts.risk_counts", "n_entry = -1"), CHECK),
    (in_stratum("0, -1, 0, 0, 0"), CHECK),
    (in_stratum("-1, 1, 0, 0, 0"), CHECK),
    (in_stratum("0, 1, null, 0, 0"), KNOWN),
    (f"{in_stratum('0, 1, 0, 0, 0')}; {in_stratum('0, 1, 0, 0, 0')}", KEY),
    (change("quality.file_reconciliation", "n_read = n_read + 1"), CHECK),
)


# Long-term questions that the default study does not ask.
NOT_ASKED = (
    "joint_test",
    "external_balance",
    "external_check",
    "external_comparison",
    "external_curve",
    "external_rate",
    "external_summary",
    "state_occupancy",
    "state_probability",
    "state_time",
    "state_transition",
    "transition_hazard",
    "transition_hazard_curve",
    "transition_probability",
    "survival_quantile",
    "conditional_survival",
    "incidence_rate",
    "smoothed_hazard",
    "parametric_fit",
    "parametric_parameter",
    "parametric_survival",
    "cure_model",
    "cure_term",
    "relative_survival_curve",
    "relative_survival_rate",
    "excess_mortality",
    "restricted_mean_time_lost",
)


def a_row(name: str) -> pl.DataFrame:
    """One row of a result table, any."""
    values = {pl.String: "a", pl.Float64: 1.0, pl.Int64: 1, pl.Int32: 1, pl.Boolean: True}
    schema = RESULT_TABLES[name].schema
    return pl.DataFrame(
        {column: [values[dtype]] for column, dtype in schema.items()}, schema=schema
    )


@pytest.fixture(scope="module")
def warehouse(default_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the default study, with their constraints."""
    path = tmp_path_factory.mktemp("contracts") / "warehouse.duckdb"
    shutil.copy(default_release / "warehouse.duckdb", path)
    return path


@pytest.mark.parametrize(("damage", "why"), REFUSED)
def test_the_contract_refuses(damage: str, why: str, warehouse: Path) -> None:
    with (
        duckdb.connect(str(warehouse)) as connection,
        pytest.raises(duckdb.ConstraintException, match=why),
    ):
        connection.execute(damage)


@pytest.mark.parametrize("name", RESULT_TABLES)
def test_the_writer_refuses_a_result_with_a_repeated_key(name: str, default_release: Path) -> None:
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        frame = connection.sql(f"select * from results.{name}").pl()
    if name in NOT_ASKED:
        assert frame.is_empty()
        frame = a_row(name)
    assert not conform(name, frame).is_empty()
    with pytest.raises(ResultsError, match="has more than one row for"):
        conform(name, pl.concat([frame, frame.head(1)]))
