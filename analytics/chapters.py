"""The chapters of the dbt project in the order of the story, read where dbt reads them."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import yaml

from analytics.project_files import DBT_PROJECT

_PROJECT: Final = DBT_PROJECT / "dbt_project.yml"
_WORDS: Final = re.compile(r"^    (\w+):  # (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A folder of models: what it is about, and the tables it hands on, in their order."""

    name: str
    words: str
    tables: tuple[str, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The folders that dbt_project.yml configures; a chapter's words are its comment there."""
    text = _PROJECT.read_text(encoding="utf-8")
    words = dict(_WORDS.findall(text))
    folders = yaml.safe_load(text)["models"]["plateau"]
    return tuple(
        Chapter(name, words[name], tuple(model for model in models or () if model[0] != "+"))
        for name, models in folders.items()
        if name[0] != "+"
    )


def place_of(table: str) -> int:
    """Place of a table among those the chapters hand on; any other table comes after them."""
    tables = [table for chapter in chapters() for table in chapter.tables]
    return tables.index(table) if table in tables else len(tables)
