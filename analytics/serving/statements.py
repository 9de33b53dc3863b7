"""The SQL sent to Postgres: definitions, comments, rights."""

from collections.abc import Iterable

from analytics.serving.tables import Table
from analytics.warehouse import literal, quoted


def block(statements: Iterable[str]) -> str:
    """Many statements as one, so that a distant server is asked once."""
    body = "".join(f"{statement};\n" for statement in statements)
    tag = "$plateau$"
    while tag in body:
        tag = tag[:-1] + "_$"
    return f"do {tag}\nbegin\n{body}end\n{tag}"


def definition(schema: str, table: Table) -> str:
    """`create table` with types, NOT NULL and the primary key."""
    lines = [
        f"{quoted(column.name)} {column.type}{'' if column.nullable else ' not null'}"
        for column in table.columns
    ]
    if table.primary_key:
        lines.append(f"primary key ({', '.join(map(quoted, table.primary_key))})")
    return f"create table {qualified(schema, table.name)} ({', '.join(lines)})"


def comments(schema: str, table: Table) -> list[str]:
    """The descriptions of a table and its columns."""
    name = qualified(schema, table.name)
    about = [f"comment on table {name} is {literal(table.comment)}"] if table.comment else []
    return about + [
        f"comment on column {name}.{quoted(column.name)} is {literal(column.comment)}"
        for column in table.columns
        if column.comment
    ]


def read_rights(schema: str, role: str) -> list[str]:
    """The right to read every table of a schema, and no other."""
    return [
        f"grant usage on schema {quoted(schema)} to {quoted(role)}",
        f"grant select on all tables in schema {quoted(schema)} to {quoted(role)}",
    ]


def qualified(schema: str, table: str) -> str:
    """schema.table, quoted."""
    return f"{quoted(schema)}.{quoted(table)}"
