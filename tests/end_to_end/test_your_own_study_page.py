"""docs/your-own-study.md does what it says: each command, its output, each excerpt and mistake."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from project import MYELOID, PROJECT

from analytics.errors import PlateauError
from analytics.ingest import load_raw
from analytics.study import load_study
from analytics.study.new_study import write_new_study
from analytics.warehouse import connect

PAGE = PROJECT / "docs/your-own-study.md"
FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "..."


@dataclass(frozen=True)
class Command:
    """A command of the page and the output shown below it."""

    text: str
    shown: str


def fences() -> list[tuple[str, str, str]]:
    """Language, file and content of every block of the page."""
    return [tuple(match) for match in FENCE.findall(PAGE.read_text(encoding="utf-8"))]  # type: ignore[misc]


def commands() -> Iterator[Command]:
    blocks = fences()
    for (language, _, text), (after, _, shown) in pairwise(blocks):
        if language == "sh":
            assert after == "text", f"no output is shown for {text}"
            yield Command(text, shown)


@pytest.fixture(scope="module")
def checkout(myeloid_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the studies and with the release that building the second one gives."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "studies").symlink_to(PROJECT / "studies")
    shutil.copytree(myeloid_releases, folder / "releases", symlinks=True)
    return folder


def run(command: Command, folder: Path) -> str:
    """What a command says: its answer, else its last message where it failed, else all messages."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-c", command.text],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        steps, refused, sentences = result.stderr.partition("plateau: ")
        return f"{refused}{sentences}" or steps
    return result.stdout or result.stderr


def test_every_command_says_what_the_page_shows(checkout: Path) -> None:
    found = list(commands())
    assert len(found) > 10
    for command in found:
        assert run(command, checkout) == command.shown, command.text


def test_every_excerpt_stands_in_its_file() -> None:
    excerpts = [(file, text) for _, file, text in fences() if file]
    assert len(excerpts) > 5
    for file, text in excerpts:
        lines = iter((PROJECT / file).read_text(encoding="utf-8").splitlines())
        assert all(line in lines for line in text.splitlines()), (file, text)


MISTAKES = {
    "key": ("study.toml", 'ties = "efron"', 'tie = "efron"'),
    "meaning": ("terms.csv", "response,CR,", "response,CRi,"),
    "group": ("plan.toml", 'population = "all"', 'population = "everybody"'),
    "censor": ("endpoint_rules.csv", "OS,last_known_alive,censor", "OS,alive,censor_first"),
    "responders": ("plan.toml", 'population = "all"', 'population = "responders"'),
}


def sentence_of_mistake(name: str, folder: Path) -> str:
    study = folder / "study"
    shutil.copytree(MYELOID, study)
    if name == "skeleton":
        with pytest.raises(PlateauError) as caught:
            write_new_study(study)
        return str(caught.value).replace(str(study), "my-study")
    if name == "domain":
        (study / "sdtm/MYELOID/dm.csv").rename(study / "sdtm/MYELOID/demographics.csv")
    else:
        file, old, new = MISTAKES[name]
        text = (study / file).read_text(encoding="utf-8")
        assert old in text
        (study / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlateauError) as caught:
        load_raw(load_study(study), connect(":memory:"))
    return str(caught.value)


def test_every_mistake_is_told_as_the_page_says(tmp_path: Path) -> None:
    rows = re.findall(r"^\| .+? \| `(.+)` \| .+ \|$", PAGE.read_text(encoding="utf-8"), re.M)
    sentences = []
    for name in (*list(MISTAKES), "domain", "skeleton"):
        (tmp_path / name).mkdir()
        sentences.append(sentence_of_mistake(name, tmp_path / name))
    assert len(rows) == len(sentences)
    for row, sentence in zip(rows, sentences, strict=True):
        assert sentence.startswith(row.removesuffix(LEFT_OUT)), sentence
        assert row.endswith(LEFT_OUT) or sentence == row
