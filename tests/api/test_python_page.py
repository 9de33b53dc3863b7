"""docs/python.md: its examples print what it shows, its reference is that of the docstrings.

`python tests/api/test_python_page.py RELEASES` writes what the examples print anew.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest

import plateau
from analytics.api.reference import CHAPTERS, HEADING, reference_lines, with_reference

PAGE = Path(__file__).parents[2] / "docs/python.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RSCRIPT = shutil.which("Rscript")
CODING = (
    "`time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1)."
)
PRINTING = ("python", "r")


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and content of every block before the reference."""
    return FENCE.findall(page.partition(HEADING)[0])


def printed(page: str, folder: Path) -> list[str | None]:
    """What each block of the page prints, run one after the other in the folder; None: not run."""
    names: dict[str, object] = {}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found: list[str | None] = []
    with contextlib.chdir(folder):
        for language, text in blocks(page):
            out = io.StringIO()
            if language == "python":
                with contextlib.redirect_stdout(out):
                    exec(compile(text, str(PAGE), "exec"), names)
            elif language == "sh" or (language == "r" and RSCRIPT):
                command = ["bash", "-c", text] if language == "sh" else [RSCRIPT, "-e", text]
                result = subprocess.run(
                    command,  # type: ignore[arg-type]
                    env={**os.environ, "PATH": path},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert result.returncode == 0, result.stderr
                out.write(result.stdout)
            ran = language in (*PRINTING, "sh") and (language != "r" or RSCRIPT)
            found.append(out.getvalue() if ran else None)
    return found


@pytest.fixture
def folder(default_releases: Path, tmp_path: Path) -> Path:
    (tmp_path / "releases").symlink_to(default_releases.resolve())
    return tmp_path


def test_every_example_prints_what_the_page_shows(folder: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = list(zip(blocks(page), printed(page, folder), strict=True))
    n_shown = 0
    for ((language, text), out), ((after, shown), _) in pairwise([*found, (("", ""), None)]):
        if language in PRINTING and out is not None:
            assert (shown if after == "text" else "") == out, text
            n_shown += after == "text"
    assert n_shown > 8
    assert (folder / "os.pdf").is_file()


def test_the_reference_is_made_of_the_docstrings() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_reference(page), "run make docs"


def test_every_public_name_is_documented_with_its_errors_and_source() -> None:
    assert sorted(name for names in CHAPTERS.values() for name in names) == plateau.__all__
    text = "\n".join(reference_lines())
    for name in CHAPTERS["Data of your own"][:11]:
        entry = text.partition(f"#### `{name}`")[2].partition("####")[0]
        assert "Raises PlateauError" in entry, name
        assert re.search(r"Source: |In SQL: ", entry), name
        assert CODING in entry, name


def main() -> None:
    """Write what each example prints into the page."""
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "releases").symlink_to(Path(sys.argv[1]).resolve())
        outputs = printed(page, Path(name))
    position = 0
    for (language, text), out in zip(blocks(page), outputs, strict=True):
        if language not in PRINTING:
            continue
        block = f"```{language}\n{text}```\n"
        position = page.index(block, position) + len(block)
        shown = re.compile(r"\n```text\n.*?^```\n", re.MULTILINE | re.DOTALL).match(page, position)
        if shown and out is not None:
            page = f"{page[:position]}\n```text\n{out}```\n{page[shown.end() :]}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
