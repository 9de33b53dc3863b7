"""Lists of a plan that are named once and used by several analyses."""

from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

LISTS = """
[lists]
patients = [{ factor = "sex" }, { factor = "blasts" }]
course = [{ outcome = "hsct", level = "any", label = "HSCT", population = "transplanted" }]
"""
TABLES = """
[[analyses]]
id = "first"
label = "First"
method = "baseline_table"
groups = ["all"]
characteristics = "patients"

[[analyses]]
id = "second"
label = "Second"
method = "baseline_table"
groups = ["men"]
characteristics = [{ factor = "age", statistics = ["n"] }, "patients"]

[[analyses]]
id = "third"
label = "Third"
method = "outcomes_table"
groups = ["all"]
lines = ["course", { outcome = "men", level = "any", label = "Men", population = "men" }]
"""
WHERE = "plan.toml analysis 'first': "


def test_the_name_of_a_list_stands_for_its_lines(tmp_path: Path) -> None:
    study = load_study(with_plan(tmp_path, LISTS + TABLES))
    tables = [
        [characteristic.factor for characteristic in study.analysis(name).characteristics]
        for name in ("first", "second")
    ]
    assert tables == [["sex", "blasts"], ["age", "sex", "blasts"]]
    assert [line.outcome for line in study.analysis("third").lines] == ["hsct", "men"]


def test_a_list_reads_as_its_lines_written_out(tmp_path: Path) -> None:
    course = LISTS.partition("course = [")[2].strip().removesuffix("]")
    patients = '[{ factor = "sex" }, { factor = "blasts" }]'
    written_out = (
        TABLES.replace('"patients"]', patients[1:])
        .replace('"patients"', patients)
        .replace('"course"', course)
    )
    plans = []
    for name, plan in (("lists", LISTS + TABLES), ("lines", written_out)):
        (tmp_path / name).mkdir()
        plans.append(load_study(with_plan(tmp_path / name, plan)).analyses)
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'characteristics = "patients"',
            'characteristics = "patient"',
            WHERE + "unknown list 'patient' (did you mean 'patients'?); use patients or course.",
        ),
        (
            'lines = ["course", ',
            "lines = [",
            "plan.toml [lists]: no analysis names list 'course'; use it or remove it.",
        ),
        (
            'patients = [{ factor = "sex" }, { factor = "blasts" }]',
            "patients = []",
            "plan.toml [lists]: list 'patients' is empty; add lines or remove it.",
        ),
        (
            'patients = [{ factor = "sex" }, { factor = "blasts" }]',
            'patients = ["course"]',
            "plan.toml [lists]: key 'patients' is ['course']; it takes a list of tables.",
        ),
        (
            LISTS,
            "",
            WHERE + "unknown list 'patients'; use nothing, as none is defined.",
        ),
    ],
)
def test_mistakes_in_lists(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    plan = LISTS + TABLES
    assert old in plan
    assert refusal(with_plan(tmp_path, plan.replace(old, new))) == sentence
