from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.selection import stepwise_selection

MYELOMA = ["LogBUN", "HGB", "Platelet", "Age", "LogWBC", "Frac", "LogPBM", "Protein", "SCalc"]
PBCSEQ = ["age", "edema", "log_bili", "albumin", "log_protime", "trt"]
COLON = ["lev", "lev5fu", "age", "male", "obstruct", "adhere", "differ"]
LUNG = ["age", "sex", "ph.ecog", "ph.karno", "pat.karno", "meal.cal", "wt.loss"]


def test_the_myeloma_example_of_sas_phreg(myeloma, cox_rows_of):
    # printed in the SAS/STAT documentation of PROC PHREG, SELECTION=STEPWISE
    rows = cox_rows_of(myeloma, "Time", "VStatus", MYELOMA)
    found = stepwise_selection(rows, slentry=0.25, slstay=0.15, ties="breslow")
    decided = found.steps.filter(pl.col("action") != "considered").drop("df", "status")
    expected = pl.DataFrame(
        {
            "step": [1, 2, 3, 4, 5],
            "action": ["enter", "enter", "enter", "remove", "stop"],
            "factor": ["LogBUN", "HGB", "SCalc", "SCalc", None],
            "test": ["score", "score", "score", "wald", None],
            "statistic": [8.5164, 4.3468, 1.8225, 1.8125, None],
            "p_value": [0.0035, 0.0371, 0.1770, 0.1782, None],
        }
    )
    assert_frame_equal(decided, expected, abs_tol=0.00005)
    assert found.selected == ("LogBUN", "HGB")
    assert found.stop_reason == "SCalc left as soon as it entered"
    assert found.fit.log_hr == pytest.approx([1.67440, -0.11899], abs=0.000005)
    assert found.fit.std_error == pytest.approx([0.61209, 0.05751], abs=0.000005)


@pytest.mark.parametrize(
    ("data", "rows", "options"),
    [
        (
            "myeloma",
            ("Time", "VStatus", MYELOMA),
            {"slentry": 0.25, "slstay": 0.15, "ties": "breslow"},
        ),
        ("lung", ("time", "died", LUNG), {"slentry": 0.30, "slstay": 0.05, "ties": "efron"}),
        (
            "pbcseq",
            ("tstop", "died", PBCSEQ, "tstart"),
            {"slentry": 0.05, "slstay": 0.05, "ties": "efron"},
        ),
        (
            "colon",
            ("time", "status", COLON, None, "etype extent node4"),
            {"slentry": 0.20, "slstay": 0.05, "ties": "efron"},
        ),
    ],
)
def test_every_step_considered_is_that_of_r(request, reference, data, rows, options):
    cox_rows_of, data_sets = (request.getfixturevalue(x) for x in ("cox_rows_of", "data_sets"))
    time, event, candidates, *more = rows
    options_of_rows = dict(zip(("start", "stratum"), more, strict=False))
    cox_rows = cox_rows_of(data_sets[data], time, event, candidates, **options_of_rows)
    found = stepwise_selection(cox_rows, **options)
    columns = ["step", "action", "factor", "test", "statistic", "p_value"]
    expected = reference("selection").filter(data=data).select(columns)
    steps = found.steps.filter(pl.col("action") != "stop").select(columns)
    assert_frame_equal(steps, expected, abs_tol=1e-10, rel_tol=1e-10)


def test_nothing_enters_below_the_level(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["meal.cal"])
    found = stepwise_selection(rows, slentry=0.05, slstay=0.05, ties="efron")
    assert found.selected == ()
    assert found.steps["action"].to_list() == ["considered", "stop"]
    assert found.stop_reason == "no candidate has a score test with P < 0.05"


def test_it_stops_when_every_candidate_is_in(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["sex"])
    found = stepwise_selection(rows, slentry=0.05, slstay=0.05, ties="efron")
    assert found.selected == ("sex",)
    assert found.stop_reason == "every candidate is in the model"
    assert found.steps["test"].to_list() == ["score", "score", "wald", None]


def test_a_candidate_that_cannot_be_estimated_is_barred_with_its_status(lung, cox_rows_of):
    known = lung.with_columns(outcome=1 - pl.col("died"))
    rows = cox_rows_of(known, "time", "died", ["sex", "outcome"])
    found = stepwise_selection(rows, slentry=0.05, slstay=0.05, ties="efron")
    assert found.selected == ("sex",)
    removed = found.steps.filter(pl.col("action") == "remove").row(0, named=True)
    assert removed["factor"] == "outcome"
    assert removed["status"].startswith("not estimable: monotone likelihood")


def test_of_two_equal_candidates_the_first_enters(lung, cox_rows_of):
    rows = cox_rows_of(lung, "time", "died", ["sex"])
    twins = replace(rows, covariates=np.hstack([rows.covariates] * 2), names=("sex", "twin"))
    found = stepwise_selection(twins, slentry=0.05, slstay=0.05, ties="efron")
    assert found.selected == ("sex",)


def test_no_events_is_a_stop_with_its_status(small_cox):
    rows = small_cox((0, 1, 0, 1), (0, 2, 0, 0))
    found = stepwise_selection(rows, slentry=0.05, slstay=0.05, ties="efron")
    assert found.steps["action"].to_list() == ["stop"]
    assert found.steps["status"].to_list() == ["not estimable: no events"]
