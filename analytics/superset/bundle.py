"""The bundle of a study: the zip file that Superset imports.

It contains no data, only the path of the released file and what to draw. Written twice from
the same release it has the same bytes.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Final

import duckdb
import yaml

from analytics.dashboard.specification import Json, Specification, read_specification, read_yaml
from analytics.errors import PlateauError
from analytics.project_files import SUPERSET
from analytics.release.folders import BI
from analytics.superset.colors import line_colors
from analytics.superset.columns import dataset_columns, table_description
from analytics.superset.layout import native_filters, positions
from analytics.superset.parameters import identifier, parameters, read_drawing
from analytics.superset.query_contexts import query_context
from analytics.warehouse import connect

_MARKUP: Final = re.compile(r"[\\`*_\[\]~|]")
_VERSION: Final = "1.0.0"
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def write_bundle(release: Path, study_id: str, output: Path, database: Path | None = None) -> None:
    """Write the bundle of a study's dashboard to the zip file.

    `database` is the path of bi.duckdb as Superset sees it; by default the
    release's own, which is the link `current` for what follows each new release. Raises
    PlateauError when that path is not absolute.
    """
    published = (release / BI).absolute()
    path = database or published
    if not path.is_absolute():
        raise PlateauError(
            f"{path} is not an absolute path; name bi.duckdb as Superset sees it, from the root."
        )
    with connect(published, read_only=True) as connection:
        files = bundle_files(study_id, read_specification(), connection, path)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            entry = zipfile.ZipInfo(f"plateau-{study_id}/{name}", _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, yaml.safe_dump(file, allow_unicode=True, sort_keys=False))
    output.write_bytes(content.getvalue())


def bundle_files(
    study_id: str,
    specification: Specification,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
) -> dict[str, Json]:
    """The files of the bundle by name, in Superset's own form."""
    uuid = partial(identifier, study_id)
    database = {
        "database_name": f"Plateau {study_id}",
        "sqlalchemy_uri": f"duckdb:///{path}",
        **read_yaml(SUPERSET / "database.yaml"),
        "uuid": str(uuid("database", "bi")),
        "version": _VERSION,
    }
    datasets = {
        f"datasets/plateau/{name}.yaml": {
            **_dataset(connection, name, dataset),
            "uuid": str(uuid("dataset", name)),
            "database_uuid": database["uuid"],
            "version": _VERSION,
        }
        for name, dataset in specification.datasets.items()
    }
    drawing = read_drawing()
    charts = {
        f"charts/{name}.yaml": {
            **_chart(chart, parameters(drawing, name, chart)),
            "uuid": str(uuid("chart", name)),
            "dataset_uuid": str(uuid("dataset", chart["dataset"])),
            "version": _VERSION,
        }
        for name, chart in specification.charts.items()
    }
    return {
        # without a type the bundle is taken by the import of dashboards and by that of assets
        "metadata.yaml": {"version": _VERSION},
        "databases/plateau.yaml": database,
        **datasets,
        **charts,
        "dashboards/plateau.yaml": _dashboard(
            study_id, specification, connection, drawing["label_colors"]
        ),
    }


def _chart(chart: Json, params: Json) -> Json:
    return {
        "slice_name": chart["title"],
        "description": chart["description"],
        "viz_type": params["viz_type"],
        "params": params,
        "query_context": json.dumps(query_context(params)),
    }


def _dataset(connection: duckdb.DuckDBPyConnection, name: str, dataset: Json) -> Json:
    return {
        "table_name": name,
        "schema": "main",
        "sql": dataset.get("sql"),
        "description": dataset.get("description") or table_description(connection, name),
        "filter_select_enabled": True,
        "columns": dataset_columns(connection, name, dataset),
        "metrics": [
            {
                "metric_name": metric["name"],
                "verbose_name": metric["label"],
                "expression": metric["expression"],
            }
            for metric in dataset.get("metrics", [])
        ],
    }


def _dashboard(
    study_id: str,
    specification: Specification,
    connection: duckdb.DuckDBPyConnection,
    label_colors: Json,
) -> Json:
    about = _about(connection)
    uuid = partial(identifier, study_id)
    dashboard = specification.dashboard
    numbers = {name: number for number, name in enumerate(specification.charts, start=1)}
    charts = {
        name: {
            "number": numbers[name],
            "uuid": str(uuid("chart", name)),
            "title": chart["title"],
        }
        for name, chart in specification.charts.items()
    }
    title = f"Plateau: {study_id}"
    return {
        "dashboard_title": title,
        "description": about["title"],
        "slug": f"plateau-{study_id}",
        "css": "",
        "published": True,
        "position": positions(dashboard, title, _header(dashboard, about), charts),
        "metadata": {
            "native_filter_configuration": native_filters(
                dashboard, numbers, partial(uuid, "dataset")
            ),
            "cross_filters_enabled": False,
            "chart_configuration": {},
            "color_scheme": "supersetColors",
            "label_colors": {
                **label_colors,
                **line_colors(connection, specification),
            },
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "default_filters": "{}",
        },
        "uuid": str(uuid("dashboard", "plateau")),
        "version": _VERSION,
    }


def _header(dashboard: Json, about: Mapping[str, object]) -> str:
    """The text above everything, with the notice of a synthetic study."""
    notice = about["synthetic_note"] or "SYNTHETIC DATA." if about["is_synthetic"] else ""
    text: str = dashboard["header"].format(
        title=_unmarked(about["title"]),
        data_cutoffs=_unmarked(about["data_cutoffs"]),
        notice=f"**{_unmarked(notice)}**" if notice else "",
    )
    return text.strip()


def _unmarked(text: object) -> str:
    """A text of the study in Markdown, without anything that Markdown or HTML would obey."""
    return _MARKUP.sub(r"\\\g<0>", escape(str(text), quote=False))


def _about(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    names = ("title", "data_cutoffs", "is_synthetic", "synthetic_note")
    row = connection.execute(f"select {', '.join(names)} from about").fetchall()[0]
    return dict(zip(names, row, strict=True))
