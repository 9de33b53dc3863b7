"""What a tile shows, asked of schema bi as bi/dashboard states it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from analytics.dashboard.specification import Json, Specification, ordering
from analytics.warehouse import quoted

Row = dict[str, Any]
Chosen = Mapping[str, list[str]]
"""The values chosen of each filter, by the filter's name; none means all."""


@dataclass(frozen=True)
class Tiles:
    """The tiles of a release, as chosen."""

    connection: duckdb.DuckDBPyConnection
    specification: Specification

    def options(self, one: Json, chosen: Chosen) -> list[str]:
        """The values that a filter offers under the choices of those above it, in display order."""
        above = [other for other in self._filters() if other["name"] in one.get("under", [])]
        column = quoted(one["column"])
        values, conditions = _conditions(above, chosen)
        sql = f"""
            select {column} as option from {self._dataset(one["dataset"])}
            where {conditions} and {column} is not null
            group by all order by {self._metric(one["dataset"], one["sort"])}, option
        """
        return [row["option"] for row in self._rows(sql, values)]

    def rows(self, name: str, chosen: Chosen) -> list[Row]:
        """The rows of the chart of that name."""
        return self._chart_rows(name, self._reaching(name), chosen)

    def lines(self, name: str, chosen: Chosen) -> list[str]:
        """The lines drawn together in a chart before some of them are chosen, for their colours."""
        together = [one for one in self._reaching(name) if not one.get("several")]
        return sorted({row["line"] for row in self._chart_rows(name, together, chosen)})

    def label(self, dataset: str, column: str) -> str:
        """What a column is called."""
        content = self.specification.datasets[dataset]
        labels = {one["name"]: one["label"] for one in content.get("calculated", [])}
        return str({**labels, **content.get("labels", {})}.get(column, column))

    def _chart_rows(self, name: str, filters: Iterable[Json], chosen: Chosen) -> list[Row]:
        chart = self.specification.charts[name]
        values, conditions = _conditions(filters, chosen)
        for column, value in chart.get("where", {}).items():
            conditions += f" and {quoted(column)} = ?"
            values.append(value)
        sql = f"from {self._dataset(chart['dataset'])} where {conditions}"
        if chart["shows"] == "list":
            columns = ", ".join(map(quoted, chart["columns"]))
            order = ", ".join(
                quoted(column) + ("" if rises else " desc") for column, rises in ordering(chart)
            )
            return self._rows(
                f"select {columns} {sql}" + (f" order by {order}" if order else ""), values
            )
        value = f"{self._metric(chart['dataset'], chart['value'])} as value"
        by = ", ".join(map(quoted, _grouped_by(chart)))
        if not by:
            return self._rows(f"select {value} {sql}", values)
        return self._rows(f"select {by}, {value} {sql} group by {by} order by {by}", values)

    def _filters(self) -> list[Json]:
        filters: list[Json] = self.specification.dashboard["filters"]
        return filters

    def _reaching(self, name: str) -> list[Json]:
        return [one for one in self._filters() if name in one["charts"]]

    def _dataset(self, name: str) -> str:
        """A dataset with its calculated columns, as a table in SQL."""
        dataset = self.specification.datasets[name]
        source = f"({dataset['sql']})" if "sql" in dataset else quoted(name)
        added = "".join(
            f", {one['expression']} as {quoted(one['name'])}"
            for one in dataset.get("calculated", [])
        )
        return f"(select *{added} from {source})"

    def _metric(self, dataset: str, name: str) -> str:
        metrics = self.specification.datasets[dataset]["metrics"]
        (expression,) = (one["expression"] for one in metrics if one["name"] == name)
        return str(expression)

    def _rows(self, sql: str, values: list[Any]) -> list[Row]:
        result = self.connection.execute(sql, values)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _grouped_by(chart: Json) -> list[str]:
    """The columns by which a chart's value is told."""
    match chart["shows"]:
        case "cross_table":
            return [*chart["rows"], *chart["columns"]]
        case "curves":
            return ["line", "months"]
        case "forest":
            return ["line", "ratio"]
    return []


def _conditions(filters: Iterable[Json], chosen: Chosen) -> tuple[list[Any], str]:
    """What the filters let through: values, and the condition that takes them."""
    values: list[Any] = []
    conditions = ["true"]
    for one in filters:
        if of_filter := chosen.get(one["name"]):
            conditions.append(f"{quoted(one['column'])} in ({', '.join('?' * len(of_filter))})")
            values.extend(of_filter)
    return values, " and ".join(conditions)
