"""Colours of the curves: all parts of one curve have the same, curves drawn together differ."""

from collections.abc import Iterator

import duckdb

from analytics.dashboard.specification import Json, Specification

_PARTS = ("", "__yhat", "__yhat_lower", "__yhat_upper")


def line_colors(connection: duckdb.DuckDBPyConnection, specification: Specification) -> Json:
    """The colour of each part of each curve of the release, by the part's name.

    Superset chooses a colour for every name without one; a curve that comes with a
    later release is shown in its choice until the bundle is imported again.
    """
    palette = specification.dashboard["palette"]
    colors: Json = {}
    for name, together in specification.dashboard["drawn_together"].items():
        for line, position in _curves(connection, specification.datasets[name]["sql"], together):
            color = palette[(position - 1) % len(palette)]
            colors.update({f"{line}{part}": color for part in _PARTS})
    return colors


def _curves(
    connection: duckdb.DuckDBPyConnection, sql: str, together: list[str]
) -> Iterator[tuple[str, int]]:
    """The curves of a dataset and their positions among those drawn together."""
    yield from connection.execute(
        f"""
        select line, dense_rank() over (partition by {", ".join(together)} order by line)
        from (select distinct line, {", ".join(together)} from ({sql}))
        where not contains(line, '__yhat')
        order by all
        """
    ).fetchall()
