"""The skeleton of a study loads, with its examples too, and names every word the loader knows."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import get_args

import pytest

from analytics.study import StudyError, load_study, specification
from analytics.study.domains import REQUIRED_DOMAINS
from analytics.study.factors import SUBJECT_COLUMNS
from analytics.study.facts import BUILT_IN_FACTS
from analytics.study.keys import Table, read_toml
from analytics.study.new_study import SKELETON, study_id_of, write_new_study
from analytics.study.populations import OPERATORS
from analytics.study.study_file import read_parameters
from analytics.study.terms import CATEGORY_VALUES

CSV_FILES = sorted(path.name for path in SKELETON.glob("*.csv"))
WORDS: dict[str, tuple[Collection[str], ...]] = {
    "study.toml": tuple(
        get_args(literal)
        for literal in (
            specification.DayConvention,
            specification.RfsCensor,
            specification.CifVariance,
            specification.PhTransform,
            specification.CiTransform,
            specification.Ties,
        )
    ),
    "terms.csv": (CATEGORY_VALUES, *(values for values in CATEGORY_VALUES.values() if values)),
    "factors.csv": (
        get_args(specification.Timing),
        get_args(specification.FactorType),
        get_args(specification.Derivation),
        SUBJECT_COLUMNS,
    ),
    "populations.csv": (get_args(specification.ConditionKind), *OPERATORS.values()),
    "endpoints.csv": (BUILT_IN_FACTS,),
    "endpoint_rules.csv": (get_args(specification.RuleRole),),
    "plan.toml": (get_args(specification.Method), get_args(specification.Statistic)),
    "sdtm/README.md": (REQUIRED_DOMAINS, ("SUPP--", "plateau contract")),
}


def text_of(name: str) -> str:
    return (SKELETON / name).read_text(encoding="utf-8")


def with_examples(folder: Path) -> Path:
    """A new study in which every example is in use, with the curves that its controls need."""
    write_new_study(folder)
    (folder / "external").mkdir()
    for name in ("old_trial", "older_trial"):
        curve, at_risk = (folder / f"external/{name}{end}.csv" for end in ("", "_at_risk"))
        curve.write_text("months,survival\n0,1\n12,0.4\n", encoding="utf-8")
        at_risk.write_text("months,at_risk\n0,150\n", encoding="utf-8")
    for path in (*folder.glob("*.toml"), *folder.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE), encoding="utf-8")
    return folder


def test_a_new_study_loads_as_it_is(tmp_path: Path) -> None:
    trials = write_new_study(tmp_path / "New Study")
    study = load_study(tmp_path / "New Study")
    assert study.study_id == "new-study"
    assert not study.synthetic
    assert trials == (tmp_path / "New Study/sdtm/TRIAL01",)
    assert trials[0].is_dir()


def test_a_new_study_uses_every_method(tmp_path: Path) -> None:
    """But those that need a curve or the mortality from outside; its examples have them, too."""
    write_new_study(tmp_path / "new")
    methods = {analysis.method for analysis in load_study(tmp_path / "new").analyses}
    every = set(get_args(specification.Method))
    assert methods == every - {"external_control", "relative_survival"}
    full = load_study(with_examples(tmp_path / "full"))
    assert {analysis.method for analysis in full.analyses} == every


def test_its_examples_load_too(tmp_path: Path) -> None:
    plain, full = write_new_study(tmp_path / "plain")[0], with_examples(tmp_path / "full")
    before, after = load_study(plain.parents[1]), load_study(full)
    assert after.synthetic_note is not None
    assert {rule.role for rule in after.endpoint_rules} == set(get_args(specification.RuleRole))
    of_sdtm = set(get_args(specification.Derivation)) - {"adam"}
    assert {factor.derivation for factor in after.factors} == of_sdtm
    assert len(after.analyses) > len(before.analyses)


def test_every_key_of_the_toml_files_stands_in_the_skeleton(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the loader allows is written down while it reads the skeleton with every example."""
    asked: dict[str, set[str]] = defaultdict(set)
    allow = Table.allow

    def noting(table: Table, keys: Collection[str]) -> None:
        asked[table.where.split()[0]].update(keys)
        allow(table, keys)

    monkeypatch.setattr(Table, "allow", noting)
    load_study(with_examples(tmp_path / "full"))
    assert set(asked) == {"study.toml", "plan.toml", "external.toml"}
    for file, keys in asked.items():
        text = text_of(file)
        absent = [key for key in keys if not re.search(rf"\b{key} = |\[{key}\]|\.{key}\]", text)]
        assert absent == [], file


def test_every_key_of_study_toml_is_said_once() -> None:
    keys = re.findall(r"^#?(\w+) = ", text_of("study.toml").split("[inferred]")[0], re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert set(specification.Parameters.model_fields) <= set(keys)


@pytest.mark.parametrize("name", CSV_FILES)
def test_every_column_is_explained_once(name: str) -> None:
    lines = text_of(name).splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    explained = re.findall(r"^# (\w+)(?:  |$)", "\n".join(lines), re.MULTILINE)
    columns = header.split(",")
    assert [word for word in explained if word in columns] == columns


@pytest.mark.parametrize("name", WORDS)
def test_every_word_a_file_may_hold_stands_in_it(name: str) -> None:
    text = text_of(name)
    absent = [
        word
        for words in WORDS[name]
        for word in words
        if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)
    ]
    assert absent == []


def test_the_defaults_it_shows_are_the_defaults() -> None:
    text = text_of("study.toml").split("[parameters]")[1].split("[inferred]")[0]
    lines = re.findall(r"^#(\w+ = .*)$", text, re.MULTILINE)
    parameters = SKELETON / "study.toml"
    assert read_toml(parameters).table("parameters") == {"remission_window_cycles": ""}
    values = tomllib.loads("\n".join(lines))
    assert set(values) == set(specification.Parameters.model_fields) - {"remission_window_cycles"}
    assert read_parameters(Table("skeleton", values)) == specification.Parameters()


@pytest.mark.parametrize(
    ("name", "study_id"),
    [("AML 2026", "aml-2026"), ("my_study", "my_study"), ("Ä", "your-study"), ("--", "your-study")],
)
def test_a_study_is_named_for_its_folder(tmp_path: Path, name: str, study_id: str) -> None:
    assert study_id_of(tmp_path / name) == study_id


def test_what_stands_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StudyError) as caught:
        write_new_study(tmp_path)
    assert str(caught.value) == f"{tmp_path} is not empty and was not changed; name a new folder."
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(StudyError) as caught:
        write_new_study(tmp_path / "notes.txt")
    assert str(caught.value) == (
        f"{tmp_path / 'notes.txt'} is a file; name a new folder for the study."
    )
