"""Each ready-made schedule passes its own syntax checker and calls a command as it is."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from project import PROJECT
from typer.main import get_command

from analytics.cli import app

SCHEDULES = PROJECT / "schedules"
INSTALLED = "/opt/plateau/.venv/bin/plateau"


def checked(*command: object) -> tuple[int, str]:
    """Run a checker; its exit code and what it said. Skips where there is no such checker."""
    name, *arguments = map(str, command)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed here")
    result = subprocess.run([name, *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """The command is looked up, so an installed one stands in for that of /opt."""
    for path in SCHEDULES.glob("plateau-refresh.*"):
        text = path.read_text(encoding="utf-8").replace(INSTALLED, sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.iterdir())
    assert [unit.suffix for unit in units] == [".service", ".timer"]
    assert checked("systemd-analyze", "verify", *units) == (0, "")


def test_systemd_refuses_a_unit_that_is_wrong(tmp_path: Path) -> None:
    unit = tmp_path / "wrong.timer"
    unit.write_text("[Timer]\nOnCalendar=every now and then\n", encoding="utf-8")
    code, said = checked("systemd-analyze", "verify", unit)
    assert (code, "OnCalendar" in said or "calendar" in said) == (1, True)


def test_cron_takes_the_line() -> None:
    assert checked("crontab", "-n", SCHEDULES / "plateau.cron")[0] == 0


def test_cron_refuses_a_line_that_is_wrong(tmp_path: Path) -> None:
    table = tmp_path / "wrong.cron"
    table.write_text("99 5 * * * plateau refresh\n", encoding="utf-8")
    assert checked("crontab", "-n", table)[0] == 1


def test_github_takes_the_workflow() -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    code, said = checked("check-jsonschema", *schema, SCHEDULES / "github-actions.yml")
    assert code == 0, said


def test_the_workflow_runs_on_a_machine_of_ones_own() -> None:
    workflow = yaml.safe_load((SCHEDULES / "github-actions.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["refresh"]["runs-on"][0] == "self-hosted"
    # YAML 1.1 reads the key `on` as true
    assert re.fullmatch(r"[\d*/,-]+( [\d*/,-]+){4}", workflow[True]["schedule"][0]["cron"])


@pytest.mark.parametrize("name", ["plateau-refresh.service", "plateau.cron", "github-actions.yml"])
def test_the_command_of_a_schedule_is_one(name: str) -> None:
    text = (SCHEDULES / name).read_text(encoding="utf-8")
    call = re.search(r"\.venv/bin/plateau (refresh [^>|\n]*)", text)
    assert call is not None
    words = shlex.split(call[1])
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    context = command.make_context(words[0], words[1:])
    assert (PROJECT / context.params["study"] / "study.toml").is_file()
    assert context.params["keep_last"] == 10
