"""Every query of docs/sql.md answers what the page shows.

`python tests/end_to_end/test_sql_page.py RELEASES` writes the answers anew.
"""

import re
import sys
from pathlib import Path

import pytest

from analytics.readers.queries import answer
from analytics.release.choice import chosen_release

PAGE = Path(__file__).parents[2] / "docs/sql.md"
EXAMPLE = re.compile(r"```sql\n(?P<sql>.*?)```\n\n```text\n(?P<answer>.*?)```", re.DOTALL)
EXAMPLES = [(found["sql"], found["answer"]) for found in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


def answered(sql: str, releases: Path) -> str:
    return "".join(f"{line}\n" for line in answer(chosen_release(releases, None), sql, "table"))


def test_the_page_has_its_questions_and_each_has_an_answer() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(EXAMPLES) == page.count("```sql") == len(re.findall(r"^### \d", page, re.M)) + 1
    assert len(EXAMPLES) > 20


@pytest.mark.parametrize(("sql", "shown"), EXAMPLES, ids=lambda text: text.split("\n")[0][:40])
def test_a_query_of_the_page_answers_what_the_page_shows(
    sql: str, shown: str, default_releases: Path
) -> None:
    assert answered(sql, default_releases) == shown


def main() -> None:
    releases = Path(sys.argv[1])
    text = PAGE.read_text(encoding="utf-8")
    for sql, shown in EXAMPLES:
        block = f"```sql\n{sql}```\n\n```text\n"
        text = text.replace(f"{block}{shown}```", f"{block}{answered(sql, releases)}```")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
