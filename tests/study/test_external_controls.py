"""external.toml, its files, and the analyses that name a control: what is read, what is refused."""

from pathlib import Path

import pytest
from small_study import FILES, refusal, with_plan

from analytics.study import load_study

PLAN = """
[[analyses]]
id = "beside"
label = "Beside a published curve"
method = "external_control"
endpoint = "OS"
population = "all"
external = "old_trial"
matched_on = ["age", "sex"]
landmarks_months = [12]
"""
TOML = """
[[external]]
name = "old_trial"
label = "An old trial"
source = "A. Author, A Journal 2001;1:1"
endpoint = "OS"
n_events = 40
median_months = 9.5
rates = [{ months = 12, percent = 40.0 }]
tolerance = { n_events = 2, median_months = 0.5, rate_points = 1.0 }
baseline = [
    { factor = "age", mean = 50, sd = 10 },
    { factor = "sex", level = "male", percent = 60 },
]
"""
CURVE = "months,survival\n0,1\n6,0.7\n12,0.4\n"
AT_RISK = "months,at_risk\n0,60\n6,40\n"
WHERE = "external.toml control 'old_trial'"
ANALYSIS = "plan.toml analysis 'beside'"


def written(folder: Path, plan: str = PLAN, **files: str) -> Path:
    with_plan(folder, plan)
    (folder / "external").mkdir()
    (folder / "external.toml").write_text(files.get("toml", TOML), encoding="utf-8")
    (folder / "external/old_trial.csv").write_text(files.get("curve", CURVE), encoding="utf-8")
    at_risk = folder / "external/old_trial_at_risk.csv"
    at_risk.write_text(files.get("at_risk", AT_RISK), encoding="utf-8")
    return folder


def test_a_control_is_its_curve_and_what_is_printed_of_it(tmp_path: Path) -> None:
    study = load_study(written(tmp_path))
    control = study.external_control("old_trial")
    assert control.points == ((0, 1), (6, 0.7), (12, 0.4))
    assert control.at_risk == ((0, 60), (6, 40))
    assert (control.n_events, control.median_months) == (40, 9.5)
    assert [(rate.months, rate.percent) for rate in control.rates] == [(12, 40)]
    assert control.tolerance == {"n_events": 2, "median_months": 0.5, "rate_points": 1}
    assert [(one.factor, one.level, one.percent, one.mean, one.sd) for one in control.baseline] == [
        ("age", None, None, 50, 10),
        ("sex", "male", 60, None, None),
    ]
    analysis = study.analysis("beside")
    assert (analysis.external, analysis.matched_on) == ("old_trial", ("age", "sex"))
    assert analysis.caution == (
        "External control: An old trial is reconstructed from a published curve (A. Author, A "
        "Journal 2001;1:1) and not from the data of patients. The groups were not randomised "
        "against each other: a difference between them may come from anything else in which they "
        "differ. Weighted to the published summaries of Age, Sex; what is not among these is not "
        "adjusted for."
    )


def test_a_study_without_the_file_has_no_control(tmp_path: Path) -> None:
    assert load_study(with_plan(tmp_path, FILES["plan.toml"])).external_controls == ()


MISTAKES = {
    "unknown key": ("label = ", "lable = ", f"{WHERE}: unknown key 'lable'"),
    "unknown endpoint": ('"OS"', '"DFS"', f"{WHERE}: unknown endpoint 'DFS'"),
    "name": (
        '"old_trial"',
        '"Old trial"',
        "external.toml control 'Old trial': name 'Old trial' cannot name a file; use lower-case "
        "letters, digits and underscores, a letter first, 128 characters at most.",
    ),
    "no tolerance": (
        "tolerance = { n_events = 2, ",
        "tolerance = { ",
        f"{WHERE}: n_events and tolerance.n_events belong together; give both, the tolerance at "
        "least 0, or neither.",
    ),
    "tolerance of nothing": (
        "n_events = 40\n",
        "",
        f"{WHERE}: n_events and tolerance.n_events belong together",
    ),
    "ratio of one": (
        "n_events = 40\n",
        "n_events = 40\nhazard_ratio = 0.7\n",
        f"{WHERE}: a hazard ratio is of two controls; give hazard_ratio and against, or neither.",
    ),
    "ratio over itself": (
        "tolerance = { ",
        'hazard_ratio = 0.7\nagainst = "old_trial"\ntolerance = { hazard_ratio = 0.1, ',
        f"{WHERE}: unknown control as against 'old_trial'",
    ),
    "broken number of events": (
        "n_events = 40\n",
        "n_events = 40.5\n",
        f"{WHERE}: n_events is 40.5; write a whole number from 0 on.",
    ),
    "median of nothing": (
        "median_months = 9.5",
        "median_months = 0",
        f"{WHERE}: median_months is 0; write a number above 0.",
    ),
    "rate above all": (
        "percent = 40.0",
        "percent = 140",
        f"{WHERE} rate: percent is 140; write a number from 0 to 100.",
    ),
    "rate without a month": (
        "months = 12, ",
        "",
        f"{WHERE} rate: a rate needs months and percent; give both.",
    ),
    "level of a number": (
        '{ factor = "age", mean',
        '{ factor = "age", level = "old", mean',
        f"{WHERE} baseline 'age': a continuous factor has no level; give mean and sd.",
    ),
    "mean of levels": (
        'level = "male", percent = 60',
        "mean = 60",
        f"{WHERE} baseline 'sex': a categorical factor has no mean; give level and percent.",
    ),
    "unknown level": ('"male"', '"man"', f"{WHERE} baseline 'sex': unknown level 'man'"),
    "all levels": (
        "percent = 60 },",
        'percent = 60 },\n    { factor = "sex", level = "female", percent = 40 },',
        f"{WHERE} baseline 'sex': all 2 levels are given, of which the last follows from the "
        "others; leave one out.",
    ),
    "factor of later": (
        'factor = "sex", level = "male"',
        'factor = "hsct", level = "yes"',
        f"{WHERE} baseline 'hsct': this factor is not known at baseline; remove it.",
    ),
}


def test_the_only_level_of_a_factor_weighs_nobody(tmp_path: Path) -> None:
    folder = written(tmp_path)
    levels = folder / "factor_levels.csv"
    text = levels.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("sex,female")]
    assert len(kept) == len(text.splitlines()) - 1
    levels.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert refusal(folder) == (
        f"{WHERE} baseline 'sex': the factor has no other level, so every patient has this one; "
        "remove it."
    )


@pytest.mark.parametrize("what", MISTAKES)
def test_mistakes_in_external_toml(tmp_path: Path, what: str) -> None:
    old, new, sentence = MISTAKES[what]
    assert old in TOML
    assert refusal(written(tmp_path, toml=TOML.replace(old, new, 1))).startswith(sentence)


FILE_MISTAKES = {
    "months fall": (
        {"curve": "months,survival\n0,1\n6,0.7\n6,0.6\n"},
        "old_trial.csv line 4: column 'months' is '6'; write a month later than that of the row "
        "before.",
    ),
    "survival rises": (
        {"curve": "months,survival\n0,1\n6,0.7\n12,0.8\n"},
        "old_trial.csv line 4: column 'survival' rises from 0.7 to 0.8, which a curve of events "
        "never does; correct the reading.",
    ),
    "survival in percent": (
        {"curve": "months,survival\n0,100\n6,70\n"},
        "old_trial.csv line 2: column 'survival' is '100'; write a fraction from 0 to 1.",
    ),
    "no start": (
        {"curve": "months,survival\n1,0.9\n6,0.7\n"},
        "old_trial.csv: the curve needs a first row with months 0 and survival 1, and another "
        "point; add them.",
    ),
    "nobody": (
        {"at_risk": "months,at_risk\n0,0\n"},
        "old_trial_at_risk.csv: the numbers at risk need a first row with months 0 and a number "
        "above 0, and none below 0; correct them.",
    ),
    "numbers rise": (
        {"at_risk": "months,at_risk\n0,60\n6,61\n"},
        "old_trial_at_risk.csv line 3: column 'at_risk' rises from 60 to 61, which a curve of "
        "events never does; correct the reading.",
    ),
    "no rows": (
        {"at_risk": "months,at_risk\n"},
        "old_trial_at_risk.csv has no rows; add those read off the figure.",
    ),
}


@pytest.mark.parametrize("what", FILE_MISTAKES)
def test_mistakes_in_the_curve(tmp_path: Path, what: str) -> None:
    files, sentence = FILE_MISTAKES[what]
    assert refusal(written(tmp_path, **files)) == sentence


def test_a_missing_curve_is_asked_for(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "external/old_trial.csv").unlink()
    assert refusal(folder).startswith("old_trial.csv is missing from the study folder")


PLAN_MISTAKES = {
    "unknown control": (
        'external = "old_trial"',
        'external = "old_trail"',
        f"{ANALYSIS}: unknown external control 'old_trail' (did you mean 'old_trial'?)",
    ),
    "no control": (
        'external = "old_trial"\n',
        "",
        f"{ANALYSIS}: key 'external' is missing",
    ),
    "another endpoint": (
        'endpoint = "OS"\npopulation = "all"',
        'endpoint = "RFS"\npopulation = "responders"',
        f"{ANALYSIS}: the curve of 'old_trial' is of OS, not of RFS; compare what is the same "
        "endpoint.",
    ),
    "population that settles later": (
        'population = "all"',
        'population = "responders"',
        f"{ANALYSIS}: population 'responders' (with 'first_remission') is known only after the "
        "origin of OS ('first_dose'), which causes immortal time bias, and the comparison with an "
        "external control does not allow delayed entry; use what is known at the origin.",
    ),
    "factor without a summary": (
        '["age", "sex"]',
        '["age", "blasts"]',
        f"{ANALYSIS}: unknown factor in the baseline of 'old_trial' 'blasts'",
    ),
    "factor twice": (
        '["age", "sex"]',
        '["age", "age"]',
        f"{ANALYSIS}: factor 'age' is listed twice; remove one.",
    ),
}


@pytest.mark.parametrize("what", PLAN_MISTAKES)
def test_mistakes_in_the_analysis(tmp_path: Path, what: str) -> None:
    old, new, sentence = PLAN_MISTAKES[what]
    assert old in PLAN
    assert refusal(written(tmp_path, PLAN.replace(old, new))).startswith(sentence)


def test_an_analysis_without_any_control(tmp_path: Path) -> None:
    assert refusal(with_plan(tmp_path, PLAN)) == (
        f"{ANALYSIS}: the study has no external.toml; add it with the control, or remove the "
        "analysis."
    )
