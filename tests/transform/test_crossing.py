"""What has to come back from Spark: everything that is read after the marts, and no copy of raw."""

import re
from types import SimpleNamespace
from typing import Any

from project import PROJECT

from analytics.transform.spark.crossing import OVER_RAW, READ_LATER, division

MODELS = {path.stem for path in (PROJECT / "dbt_project/models").rglob("*.sql")}
READERS = [
    path
    for folder in ("analytics", "expectations")
    for suffix in ("*.py", "*.yml", "*.sql")
    for path in (PROJECT / folder).rglob(suffix)
    if path.name != "crossing.py"
]


def test_every_model_that_is_read_after_the_marts_comes_back() -> None:
    read = {
        name
        for path in READERS
        for name in re.findall(r"\b(?:intermediate\.)?(int_\w+)\b", path.read_text("utf-8"))
        if name in MODELS
    }
    assert read - {"int_declared_facts"} == {*READ_LATER, *OVER_RAW}  # that one is in a sentence


def node(name: str, schema: str, *reads: str, kind: str = "model") -> tuple[str, Any]:
    key = f"{kind}.{name}"
    return key, SimpleNamespace(
        name=name,
        schema=schema,
        resource_type=kind,
        depends_on=SimpleNamespace(nodes=[f"model.{one}" for one in reads]),
    )


def test_the_work_is_divided() -> None:
    manifest = SimpleNamespace(
        nodes=dict(
            [
                node("stg_sdtm__dm", "staging"),
                node("int_staged_records", "intermediate", "stg_sdtm__dm"),
                node("int_doses", "intermediate", "int_staged_records"),
                node("int_test_strata", "intermediate", "int_doses"),
                node("int_level_labels", "intermediate"),
                node("subjects", "marts", "int_doses"),
                node("rejected_record", "quality", "int_doses"),
                node("forest", "bi", "int_level_labels", "subjects", "stg_sdtm__dm"),
                node("of_a_mart", "tests", "subjects", kind="test"),
                node("of_two", "tests", "subjects", "int_doses", kind="test"),
                node("of_staging", "tests", "stg_sdtm__dm", kind="test"),
                node("of_bi", "tests", "forest", kind="test"),
                node("of_a_source", "tests", kind="test"),
            ]
        )
    )
    found = division(manifest)
    assert sorted(found.returned.values()) == [
        "intermediate.int_level_labels",
        "intermediate.int_test_strata",
        "marts.subjects",
        "quality.rejected_record",
    ]
    assert found.views == ("model.stg_sdtm__dm", "model.int_staged_records")
    assert found.tests_of_returned == ("of_a_mart",)
