"""The direction of the code: Python rooms import downwards, dbt models read earlier chapters."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import PROJECT

from analytics.chapters import chapters

ROOMS = (
    ("cli",),
    ("api",),
    ("build", "readers"),
    ("report", "export", "serving", "superset", "streamlit"),
    ("check", "release", "proposal", "survival", "dashboard"),
    ("results", "ingest"),
    ("study", "transform"),
    ("methods",),
    (
        "errors",
        "project_files",
        "progress",
        "warehouse",
        "text_table",
        "chapters",
        "signals",
        "memory",
        "plural",
        "value_digest",
    ),
)
LEVELS = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
MODULES = sorted((PROJECT / "analytics").rglob("*.py"))

DBT = PROJECT / "dbt_project"
CHAPTERS = [chapter.name for chapter in chapters()]
MODELS = {path.stem: path for path in (DBT / "models").rglob("*.sql")}
READ = re.compile(r"(?:ref|accepted)\(\s*'(\w+)'")
SOURCE = re.compile(r"source\(\s*'(\w+)'")


def imported(module: Path) -> Iterator[str]:
    """The full names that a module imports from this project."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_read(module: Path) -> set[str]:
    parts = [name.split(".") for name in imported(module)]
    return {names[1] for names in parts if names[0] == "analytics" and names[1] in LEVELS}


def room_of(module: Path) -> str:
    return module.relative_to(PROJECT / "analytics").with_suffix("").parts[0]


def test_every_room_has_its_place() -> None:
    assert {room_of(module) for module in MODULES} == {*LEVELS, "__init__", "__main__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_module_imports_from_its_own_room_and_lower_ones(module: Path) -> None:
    room = room_of(module)
    place = LEVELS.get(room, -1)
    lowest = len(ROOMS) - 1
    not_lower = {
        other
        for other in rooms_read(module) - {room}
        if LEVELS[other] <= place and not place == LEVELS[other] == lowest
    }
    assert not not_lower


def test_synthesis_and_expectations_stand_apart() -> None:
    """The makers of the data know nothing of the product, the gate nothing of its steps."""
    gate = {"errors", "project_files", "chapters"}
    for folder, allowed in (("synthesis", set()), ("expectations", gate)):
        for module in (PROJECT / folder).rglob("*.py"):
            assert rooms_read(module) <= allowed, module


def chapter(model: str) -> str:
    return MODELS[model].relative_to(DBT / "models").parts[0]


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_model_reads_its_own_chapter_and_earlier_ones(model: str) -> None:
    place = CHAPTERS.index(chapter(model))
    read = READ.findall(MODELS[model].read_text(encoding="utf-8"))
    later = {name for name in read if CHAPTERS.index(chapter(name)) > place}
    assert not later


@pytest.mark.parametrize("model", sorted(MODELS))
def test_only_staging_reads_raw_and_only_bi_reads_what_python_wrote(model: str) -> None:
    sources = set(SOURCE.findall(MODELS[model].read_text(encoding="utf-8")))
    written = {"results", "quality", "history"}
    allowed = {"bi": written}.get(chapter(model), set())
    if chapter(model) == "staging":
        assert not sources & written
    else:
        assert sources <= allowed


def test_the_page_on_the_architecture_tells_the_chapters_as_dbt_has_them() -> None:
    page = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    table = page.partition("| chapter | is about | hands on |\n|---|---|---|\n")[2]
    rows = table.partition("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    assert [(name.strip("`"), words) for name, words, _ in cells] == [
        (chapter.name, chapter.words) for chapter in chapters()
    ]
    named = {name.strip("`"): tuple(re.findall(r"`(\w+)`", tables)) for name, _, tables in cells}
    assert named == {chapter.name: chapter.tables or named[chapter.name] for chapter in chapters()}
