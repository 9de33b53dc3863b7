"""`plateau ask` prints what schema `survival` answers; its Cox models are those of R."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from analytics.errors import UsageError
from analytics.readers.asking import COLUMNS, Question, ask, numbers, terms
from analytics.readers.queries import QueryError, answer
from analytics.release.choice import chosen_release
from analytics.release.folders import WAREHOUSE

Numbers = dict[tuple[object, ...], float]

# R 4.x, survival: coxph(Surv(pmax(aval, 0.5), event_code == 1) ~ arm + race + age + strata(pdl1),
# ties = "efron") on the 233 patients of `itt` of the embedded study with known factors; arm SYN1042
# and race white are the references. For race: b' inverse(V) b of its two coefficients.
BY_R = {
    ("arm: placebo", "log_hr"): 0.47203775795289127,
    ("arm: placebo", "std_error"): 0.15645411783868055,
    ("race: asian", "log_hr"): 0.18794243126515228,
    ("race: asian", "std_error"): 0.16896492576565067,
    ("race: black", "log_hr"): 0.65986428861536939,
    ("race: black", "std_error"): 0.34108807562164534,
    ("age, per unit (years)", "log_hr"): 0.00304054096383581,
    ("age, per unit (years)", "std_error"): 0.00921966635519804,
    ("race", "wald_statistic"): 4.36899537651663,
    ("model", "lr_statistic"): 13.42170069117310,
    ("model", "lr_p_value"): 0.00938894943914252,
}


@pytest.fixture(scope="module")
def default(default_releases: Path) -> Path:
    return chosen_release(default_releases, None)


@pytest.fixture(scope="module")
def nsclc(nsclc_releases: Path) -> Path:
    return chosen_release(nsclc_releases, None)


def told(release: Path, question: Question) -> Numbers:
    """(part, stratum, event, term, quantity, month) -> value, as JSON has them."""
    rows = [json.loads(line) for line in ask(release, question, "json")]
    assert all(tuple(row) == COLUMNS for row in rows)
    return {tuple(row[name] for name in COLUMNS[:6]): row["value"] for row in rows}


def test_months_and_formulas_are_read() -> None:
    assert numbers("24, 12") == (12.0, 24.0)
    assert terms("arm + age") == ("arm", "age")


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (numbers, "12;24", "--at 12;24 is not a list of months"),
        (terms, "arm +", "--cox 'arm \\+' is not a sum of different factors"),
        (terms, "arm + arm", "is not a sum of different factors"),
    ],
)
def test_what_cannot_be_read_is_refused(
    read: Callable[[str], object], text: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        read(text)


def test_the_numbers_are_those_of_the_functions(default: Path) -> None:
    question = Question("RFS", population="responders", by_factor="trial", months=(12.0, 24.0))
    found = told(default, question)
    sql = (
        "select stratum, time_months, estimate, n_risk "
        "from survival.rate('RFS', [12, 24], population := 'responders', by_factor := 'trial')"
    )
    rows = [json.loads(line) for line in answer(default, sql, "json")]
    assert len(rows) == 4
    for row in rows:
        of = ("rate", row["stratum"], None, None)
        assert found[(*of, "estimate", row["time_months"])] == row["estimate"]
        assert found[(*of, "n_risk", row["time_months"])] == row["n_risk"]
        assert found["at_risk", row["stratum"], None, None, "n_risk", 12.0] >= 0
    p_value = found["test", None, None, "log_rank", "p_value", None]
    (planned,) = answer(
        default, "select p_value from results.group_test where analysis_id = 'rfs_by_trial'", "json"
    )
    assert p_value == pytest.approx(json.loads(planned)["p_value"], rel=1e-11)


def test_the_terminal_shows_sizes_medians_rates_test_and_numbers_at_risk(default: Path) -> None:
    text = "\n".join(
        ask(default, Question("OS", by_factor="sex", months=(12.0, 24.0), cox=("sex",)), "table")
    )
    for part in (
        "Overall survival (OS); population all: All patients; by sex: Sex",
        "median, mo (95% CI)",
        "24 mo (95% CI)",
        "Log-rank test: chi-square",
        "At risk, by month",
        "Cox model of OS: sex (259 patients, 204 events; ties breslow)",
        "sex: female",
        "Reference level (the first of its factor, or `no` of one that changes): sex male",
    ):
        assert part in text, part
    os_all = "\n".join(ask(default, Question("OS"), "table"))
    assert "all      259     204  7.5 (5.5-8.5)" in os_all


def test_a_competing_event_gives_incidences(default: Path) -> None:
    text = "\n".join(ask(default, Question("CIR", months=(24.0,)), "table"))
    assert "56.7%" in text
    assert "competing, 24 mo (95% CI)" in text


def test_a_landmark_and_delayed_entry_are_said(default: Path) -> None:
    landmark = Question("OS", by_factor="hsct", landmark=122.0)
    assert "time is counted from day 122 after the origin, groups as of that day" in "\n".join(
        ask(default, landmark, "table")
    )
    late = "\n".join(ask(default, Question("OSHSCTD", delayed_entry=True), "table"))
    (summary,) = answer(
        default,
        "select conditional_from_months from results.survival_summary "
        "where analysis_id = 'os_hsct_from_first_dose__delayed_entry'",
        "json",
    )
    month = json.loads(summary)["conditional_from_months"]
    assert f"all: the curve starts at month {month:.1f}, from which on at least 10" in late
    entry = Question("OS", population="responders", delayed_entry=True, cox=("sex",))
    found = told(default, entry)
    assert found["cox", None, None, "model", "n", None] == 123


def test_a_factor_that_changes_is_time_dependent_and_no_is_its_reference(default: Path) -> None:
    """The model of the plan, which compares yes with no from the day of the transplant on."""
    found = told(default, Question("OS", cox=("hsct",)))
    (planned,) = answer(
        default,
        "select hr, std_error from results.cox_term where analysis_id = 'cox_os_hsct_all_patients' "
        "and factor = 'hsct' and timing = 'post_baseline'",
        "json",
    )
    of = ("cox", None, None, "hsct: yes, from its day on")
    assert found[(*of, "hr", None)] == pytest.approx(json.loads(planned)["hr"], rel=1e-12)


def test_a_cox_model_is_that_of_r(nsclc: Path) -> None:
    question = Question("OS", cox=("arm", "race", "age"), stratified_by=("stratum_pdl1",))
    found = told(nsclc, question)
    for (term, quantity), value in BY_R.items():
        assert found["cox", None, None, term, quantity, None] == pytest.approx(value, rel=1e-10)
    sizes = [
        found["cox", None, None, "model", name, None] for name in ("n", "n_event", "n_missing")
    ]
    assert sizes == [233, 171, 7]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (Question("XX"), "^There is no endpoint 'XX'; choose one of"),
        (
            Question("OS", by_factor="hsct"),
            "^OS: factor 'hsct' .* immortal time bias; add landmark",
        ),
        (
            Question("OS", cox=("sexx",)),
            "There is no factor 'sexx' for a model; choose among trial",
        ),
        (Question("OS", cox=("mrd_responder",)), "known only to those with .* --delayed-entry"),
        (
            Question("OS", cox=("cycles_started",)),
            "There is no factor 'cycles_started' for a model",
        ),
        (Question("OS", stratified_by=("sex",)), "add --by or --cox, or omit it"),
        (Question("OS", landmark=9.0, cox=("sex",)), "omit --landmark or --cox"),
        (Question("OS", cox=("sex",), stratified_by=("sex",)), "cannot form the strata"),
        (Question("OS", population="trial_206", cox=("trial",)), "so that nothing is compared"),
    ],
)
def test_a_mistake_is_one_sentence_with_exit_code_2(
    default: Path, question: Question, sentence: str
) -> None:
    with pytest.raises((QueryError, UsageError), match=sentence) as refusal:
        list(ask(default, question, "table"))
    assert refusal.value.exit_code == 2


def without(release: Path, folder: Path, mart: str) -> Path:
    """A release without one of the marts, as an earlier version built it."""
    shutil.copy(release / WAREHOUSE, folder)
    with duckdb.connect(str(folder / WAREHOUSE)) as connection:
        connection.execute(f"drop table marts.{mart}")
    return folder


def test_a_mart_that_an_earlier_version_did_not_have_is_named(
    default: Path, tmp_path: Path
) -> None:
    older = without(default, tmp_path, "covariate_intervals")
    assert list(ask(older, Question("OS"), "json"))
    with pytest.raises(
        QueryError, match=r"does not have marts\.covariate_intervals, .*; build the study again\.$"
    ) as refusal:
        list(ask(older, Question("OS", cox=("sex",)), "table"))
    assert len(str(refusal.value).splitlines()) == 1


def test_a_mart_that_a_cox_model_does_not_need_may_be_missing(
    default: Path, tmp_path: Path
) -> None:
    question = Question("OS", cox=("sex",))
    older = without(default, tmp_path, "state_moves")
    assert told(older, question) == told(default, question)


def test_an_unknown_format_is_refused(default: Path) -> None:
    with pytest.raises(UsageError, match="Format 'parquet' is not one of table, csv, json"):
        list(ask(default, Question("OS"), "parquet"))
