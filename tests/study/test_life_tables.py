"""Relative survival, as plan.toml and a life table ask for it."""

from math import log1p
from pathlib import Path

import pytest
from small_study import refusal, with_plan

from analytics.study import load_study

PLAN = """
[[analyses]]
id = "relative"
label = "Relative survival"
method = "relative_survival"
endpoint = "OS"
population = "all"
strata = "blasts"
landmarks_months = [12, 24]
excess_mortality_months = [12]
life_table = { file = "life_table.csv", measure = "yearly_probability", age = "age", sex = "sex" }
"""
LINES = [
    f"{year},{age},{sex},0.0{age}"
    for year in (2010, 2011)
    for age in (50, 51, 52)
    for sex in ("male", "female")
]
TABLE = "\n".join(["year,age,sex,yearly_probability", *LINES, ""])


def with_table(folder: Path, plan: str = PLAN, table: str = TABLE) -> Path:
    with_plan(folder, plan)
    (folder / "life_table.csv").write_text(table, encoding="utf-8")
    return folder


def test_a_life_table_is_read_by_group_age_and_year(tmp_path: Path) -> None:
    analysis = load_study(with_table(tmp_path)).analysis("relative")
    table = analysis.life_table
    assert table is not None
    assert (table.age, table.groups) == ("age", (("sex", "sex"),))
    assert (table.first_age, table.first_year) == (50, 2010)
    expected = tuple((-log1p(-q) / 365.25,) * 2 for q in (0.050, 0.051, 0.052))
    assert table.hazards == {("male",): expected, ("female",): expected}
    assert (analysis.strata, analysis.excess_mortality_months) == ("blasts", (12.0,))


def test_a_hazard_is_taken_as_it_is_and_further_columns_are_factors(tmp_path: Path) -> None:
    plan = PLAN.replace("yearly_probability", "daily_hazard").replace(
        'sex = "sex" }', 'sex = "sex", stage = "blasts" }'
    )
    table = "\n".join(
        [
            "age,year,sex,stage,daily_hazard",
            *(
                f"50,2010,{sex},{blasts},1e-5"
                for sex in ("male", "female")
                for blasts in ("low", "middle", "high")
            ),
        ]
    )
    found = load_study(with_table(tmp_path, plan, table)).analysis("relative").life_table
    assert found is not None
    assert found.groups == (("sex", "sex"), ("stage", "blasts"))
    assert found.hazards["female", "high"] == ((1e-5,),)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "2010,51,male,0.051\n",
            "",
            "life_table.csv line 2: the row of age 51 in 2010 of male is missing, although the "
            "table goes from age 50 to 52 and from 2010 to 2011; add it after this one.",
        ),
        (
            "2011,50,female,0.050\n",
            "",
            "life_table.csv line 3: the row of age 50 in 2011 of female is missing, although the "
            "table goes from age 50 to 52 and from 2010 to 2011; add it after this one.",
        ),
        (
            "2010,52,male",
            "2010,52,M",
            "life_table.csv line 6: unknown level of factor for sex 'M'; use male or female.",
        ),
        (
            "2010,52,male,0.052",
            "2010,52,male,1.052",
            "life_table.csv line 6: yearly_probability is 1.052; write a probability from 0 to "
            "below 1, or end the table at the age before.",
        ),
        (
            "2010,52,male,0.052",
            "2010,51,male,0.052",
            "life_table.csv line 6: age 51 in 2010 of male is given twice; remove one.",
        ),
        (
            "yearly_probability",
            "probability",
            "life_table.csv: unknown column 'probability' (did you mean 'yearly_probability'?); "
            "the columns are age, year, yearly_probability, sex.",
        ),
        (
            "2010,52,male,0.052",
            "2010,52,male,",
            "life_table.csv line 6: column 'yearly_probability' is empty; give it a value.",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in TABLE
    assert refusal(with_table(tmp_path, table=TABLE.replace(old, new, 1))) == sentence


def test_a_sex_without_rows_is_one_sentence(tmp_path: Path) -> None:
    men = "\n".join(line for line in TABLE.splitlines() if "female" not in line)
    assert refusal(with_table(tmp_path, table=men)) == (
        "life_table.csv: no rows of sex 'female', which is a level of its factor; add them."
    )


def test_a_table_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert refusal(with_plan(tmp_path, PLAN)).startswith(
        "life_table.csv is missing from the study folder"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'age = "age"',
            'age = "blasts"',
            "life_table: age 'blasts' is no continuous baseline factor",
        ),
        ('sex = "sex"', 'sex = "age"', "life_table: sex 'age' is continuous and has no levels"),
        ('"yearly_probability"', '"probability"', "life_table: unknown measure 'probability'"),
        (', sex = "sex"', "", "life_table: key 'sex' is missing; give it a value."),
        ('file = "life_table.csv"', 'file = "../other.csv"', "write it without a /"),
        ('strata = "blasts"', 'strata = "hsct"', "strata 'hsct' forms after the origin"),
        ('"all"', '"responders"', "immortal time"),
    ],
)
def test_a_mistake_in_the_plan_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in PLAN
    text = refusal(with_table(tmp_path, PLAN.replace(old, new, 1)))
    assert sentence in text
    assert text.startswith("plan.toml analysis 'relative'")
