"""A build that takes over from the release before it gives what a build of everything gives."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from project import Plateau
from same_release import differences
from torture_scale import full_only

pytestmark = pytest.mark.integration


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of a file of the study: one text for another, at its first place."""

    def edit(study: Path) -> None:
        path = study / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def without_analysis(name: str) -> Callable[[Path], None]:
    def edit(study: Path) -> None:
        path = study / "plan.toml"
        text = path.read_text(encoding="utf-8")
        shorter = re.sub(
            rf'\[\[analyses\]\]\nid = "{name}"\n(?:(?!\n\[\[).)*', "", text, flags=re.S
        )
        assert shorter != text
        path.write_text(shorter, encoding="utf-8")

    return edit


EDITS = {
    "label of an analysis": replaced("plan.toml", "Relapse-free survival, CR/CRh", "RFS, CR/CRh"),
    "plan": without_analysis("rfs_last_assessment"),
    "population": replaced(
        "populations.csv",
        "all,,,2,factor,ph_status,!=,positive,Philadelphia chromosome-positive disease\n",
        "",
    ),
    "label of a factor": replaced("factors.csv", "age,Age,", "age,Age at entry,"),
    "label of a population": replaced("populations.csv", "all,All patients", "all,Everybody"),
    "label of an endpoint": replaced("endpoints.csv", "OS,Overall survival,", "OS,Survival,"),
    "title": replaced("study.toml", 'title = "Long-term', 'title = "Late'),
    "number style": replaced(
        "study.toml", 'analysis_set = "all"', 'analysis_set = "all"\nnumber_style = "lancet"'
    ),
    "limits of publication": replaced(
        "study.toml", "[parameters]", "[publication]\nsmallest_cell = 5\n\n[parameters]"
    ),
    "parameter": replaced("study.toml", "survivor_months = 36", "survivor_months = 30"),
    "term": replaced(
        "terms.csv",
        "MT103-206,RS,OVRLRESP,PR,response,PR,",
        "MT103-206,RS,OVRLRESP,PR,response,no_response,",
    ),
    "cut-off": replaced("study.toml", "cutoff = 2015-06-30", "cutoff = 2015-05-30"),
    "check": replaced("expectations/history.yml", "description:", "description: X"),
    "published number": replaced("published/survival_estimates.csv", "7.5", "7.6"),
}


def built(plateau: Plateau, study: Path, releases: Path, *options: str) -> Path:
    result = plateau("build", study, "--releases", releases, *options)
    assert result.returncode == 0, result.stderr
    return releases / "blinatumomab/current"


def takes_most_over(releases: Path) -> bool:
    """Whether the last build took over all analyses but one, and most of the other parts."""
    line = json.loads((releases / "blinatumomab/log.jsonl").read_text().splitlines()[-1])
    parts = {kind: numbers for kind, numbers in line["taken_over"].items() if kind != "release"}
    n_taken, n_analyses = parts["analyses"]
    return n_taken >= n_analyses - 1 and all(taken > n / 2 for taken, n in parts.values())


def test_after_changes_to_and_fro_the_release_is_as_one_made_anew(
    plateau: Plateau, default_releases: Path, study_copy: Path, tmp_path: Path
) -> None:
    """Two changes and back: what is made then is what the first build made of everything."""
    reusing = tmp_path / "reusing"
    shutil.copytree(default_releases, reusing, symlinks=True)
    first = (reusing / "blinatumomab/current").resolve()
    plan = (study_copy / "plan.toml").read_bytes()
    for name in ("label of an analysis", "plan"):
        EDITS[name](study_copy)
    changed = built(plateau, study_copy, reusing)
    assert takes_most_over(reusing)
    assert changed.resolve() != first
    shutil.rmtree(first)
    (study_copy / "plan.toml").write_bytes(plan)
    after = built(plateau, study_copy, reusing)
    assert takes_most_over(reusing)
    assert after.resolve() == first
    assert differences(after, default_releases / "blinatumomab/current") == []


@full_only
@pytest.mark.parametrize("name", EDITS)
def test_what_is_taken_over_is_what_would_be_made(
    name: str, plateau: Plateau, default_releases: Path, study_copy: Path, tmp_path: Path
) -> None:
    EDITS[name](study_copy)
    reusing = tmp_path / "reusing"
    shutil.copytree(default_releases, reusing, symlinks=True)
    after = built(plateau, study_copy, reusing)
    assert differences(after, built(plateau, study_copy, tmp_path / "anew", "--force")) == []
