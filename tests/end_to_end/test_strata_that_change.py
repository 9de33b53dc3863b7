"""Counts of strata that change, by SQL in the warehouse, are those of the method in Python."""

from pathlib import Path

import duckdb
from project import STUDY

from analytics.methods.landmark import simon_makuch_counts
from analytics.study import load_study

ANALYSIS = "os_by_hsct_from_month_4"
SUBJECTS = """
    select times.usubjid, times.aval as time, times.event_code, changes.day as changed
    from marts.time_to_event as times
    inner join marts.population_members as members using (usubjid)
    left join marts.factor_changes as changes
        on
            times.usubjid = changes.usubjid
            and times.paramcd = changes.paramcd
            and changes.factor = $factor
            and changes.level = 'yes'
    where times.paramcd = $endpoint and members.population = $population
"""
ENTERED_LATE = """
    select count(*) from marts.entry_times
    where paramcd = $endpoint and fact = $fact and day > $landmark
"""
COUNTS = """
    select day as time, n_entry, n_event, n_competing, n_censored
    from marts.risk_counts
    where analysis_id = $analysis and stratum = $stratum
    order by time
"""


def test_counts_of_the_warehouse_are_those_of_simon_and_makuch(default_release: Path) -> None:
    plan = load_study(STUDY).analysis(ANALYSIS)
    assert plan.landmark_days is not None
    whose = {"endpoint": plan.endpoint, "population": plan.population, "factor": plan.strata}
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        # the method knows no delayed entry: all are responders by the landmark
        late = {"endpoint": plan.endpoint, "fact": plan.entry_facts[0]}
        late_entries = connection.execute(ENTERED_LATE, {**late, "landmark": plan.landmark_days})
        assert late_entries.fetchall() == [(0,)]
        subjects = connection.execute(SUBJECTS, whose).pl()
        expected = simon_makuch_counts(subjects.drop("usubjid"), landmark=plan.landmark_days)
        for stratum, counts in expected.items():
            found = connection.execute(COUNTS, {"analysis": ANALYSIS, "stratum": stratum}).pl()
            assert found.equals(counts.cast(found.schema)), stratum  # type: ignore[arg-type]
        assert sum(counts["n_event"].sum() for counts in expected.values()) > 0
