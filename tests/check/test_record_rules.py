"""Every bad record is turned away by its rule or accepted; no number changes in silence."""

import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from catalogue import CASES, MUTATIONS, Base, Mutation
from patients import Change, Patient, changed, edit, write_cohort

from analytics.check import stopped_by_findings
from analytics.check.findings import Report
from analytics.check.reading import read_report
from analytics.errors import GateError
from analytics.ingest import load_raw
from analytics.results.attrition import attrition_frames
from analytics.results.marts import read_marts
from analytics.study import load_study
from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.study.record_rules import RECORD_RULES
from analytics.study.specification import StudySpecification
from analytics.transform import Transformation
from analytics.warehouse import connect

pytestmark = pytest.mark.integration  # dbt builds the marts of typed patients

# What later steps read of a subject, without the names of records and the flags of imputation.
RESULTS = (
    "usubjid, paramcd, startdt, adt, aval, event_code, srcdom, srcvar from marts.time_to_event",
    "usubjid, trial_id, age, trtsdt, trtedt, cycles_started, treatment_close_date, dthdt, "
    "lstalvdt, in_analysis_set from marts.subjects",
    "usubjid, is_evaluable, is_responder, n_results, first_result_date, first_response_date "
    "from marts.mrd_status",
    "usubjid, factor, level, value from marts.subject_factors",
    "usubjid, adt, remission_state from marts.hsct_timing",
)


@dataclass(frozen=True)
class Judged:
    """The cohort after one run of the models: what was found with whom, and the results."""

    study: StudySpecification
    warehouse: Path
    found: dict[str, set[tuple[str | None, str]]]
    report: Report
    results: dict[str, list[tuple[int, Any]]]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


def mutate(mutation: Mutation, usubjid: str) -> Change:
    value = mutation.value.replace("{usubjid}", usubjid)
    return edit(mutation.domain, mutation.place, **{mutation.variable: value})


def pair(number: int, base: Base, damage: Change, clean: Change | None) -> list[Patient]:
    """The damaged patient and, where there is one, the clean twin."""
    usubjid, twin = names(number)
    patients = [changed(base(usubjid), damage)]
    return patients if clean is None else [*patients, changed(base(twin), clean)]


def names(number: int) -> tuple[str, str]:
    return f"S-{number:03}", f"S-{number:03}T"


NUMBERS = {name: number for number, name in enumerate([*MUTATIONS, *CASES], start=1)}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All damaged patients and their twins, in one study and one run of the models."""
    folder = tmp_path_factory.mktemp("judged")
    patients: list[Patient] = []
    for name, mutation in MUTATIONS.items():
        damage = mutate(mutation, names(NUMBERS[name])[0])
        patients += pair(NUMBERS[name], mutation.base, damage, mutation.clean)
    for name, case in CASES.items():
        patients += pair(NUMBERS[name], case.base, case.damage, case.clean)
    owners = write_cohort(folder / "study", patients)
    with (folder / "study/study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[policies]\nrepeated_subject = "exclude_subject"\n')
        for rule in ("death_without_date", "cycle_out_of_order", "after_known_by"):
            file.write(f'{rule} = "reject"\n')
    study = load_study(folder / "study")
    warehouse = folder / "warehouse.duckdb"
    with connect(warehouse) as connection:
        load_raw(study, connection)
    parameters = study.parameters.model_dump(mode="json")
    dbt = Transformation(warehouse, folder / "dbt", parameters, 2, lambda _: None)
    dbt.parse()
    dbt.run_models("+config.schema:marts +config.schema:quality")
    with connect(warehouse, read_only=True) as connection:
        report = read_report(study, connection)
        results = defaultdict(list)
        for place, query in enumerate(RESULTS):
            for usubjid, *row in connection.execute(f"select {query} order by all").fetchall():
                results[usubjid].append((place, row))
    found = defaultdict(set)
    for finding in report.findings:
        owner = owners[finding.src_file, finding.record]
        found[owner].add((finding.variable, finding.rule))
    return Judged(study, warehouse, found, report, results)


# Without its remission a relapse counts nowhere, which is found with the clean twin, too.
WITHOUT_REMISSION = ("RSDTC", "relapse_without_remission")


def own(judged: Judged, name: str) -> set[tuple[str | None, str]]:
    """What was found with the damaged patient and not with the clean twin."""
    usubjid, twin = names(NUMBERS[name])
    return judged.found[usubjid] - judged.found[twin]


def test_every_rule_has_a_change_of_one_cell_that_breaks_it() -> None:
    """But for the rules of ADaM datasets, which tests/end_to_end/test_adam_trial.py breaks."""
    of_sdtm = {
        name
        for name, rule in RECORD_RULES.items()
        if not set(rule.domains.split()) <= set(ADAM_DATASETS)
    }
    assert set(MUTATIONS) == of_sdtm


@pytest.mark.parametrize("rule", MUTATIONS)
def test_one_changed_cell_breaks_exactly_its_rule(rule: str, judged: Judged) -> None:
    assert {found for _, found in own(judged, rule)} == {rule}


@pytest.mark.parametrize("name", CASES)
def test_the_rules_find_what_is_wrong_and_nothing_else(name: str, judged: Judged) -> None:
    assert own(judged, name) == CASES[name].found


@pytest.mark.parametrize(
    "name", [name for name, case in (MUTATIONS | CASES).items() if case.clean is not None]
)
def test_the_results_are_those_of_the_clean_records(name: str, judged: Judged) -> None:
    usubjid, twin = names(NUMBERS[name])
    assert judged.found[twin] <= {WITHOUT_REMISSION}
    assert 0 in dict(judged.results[usubjid]), "the patient is followed"
    assert judged.results[usubjid] == judged.results[twin]


def test_read_is_accepted_and_rejected_for_every_file(judged: Judged) -> None:
    rejected = defaultdict(int)
    query = "select src_file, count(*) from intermediate.int_record_verdicts "
    for name, number in judged.rows(f"{query} where not is_accepted group by all"):
        rejected[name] = number
    for file in judged.report.files:
        lines = (judged.study.folder / file.src_file).read_text(encoding="utf-8")
        n_breaks = 1 if file.src_file.endswith("mh.csv") else 0  # each in a patient and no twin
        n_records = lines.count("\n") - 1 - n_breaks
        assert (file.n_read, file.n_rejected) == (n_records, rejected[file.src_file])
        assert file.n_read == file.n_accepted + file.n_rejected


def test_a_record_that_breaks_several_rules_is_turned_away_by_the_first(judged: Judged) -> None:
    """The others are told beside it, in the order of the catalogue."""
    usubjid, _ = names(NUMBERS["an unknown code in another study's record after the death"])
    assert judged.rows(
        f"select rule, also_breaks from quality.rejected_record where usubjid = '{usubjid}' "
        "and rule <> 'relapse_without_remission'"
    ) == [("wrong_study", "unknown_term, after_death")]


def test_a_line_is_the_line_of_the_file(judged: Judged) -> None:
    """Also where a value with a line break stands above it."""
    below = [finding for finding in judged.report.findings if finding.line != finding.record + 1]
    for finding in judged.report.findings:
        lines = (judged.study.folder / finding.src_file).read_text(encoding="utf-8").split("\n")
        assert finding.line is not None
        subject = finding.usubjid or f",{finding.variable}"
        if finding.usubjid:
            assert f",{subject}," in lines[finding.line - 1]
    assert {finding.src_file for finding in below} <= {"sdtm/MT103-211/mh.csv"}


def ends(judged: Judged, name: str, paramcd: str) -> list[tuple[Any, ...]]:
    usubjid, _ = names(NUMBERS[name])
    return judged.rows(
        "select cast(startdt as varchar), cast(adt as varchar), aval, event_code "
        f"from marts.time_to_event where usubjid = '{usubjid}' and paramcd = '{paramcd}'"
    )


def test_a_death_on_the_day_of_the_only_dose_is_a_time_of_zero(judged: Judged) -> None:
    name = "death on the day of the only dose"
    assert ends(judged, name, "OS") == [("2014-01-10", "2014-01-10", 0.0, 1)]


def test_a_leap_day_is_a_day(judged: Judged) -> None:
    name = "29 February of a leap year"
    assert ends(judged, name, "OS") == [("2014-01-10", "2016-02-29", 780.0, 0)]


def test_a_year_stands_for_its_first_possible_day_and_is_flagged(judged: Judged) -> None:
    """Not before the first dose."""
    usubjid, _ = names(NUMBERS["a year"])
    assert judged.rows(
        "select cast(adt as varchar), adtf from marts.responses "
        f"where usubjid = '{usubjid}' and is_first_remission"
    ) == [("2014-01-10", "M")]


def test_a_transplant_before_the_first_dose_is_history(judged: Judged) -> None:
    usubjid, _ = names(NUMBERS["transplant before the first dose"])
    of_subject = f"where usubjid = '{usubjid}'"
    assert judged.rows(f"select * from marts.hsct_timing {of_subject}") == []
    level = f"select level from marts.subject_factors {of_subject} and factor = 'prior_hsct'"
    assert judged.rows(level) == [("yes",)]


def test_what_lies_after_the_cutoff_is_counted_and_proves_no_life(judged: Judged) -> None:
    """The last sign of life is then the last phone call."""
    for name in ("after_cutoff", "a date in the future"):
        assert ends(judged, name, "OS") == [("2014-01-10", "2014-11-15", 309.0, 0)]


def test_an_event_before_its_origin_is_no_event(judged: Judged) -> None:
    assert [row[3] for row in ends(judged, "before_origin", "TTRHSCT")] == [0]


def test_a_person_of_two_trials_is_followed_in_the_trial_of_the_first_dose(judged: Judged) -> None:
    usubjid, _ = names(NUMBERS["repeated_person"])
    found = [(one.src_trial, one.usubjid, one.is_kept) for one in judged.report.enrolments]
    assert found == [("MT103-211", usubjid, True), ("MT103-206", usubjid, False)]


def test_a_subject_excluded_by_a_rule_is_in_no_population_and_attrition_says_why(
    judged: Judged,
) -> None:
    usubjid, _ = names(NUMBERS["repeated_subject"])
    twice, _ = names(NUMBERS["demographics twice"])
    excluded = f"where usubjid in ('{usubjid}', '{twice}')"
    reason = (
        "Excluded under rule repeated_subject. Requirement: A subject has exactly one DM record, "
        "or ADSL record in ADaM."
    )
    assert judged.rows(f"select * from marts.population_members {excluded}") == []
    query = f"select in_analysis_set, exclusion_reason from marts.subjects {excluded}"
    assert judged.rows(query) == [(False, reason)] * 2
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        marts = read_marts(connection)
    steps = attrition_frames(judged.study, judged.study.analysis("attrition_all"), marts)
    first = steps["attrition"].row(0, named=True)
    assert (first["reason"], first["n_out"]) == (reason, 2)


def test_a_finding_that_stops_ends_the_build_with_its_requirement_and_what_to_do(
    judged: Judged,
) -> None:
    line = [finding.line for finding in judged.report.findings if finding.policy == "stop"]
    stopped = stopped_by_findings(judged.warehouse)
    with pytest.raises(GateError) as caught, stopped:
        pass
    assert caught.value.exit_code == judged.report.exit_code == 3
    assert str(caught.value) == (
        f"sdtm/MT103-211/dm.csv line {line[0]}: USUBJID 'OSPRIOR without prior_hsct' breaks rule "
        "member_without_origin, which stops the build. Requirement: A member of an endpoint's "
        "population has the time origin of the endpoint, the origin_fact of endpoints.csv. To do: "
        "Send the record of the origin, or add the condition that the fact exists to the "
        "population in populations.csv. "
        f"{len(line) - 1} more findings stop the build; run `plateau check`."
    )


def test_a_death_that_nothing_dates_stops_the_build_and_names_the_choices(
    judged: Judged, tmp_path: Path
) -> None:
    """By default; the study of these tests has set another policy."""
    usubjid, _ = names(NUMBERS["death_without_date"])
    (line,) = [finding.line for finding in judged.report.findings if finding.usubjid == usubjid]
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(judged.warehouse, warehouse)
    policy = RECORD_RULES["death_without_date"].policy
    with connect(warehouse) as connection:
        connection.execute(
            "update quality.rejected_record "
            "set policy = case when usubjid = ? then ? else 'reject' end",
            [usubjid, policy],
        )
    stopped = stopped_by_findings(warehouse)
    with pytest.raises(GateError) as caught, stopped:
        pass
    assert str(caught.value) == (
        f"sdtm/MT103-211/dm.csv line {line}: DTHFL 'Y' breaks rule death_without_date, which "
        "stops the build. Requirement: A subject recorded as dead in DM (DTHFL is Y, or DTHDTC is "
        "given) has a usable date of death in some domain, or died after the data cut-off. To do: "
        "Send the date of death, or the part that is known; or set [policies] death_without_date = "
        '"exclude_subject", or "reject" to censor at the last contact.'
    )


def test_a_finding_that_stops_is_told_before_the_test_it_made_fail(judged: Judged) -> None:
    stopped = stopped_by_findings(judged.warehouse)
    with pytest.raises(GateError, match="member_without_origin"), stopped:
        raise GateError("dbt test 'x' refused the data.")
