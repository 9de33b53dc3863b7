"""The rules of the expected endpoints, by hand, and the truth that the cohorts give back."""

import math
import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from lifelines import CoxPHFitter
from project import PROJECT
from torture_scale import full_only

from analytics.methods.cox import cox_terms, fit_cox
from analytics.methods.cox_data import CoxData
from synthesis.nsclc import accidents, expected, truth
from synthesis.nsclc.accidents import Accident
from synthesis.nsclc.choice import GeneratorError
from synthesis.nsclc.draw import ENDPOINTS, draw
from synthesis.nsclc.events import (
    AdverseEvent,
    Assessment,
    Course,
    Dose,
    Reader,
    Response,
    Therapy,
    Visit,
)
from synthesis.nsclc.expected import Outcome
from synthesis.nsclc.generate import generate
from synthesis.nsclc.plan import Plan
from synthesis.nsclc.streams import stream
from synthesis.nsclc.subjects import Person, Subject
from synthesis.nsclc.trial import ACTIVE, CONTROL, SITES, Arm, Pdl1, Stratum
from synthesis.nsclc.truth import times

CUTOFF = 700

PERSON = Person(
    "101001", SITES[0], 60, "F", "WHITE", "NOT HISPANIC OR LATINO", 70.0, 0, "<1%",
    "NON-SQUAMOUS", 0, date(2020, 1, 6), date(2021, 3, 1),
)  # fmt: skip
SUBJECT = Subject(PERSON, date(2021, 3, 22), Stratum("<1%", "NON-SQUAMOUS", 0), CONTROL, False)
PLAN = Plan(
    accidents=frozenset(),
    arm=CONTROL,
    is_treated=True,
    has_baseline=True,
    done=(),
    missed=(),
    not_evaluable=frozenset(),
    progression=None,
    response=None,
    is_complete=False,
    last_dose=None,
    reason="",
    early_therapy=None,
    heard_until=CUTOFF,
    death=None,
    ending="followed",
)


def course(  # noqa: PLR0913 - one argument per thing that may happen
    *responses: tuple[int, Response],
    death: int | None = None,
    therapy: int | None = None,
    crossover: int | None = None,
    last_dose: int | None = None,
    severe: int | None = None,
    last_alive: int = 650,
    has_baseline: bool = True,
) -> Course:
    """A subject treated with placebo from day 0, with the investigator's responses on days."""
    doses = [Dose("PLACEBO", 0, 0, last_dose, False, False)]
    if crossover is not None:
        doses.append(Dose("SYN1042", 20, crossover, None, True, False))
    return Course(
        subject=SUBJECT,
        plan=replace(PLAN, death=death, has_baseline=has_baseline),
        cutoff=CUTOFF,
        visits=(),
        assessments=tuple(assessed(day, {"INVESTIGATOR": found}) for day, found in responses),
        doses=tuple(doses),
        therapies=() if therapy is None else (Therapy("DOCETAXEL", "", therapy, None, False),),
        adverse_events=() if severe is None else (adverse_event(severe),),
        contacts=(),
        last_alive=last_alive,
    )


def assessed(
    day: int, responses: dict[Reader, Response], accepted: Reader | None = None
) -> Assessment:
    return Assessment(1, Visit(108, "WEEK 8", 56, day), responses, accepted)


def adverse_event(first: int) -> AdverseEvent:
    return AdverseEvent("Rash", "", 3, first, None, False, False, False, "", False)


def ended(outcome: Outcome | None) -> tuple[int, int]:
    assert outcome is not None
    return outcome.event, outcome.day


def test_survival_ends_with_death_or_the_last_day_known_alive() -> None:
    assert ended(expected.overall_survival(course(death=300))) == (1, 300)
    assert ended(expected.overall_survival(course(death=CUTOFF))) == (1, CUTOFF)
    assert ended(expected.overall_survival(course(death=CUTOFF + 1))) == (0, 650)
    assert ended(expected.overall_survival(course())) == (0, 650)


@pytest.mark.parametrize(
    ("subject", "fda", "ema"),
    [
        (course((56, "SD"), (112, "PD")), (1, 112), (1, 112)),
        (course((56, "SD"), (112, "NE")), (0, 56), (0, 56)),
        (course((56, "SD"), death=112), (1, 112), (1, 112)),
        # one missed assessment: 119 days after the last adequate one still count
        (course((56, "SD"), (175, "PD")), (1, 175), (1, 175)),
        (course((56, "SD"), (176, "PD")), (0, 56), (1, 176)),
        (course((56, "SD"), (112, "NE"), (176, "PD")), (0, 56), (1, 176)),
        (course((56, "SD"), death=176), (0, 56), (1, 176)),
        # new therapy before the event, and on its day
        (course((56, "SD"), (112, "PD"), therapy=100), (0, 56), (1, 112)),
        (course((56, "SD"), (112, "PD"), therapy=112), (1, 112), (1, 112)),
        (course((56, "SD"), (112, "SD"), therapy=100), (0, 56), (0, 112)),
        (course((56, "SD"), death=200, therapy=50), (0, 0), (1, 200)),
        (course((56, "PD"), crossover=70, death=150), (1, 56), (1, 56)),
        # no assessment after baseline
        (course(death=119), (1, 119), (1, 119)),
        (course(death=120), (0, 0), (1, 120)),
        (course(), (0, 0), (0, 0)),
        # no assessment at baseline: none later is evaluable
        (course((56, "NE"), death=100, has_baseline=False), (1, 100), (1, 100)),
        (course((56, "NE"), death=200, has_baseline=False), (0, 0), (1, 200)),
        # after the cut-off nothing counts
        (course((650, "SD"), death=CUTOFF + 1), (0, 650), (0, 650)),
    ],
)
def test_progression_free_survival_by_both_agencies(
    subject: Course, fda: tuple[int, int], ema: tuple[int, int]
) -> None:
    assert ended(expected.pfs_investigator(subject)) == fda
    assert ended(expected.pfs_ema(subject)) == ema


def test_the_review_counts_the_accepted_reader_and_ends_at_a_crossover() -> None:
    found: dict[Reader, Response] = {
        "INVESTIGATOR": "PD",
        "RADIOLOGIST 1": "PD",
        "RADIOLOGIST 2": "SD",
        "ADJUDICATOR 1": "SD",
    }
    subject = replace(
        course(crossover=80, death=150), assessments=(assessed(56, found, "ADJUDICATOR 1"),)
    )
    assert ended(expected.pfs_investigator(subject)) == (1, 56)
    assert ended(expected.pfs_review(subject)) == (0, 56)


@pytest.mark.parametrize(
    ("subject", "best"),
    [
        (course((56, "PR"), (112, "PR")), "PR"),
        (course((56, "PR"), (83, "PR")), "SD"),
        (course((56, "PR"), (83, "PR"), (112, "PR")), "PR"),
        (course((56, "PR"), (112, "NE"), (168, "PR")), "PR"),
        (course((56, "PR"), (112, "SD"), (168, "PR")), "SD"),
        (course((56, "PR"), (112, "CR"), (168, "PD")), "PR"),
        (course((56, "PR"), (112, "CR"), (168, "CR")), "CR"),
        (course((56, "PR"), (112, "PD")), "SD"),
        (course((48, "PR"), (112, "PD")), "PD"),
        (course((48, "SD")), "NE"),
        (course((49, "SD")), "SD"),
        (course((56, "PD"), (112, "PR"), (168, "PR")), "PD"),
        (course((56, "PR"), (112, "PR"), therapy=100), "SD"),
        (course((56, "NE")), "NE"),
        (course(), "NE"),
    ],
)
def test_the_best_response_is_confirmed(subject: Course, best: str) -> None:
    assert expected.best_response(subject) == best


def test_a_response_lasts_from_its_first_day_to_the_end_of_progression_free_survival() -> None:
    responder = course((56, "SD"), (112, "PR"), (168, "PR"), (224, "PD"))
    assert expected.duration_of_response(responder) == Outcome(112, 224, 1, "progression")
    treated = course((56, "PR"), (112, "PR"), (168, "PD"), therapy=150)
    assert expected.duration_of_response(treated) == Outcome(56, 112, 0, "new anti-cancer therapy")
    assert expected.duration_of_response(course((56, "PR"), (112, "PD"))) is None


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        (course(severe=40), (1, 40)),
        (course(last_dose=100, severe=130), (1, 130)),
        (course(last_dose=100, severe=131), (0, 130)),
        (course(last_dose=100, death=130), (2, 130)),
        (course(last_dose=100, death=131), (0, 130)),
        (course(last_dose=100, severe=120, death=120), (1, 120)),
        (course(last_dose=100, crossover=115, severe=115), (0, 114)),
        (course(last_dose=640, last_alive=650), (0, 650)),
        (course(), (0, 650)),
    ],
)
def test_death_competes_with_a_severe_adverse_event(
    subject: Course, outcome: tuple[int, int]
) -> None:
    assert ended(expected.first_severe_adverse_event(subject)) == outcome


def test_only_those_treated_can_have_an_adverse_event() -> None:
    assert expected.first_severe_adverse_event(replace(course(), doses=())) is None


# -- the truth -----------------------------------------------------------------------------------


def test_the_hazard_ratio_of_progression_free_survival_lies_between_its_parts() -> None:
    """Progression is the commoner event, so the ratio is nearer to that of progression."""
    for level in truth.HR_DEATH:
        ratio = truth.hazard_ratio_of_pfs(level)
        assert truth.HR_PROGRESSION[level] < ratio < truth.HR_DEATH[level]
        assert ratio - truth.HR_PROGRESSION[level] < truth.HR_DEATH[level] - ratio


@pytest.mark.parametrize("arm", [ACTIVE, CONTROL])
@pytest.mark.parametrize("pdl1", truth.HR_DEATH)
def test_the_times_follow_the_distributions_that_the_truth_states(arm: Arm, pdl1: Pdl1) -> None:
    """Shares alive, free of progression and of both at a time, against the Weibull formulas."""
    n = 20_000
    rng = stream(1, "times")
    drawn = [times(arm, pdl1, "SQUAMOUS", 1, rng) for _ in range(n)]
    base = truth.prognosis(pdl1, "SQUAMOUS", 1)
    is_active = arm is ACTIVE
    death = base * (truth.HR_DEATH[pdl1] if is_active else 1)
    progress = base * (truth.HR_PROGRESSION[pdl1] if is_active else 1)
    hazards = [
        (progress ** (1 / truth.STABILITY)) * truth.SCALE_PROGRESSION ** (-power()),
        (death ** (1 / truth.STABILITY)) * truth.SCALE_DEATH ** (-power()),
    ]
    for at in (60.0, 200.0):
        shares = [
            sum(first > at for first, _ in drawn) / n,
            sum(second > at for _, second in drawn) / n,
            sum(min(pair) > at for pair in drawn) / n,
        ]
        sums = [hazards[0], hazards[1], sum(hazards)]
        exact = [math.exp(-((one * at ** power()) ** truth.STABILITY)) for one in sums]
        for share, probability in zip(shares, exact, strict=True):
            assert abs(share - probability) < 4 * math.sqrt(probability * (1 - probability) / n)


def power() -> float:
    """The exponent of time in the hazards, given the frailty."""
    return truth.SHAPE / truth.STABILITY


def fitted(table: pl.DataFrame, endpoint: str) -> dict[str, float]:
    """Log hazard ratios of a Cox model with the arm, its interaction and the factors."""
    is_active = pl.col("arm") == "SYN1042"
    is_high = pl.col("pdl1") == ">=50%"
    frame = table.filter(endpoint=endpoint).select(
        time=pl.col("time") + 1,
        event=pl.col("event") == 1,
        active=is_active.cast(pl.Int8),
        active_high=(is_active & is_high).cast(pl.Int8),
        high=is_high.cast(pl.Int8),
        middle=(pl.col("pdl1") == "1-49%").cast(pl.Int8),
        squamous=(pl.col("histology") == "SQUAMOUS").cast(pl.Int8),
        ecog="ecog",
    )
    model = CoxPHFitter().fit(frame.to_pandas(), "time", "event")
    return {str(name): float(value) for name, value in model.params_.items()}


@full_only
def test_a_cox_model_of_many_cohorts_recovers_the_truth() -> None:
    """Two hundred trials of 240: exact in survival, nearly so in what is seen every eight weeks."""
    table = pl.concat([draw(seed, 240) for seed in range(1, 201)])
    low, high = "<1%", ">=50%"
    prognosis = {
        "high": truth.PROGNOSIS_PDL1[high],
        "middle": truth.PROGNOSIS_PDL1["1-49%"],
        "squamous": truth.PROGNOSIS_HISTOLOGY["SQUAMOUS"],
        "ecog": truth.PROGNOSIS_ECOG[1],
    }
    pfs = {level: truth.hazard_ratio_of_pfs(level) for level in (low, high)}
    for endpoint, effect, tolerance in (
        ("OS", truth.HR_DEATH, 0.06),
        ("PFSINV", pfs, 0.09),
        ("PFSEMA", pfs, 0.12),
        ("PFSIRC", pfs, 0.10),
    ):
        found = fitted(table, endpoint)
        stated = {
            **prognosis,
            "active": effect[low],
            "active_high": effect[high] / effect[low],
        }
        assert set(found) == set(stated)
        for name, ratio in stated.items():
            assert abs(found[name] - math.log(ratio)) < tolerance, (endpoint, name)


def covers(seed: int) -> bool:
    """Whether the limits of the main hazard ratio, that of death by arm, hold the truth."""
    table = draw(seed, 240).filter(endpoint="OS")
    is_active = pl.col("arm") == "SYN1042"
    is_high = pl.col("pdl1") == ">=50%"
    covariates = table.select(
        active=is_active,
        active_high=is_active & is_high,
        high=is_high,
        middle=pl.col("pdl1") == "1-49%",
        squamous=pl.col("histology") == "SQUAMOUS",
        ecog=pl.col("ecog"),
    ).cast(pl.Float64)
    data = CoxData(
        tstart=np.zeros(table.height),
        tstop=table["time"].to_numpy() + 1.0,
        event=(table["event"] == 1).to_numpy().astype(float),
        covariates=covariates.to_numpy(),
        names=tuple(covariates.columns),
    )
    term = cox_terms(fit_cox(data, ties="efron"), conf_level=0.95).row(0, named=True)
    return bool(term["ci_lower"] <= truth.HR_DEATH["<1%"] <= term["ci_upper"])


@full_only
def test_the_limits_of_the_main_hazard_ratio_cover_the_truth() -> None:
    """In 189 of 200 trials (94.5 %), by the warehouse's own Cox model."""
    n_covering = sum(covers(seed) for seed in range(1, 201))
    assert 0.91 <= n_covering / 200 <= 0.98


@full_only
def test_a_cox_model_recovers_the_effect_on_severe_adverse_events() -> None:
    table = pl.concat([draw(seed, 240) for seed in range(1, 101)])
    frame = table.filter(endpoint="TTAE3").select(
        time=pl.col("time") + 1,
        event=pl.col("event") == 1,
        active=(pl.col("arm") == "SYN1042").cast(pl.Int8),
    )
    model = CoxPHFitter().fit(frame.to_pandas(), "time", "event")
    stated = math.log(truth.HR_SEVERE_ADVERSE_EVENT)
    assert abs(float(model.params_["active"]) - stated) < 0.1


def test_a_draw_has_each_subject_once_for_each_endpoint_that_applies() -> None:
    table = draw(5, 480)
    assert table.height == table.unique(["usubjid", "endpoint"]).height
    counts = dict(table.group_by("endpoint").len().iter_rows())
    assert set(counts) == set(ENDPOINTS)
    assert {counts[name] for name in ("OS", "PFSINV", "PFSEMA", "PFSIRC")} == {480}
    assert counts["TTAE3"] == 480 - 2 * accidents.COUNTS[Accident.NOT_TREATED]
    assert table["time"].min() == 0
    assert set(table["event"]) == {0, 1, 2}
    assert table.equals(draw(5, 480))
    assert not table.equals(draw(6, 480))


def test_a_cohort_with_too_few_subjects_for_an_accident_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(accidents.COUNTS, Accident.FATAL_ADVERSE_EVENT, 200)
    with pytest.raises(GeneratorError) as error:
        generate(1, 240, 0)
    message = str(error.value)
    assert message.startswith("Only ")
    assert message.endswith(
        " of 240 subjects qualify for FATAL_ADVERSE_EVENT, which needs 200; choose another seed or "
        "lower its count in accidents.py."
    )


def test_the_command_names_its_options() -> None:
    command = [sys.executable, "-m", "synthesis.nsclc", "--help"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "--out" in done.stdout
    assert "--seed" in done.stdout
