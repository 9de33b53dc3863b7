"""Every command of README.md, CONTRIBUTING.md and docs/ works as printed and prints what is shown.

A block that begins with `# needs ...` (a server, files of others) or `# takes ...` is checked only
for its words; so are commands in the text, and the targets of make.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from project import PROJECT

from analytics.cli import app

PAGES = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]
FENCE = re.compile(r"^```sh\n(?P<text>.*?)^```$(?:\n\n^```text\n(?P<shown>.*?)^```$)?", re.M | re.S)
NOT_RUN = ("# needs ", "# takes ")
# run by tests of their own, on other releases: this page's studies, that page's examples
ELSEWHERE = {"your-own-study.md", "python.md"}
ON_PATH = ". .venv/bin/activate"
IN_A_CHECKOUT = (
    "Makefile", "analytics", "bi", "pyproject.toml", "requirements.lock", "studies", "tests",
)  # fmt: skip
INLINE = re.compile(r"`(?:\.venv/bin/)?(plateau(?: [^`]*)?|make [^`]*)`")


@dataclass(frozen=True)
class Block:
    """A block of commands of a page, and the output shown below it."""

    page: str
    text: str
    shown: str | None

    @property
    def is_run(self) -> bool:
        return not self.text.startswith(NOT_RUN) and self.page not in ELSEWHERE


BLOCKS = [
    Block(page.name, found["text"], found["shown"])
    for page in PAGES
    for found in FENCE.finditer(page.read_text(encoding="utf-8"))
]
RUN = [block for block in BLOCKS if block.is_run]


@pytest.fixture(scope="module")
def checkout(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the checkout after `make build`, which may be written to."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in IN_A_CHECKOUT:
        (folder / name).symlink_to(PROJECT / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    shutil.copytree(default_releases, folder / "releases", symlinks=True)
    return folder


@pytest.mark.parametrize("block", RUN, ids=lambda block: f"{block.page}: {block.text[:30]}")
def test_a_block_works_as_printed(block: Block, checkout: Path) -> None:
    """make is asked what it would do: its targets are the tests' own way."""
    on_path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-ec", f'make() {{ command make -n "$@" >/dev/null; }}\n{block.text}'],
        cwd=checkout,
        env={**os.environ, "PATH": on_path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    if block.shown is not None:
        assert result.stdout == block.shown


def test_blocks_are_found_and_most_of_them_run() -> None:
    assert len(RUN) > 6
    assert sum(block.shown is not None for block in BLOCKS) > 3
    marked = [block for block in BLOCKS if block.text.startswith(NOT_RUN)]
    assert {block.page for block in marked} == {
        "bi.md", "operations.md", "pooling.md", "scale.md", "superset.md",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_where_the_command_is(page: Path) -> None:
    blocks = [block.text for block in BLOCKS if block.page == page.name]
    bare = [text for text in blocks if re.search(r"^\s*plateau ", text, re.M)]
    assert not bare or ".venv/bin" in page.read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, str]]:
    """Page and words of every command, in a block or in the text."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in INLINE.finditer(re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)):
            yield page.name, found[1].replace("\n", " ")
    for block in BLOCKS:
        joined = block.text.replace("\\\n", " ")
        for line in re.sub(r'"[^"]*"', "'sql'", joined).splitlines():
            words = re.split(r" 2>&1|[#|]", line)[0].strip().removeprefix(".venv/bin/")
            if words.startswith(("plateau ", "make ")):
                yield block.page, words


def test_every_command_in_the_text_is_one() -> None:
    """Its name, its options and, for make, its target are there."""
    told = sorted(set(commands()))
    assert len(told) > 60
    wrong = [(page, words, fault) for page, words in told if (fault := fault_of(words))]
    assert wrong == []


def fault_of(words: str) -> str | None:
    """What is wrong with a command, if anything."""
    name, *given = shlex.split(words)
    if name == "make":
        targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M)
        return None if given[0] in targets else f"no target {given[0]}"
    command: Any = typer.main.get_command(app)
    while given and hasattr(command, "commands") and not given[0].startswith("-"):
        found = command.commands.get(given[0])
        if found is None:
            return f"no command {given[0]}"
        command, given = found, given[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    known |= {"-h", "--help"}
    options = [word for word in given if word.startswith("-")]
    return next((f"no option {word}" for word in options if word not in known), None)
