"""What a newcomer reads and what checks a contribution: each command, file and schema is real."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from project import PROJECT
from typer.testing import CliRunner

from analytics import __version__
from analytics.cli import app

GITHUB = PROJECT / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
PAGE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
}
# what each hook that is given files refuses: the file's name and content
REFUSED = {
    "ruff": ("unused.py", "import os\n"),
    "workflows": ("wrong.yml", "on: push\njobs: 3\n"),
    "large-files": ("large.csv", "x" * 2_100_000),
}


def schema_says(name: str, path: Path) -> str:
    """What is wrong with a file, or nothing."""
    checker = Path(sys.executable).with_name("check-jsonschema")
    result = subprocess.run(
        [checker, "--builtin-schema", f"vendor.{name}", path],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if result.returncode == 0 else result.stdout


def test_the_workflow_is_one_and_runs_what_ci_runs() -> None:
    path = GITHUB / "workflows/ci.yml"
    assert schema_says("github-workflows", path) == ""
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_one_and_asks_for_no_patient_data(path: Path) -> None:
    assert schema_says("github-issue-forms", path) == ""
    assert "**No patient data.**" in path.read_text(encoding="utf-8")


def test_no_two_modules_of_the_tests_share_a_name() -> None:
    """The folders of the tests are searched together: the first of two modules hides the other."""
    names = Counter(
        path.name for path in (PROJECT / "tests").rglob("*.py") if path.name != "conftest.py"
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_there_is_a_form_for_each_kind_of_question() -> None:
    assert [path.stem for path in FORMS] == ["bug", "number-that-disagrees", "refused-data"]


def test_the_hooks_need_no_network() -> None:
    repositories = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert {hook["language"] for hook in HOOKS.values()} == {"system", "fail"}
    assert all("additional_dependencies" not in hook for hook in HOOKS.values())


@pytest.mark.parametrize("hook", sorted(REFUSED))
def test_a_hook_takes_what_is_right_and_refuses_what_is_wrong(hook: str, tmp_path: Path) -> None:
    """The command as pre-commit calls it: from the checkout, the files behind it."""
    name, text = REFUSED[hook]
    wrong = tmp_path / name
    wrong.write_text(text)
    right = {"workflows": GITHUB / "workflows/ci.yml"}.get(hook, PROJECT / "analytics/errors.py")
    codes = [
        subprocess.run(
            [*shlex.split(HOOKS[hook]["entry"]), path],
            cwd=PROJECT,
            capture_output=True,
            check=False,
        ).returncode
        for path in (right, wrong)
    ]
    assert codes == [0, 1]


@pytest.mark.parametrize("path", ["releases/x/current/manifest.json", "a/b.duckdb", "x.duckdb.wal"])
def test_a_warehouse_is_not_committed(path: str) -> None:
    assert re.search(HOOKS["warehouses"]["files"], path)
    assert not re.search(HOOKS["warehouses"]["files"], "analytics/release/folders.py")


def test_the_targets_and_files_of_the_page_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)", PAGE))
    assert targets >= {"setup", "model", "test-unit", "lint"}
    assert targets <= {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)}
    files = set(re.findall(r"\b(?:tests|docs|dbt_project|expectations)/[\w/]+\.\w+", PAGE))
    assert len(files) > 5
    assert [file for file in files if not (PROJECT / file).is_file()] == []


def test_the_changelog_ends_at_this_version() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert versions[0] == __version__
    assert versions == sorted(versions, reverse=True)


def test_the_command_tells_its_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    told = rf"plateau {re.escape(__version__)} \(DuckDB [\d.]+, Python [\d.]+\)\n"
    assert re.fullmatch(told, result.stdout)


@pytest.mark.parametrize("words", [[], ["query"], ["export", "adam"]], ids=" ".join)
def test_the_short_word_for_help_is_known_to_every_command(words: list[str]) -> None:
    short, long = (CliRunner().invoke(app, [*words, option]) for option in ("-h", "--help"))
    assert short.exit_code == 0
    assert short.stdout == long.stdout


def test_a_shell_completes_the_commands() -> None:
    """What --install-completion writes into a shell asks the command itself."""
    asked = {"_PLATEAU_COMPLETE": "complete_bash", "COMP_WORDS": "plateau ex", "COMP_CWORD": "1"}
    result = CliRunner().invoke(app, [], env=asked, prog_name="plateau")
    assert result.stdout.split() == ["explain", "export"]
