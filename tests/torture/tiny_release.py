"""A release of a few kilobytes, with every kind of file that a release has."""

from pathlib import Path

from analytics.release.bi_files import export_bi
from analytics.release.digests import Fingerprint, table_digests
from analytics.release.folders import HEADLINE, WAREHOUSE, StudyReleases
from analytics.release.manifest import write_manifest
from analytics.warehouse import connect

SCHEMAS = {"results": ("first", "second"), "bi": ("third", "fourth")}


def publish_small(releases: StudyReleases, answer: int) -> Path:
    """Publish a release whose every table and text holds the answer; its folder."""
    fingerprint = Fingerprint({"study.toml": str(answer)}, "code", "lock", "parameters")
    with (
        releases.one_builder(),
        releases.building(fingerprint.release_id) as building,
    ):
        fill_small(building, fingerprint, answer)
        return releases.publish(building, fingerprint.release_id)


def fill_small(building: Path, fingerprint: Fingerprint, answer: int) -> None:
    """Write the files of a small release, its manifest last."""
    fill_tables(building, answer)
    with connect(building / WAREHOUSE, read_only=True) as connection:
        tables_of = {schema: table_digests(connection, schema) for schema in SCHEMAS}
    write_manifest(building, fingerprint, {"study_id": "small"}, tables_of)


def fill_tables(building: Path, answer: int) -> None:
    """Write everything but the manifest."""
    with connect(building / WAREHOUSE) as connection:
        for schema, tables in SCHEMAS.items():
            connection.execute(f"create schema {schema}")
            for table in tables:
                connection.execute(
                    f"create table {schema}.{table} as "
                    f"select {answer} as answer, i as line, 'line ' || i as label "
                    "from range(200) as lines (i)"
                )
    export_bi(building / WAREHOUSE, building, {"answer": str(answer)})
    (building / HEADLINE).parent.mkdir()
    (building / HEADLINE).write_text(f"The answer is {answer}.\n")
