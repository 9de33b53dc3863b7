"""Run the suites of one gate on a DuckDB file, read-only, by SQL.

An expectation that raises is a failed expectation with the error's text; so is every
expectation of a table that is not there. Importing this module imports Great Expectations,
which takes seconds: the build does it in a worker (`expectations.worker`).
"""

import json
import logging
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["TQDM_DISABLE"] = "1"
warnings.filterwarnings("ignore", module=r"(great_expectations|marshmallow|duckdb_engine).*")

from expectations.deferred import as_if_absent, defer  # noqa: E402

defer("scipy.stats", "altair")
with as_if_absent("pyspark"):
    import great_expectations as gx

from sqlalchemy import text  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

from expectations.dialect import close_connections, register  # noqa: E402
from expectations.outcome import Outcome, failed_to_run  # noqa: E402
from expectations.suite import UNEXPECTED_ROWS_QUERY, Expectation, Suite  # noqa: E402

# a query of a study's own suite reads the file that it is asked about, and no other
_CLOSED: Final = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}
_SHOWN_ROWS: Final = 3
_SHOWN_CHARACTERS: Final = 500
_VALUES: Final = "partial_unexpected_list"

register()
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


def run_gate(
    database: Path, gate: str, suites: Iterable[Suite], memory: str | None = None
) -> list[Outcome]:
    """Run the gate's suites on the file; one outcome per expectation, in the suites' order.

    `memory` is what the engine may take, such as 8GB; None: its own default.
    """
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    config = _CLOSED if memory is None else {**_CLOSED, "memory_limit": memory}
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=f"duckdb+ro:///{database.resolve()}",
        kwargs={"connect_args": {"read_only": True, "config": config}},
        create_temp_table=False,
    )
    try:
        return [
            outcome for suite in suites if suite.gate == gate for outcome in _run(source, suite)
        ]
    finally:
        close_connections()


def _run(source: Any, suite: Suite) -> list[Outcome]:
    """Run one suite; what cannot be asked has failed."""
    built: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for expectation in suite.expectations:
        try:
            built[expectation.check_id] = _configure(suite, expectation)
        except Exception as error:
            failed[expectation.check_id] = _sentence(error)
    try:
        results = _validate(source, suite, list(built.values()))
    except Exception as error:
        results, failed = {}, {**dict.fromkeys(built, _sentence(error)), **failed}
    return [
        failed_to_run(suite, check, failed[check.check_id])
        if check.check_id in failed
        else _read(suite, check, results.get(check.check_id))
        for check in suite.expectations
    ]


def _configure(suite: Suite, expectation: Expectation) -> Any:
    """Build the Great Expectations object; raises when type or arguments do not exist.

    Great Expectations replaces `{batch}` by a subquery, with an alias or without according to
    whether the query joins; here it always means the table by its name. It reads the first 200
    unexpected rows, which an order makes the same ones each time.
    """
    name = "".join(part.capitalize() for part in expectation.type.split("_"))
    table = f"{suite.schema}.{suite.table}"
    arguments = {
        key: _ordered(value.replace("{batch}", table)) if key == UNEXPECTED_ROWS_QUERY else value
        for key, value in expectation.kwargs.items()
    }
    return getattr(gx.expectations, name)(
        **arguments,
        severity=expectation.severity,
        meta={"check_id": expectation.check_id},
    )


def _ordered(query: str) -> str:
    """The rows of a query, which may end in a comment, in an order of their own."""
    return f"select * from (\n{query.rstrip().removesuffix(';')}\n) order by all"


def _validate(source: Any, suite: Suite, expectations: list[Any]) -> dict[str, Any]:
    """Validate the table; result by check id.

    The suite gets its expectations as one list: added one by one, a second expectation of the
    same type on the same column would silently replace the first.
    """
    gx_suite = gx.ExpectationSuite(name=suite.name, expectations=expectations)
    if len(gx_suite.expectations) != len(expectations):
        raise RuntimeError(
            f"{len(expectations)} expectations were given and {len(gx_suite.expectations)} kept"
        )
    asset = source.add_table_asset(suite.name, table_name=suite.table, schema_name=suite.schema)
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    validation = batch.validate(
        gx_suite,
        result_format={"result_format": "COMPLETE", "partial_unexpected_count": _SHOWN_ROWS},
    )
    for result in validation.results:
        if result.result:
            result.result[_VALUES] = _unexpected(batch.data.execution_engine, result.result)
    return {result.expectation_config.meta["check_id"]: result for result in validation.results}


def _unexpected(engine: Any, details: dict[str, Any]) -> list[Any]:
    """All unexpected values, or the first in their order.

    Great Expectations reads 200 in the order of the table, which differs from build to build.
    Where there are more, they are asked for again by the query that it tells; there are none if
    that query is only for people, as of columns whose combinations repeat.
    """
    values: list[Any] = details.get("unexpected_list") or []
    if len(values) == details.get("unexpected_count", 0):
        return values
    try:
        query = _ordered(details.get("unexpected_index_query") or "")
        rows = engine.execute_query(text(f"{query} limit {_SHOWN_ROWS}".replace(":", r"\:")))
        return [row[0] if len(row) == 1 else list(row) for row in map(tuple, rows)]
    except SQLAlchemyError:
        return []


def _read(suite: Suite, expectation: Expectation, result: Any | None) -> Outcome:
    """Turn one Great Expectations result into an outcome."""
    if result is None:
        return failed_to_run(suite, expectation, "the expectation gave no result")
    error = _exception(result.exception_info or {})
    if error is not None:
        return failed_to_run(suite, expectation, error)
    details: dict[str, Any] = result.result or {}
    rows = details.get("details", {}).get("unexpected_rows")
    values = details.get(_VALUES) or details.get("observed_value")
    key = "unexpected_count" if rows is None else "observed_value"
    n_unexpected, success = details.get(key), bool(result.success)
    return Outcome(
        gate=suite.gate,
        suite=suite.name,
        check_id=expectation.check_id,
        description=expectation.description,
        severity=expectation.severity,
        success=success,
        finding=None if success else expectation.found(n_unexpected),
        observed=_shown(values if rows is None else rows),
        n_unexpected=n_unexpected,
        error=None,
    )


def _exception(info: dict[str, Any]) -> str | None:
    """First exception of a result: its information is one mapping, or one per metric."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "the expectation raised").split("\n")[0]
    return None


def _shown(observed: object) -> str | None:
    """The first unexpected rows or values as text; the engine gives them in any order."""
    if observed is None or observed == []:
        return None
    rows = sorted(observed, key=_text)[:_SHOWN_ROWS] if isinstance(observed, list) else observed
    return _text(rows)[:_SHOWN_CHARACTERS]


def _text(observed: object) -> str:
    return json.dumps(observed, default=str, ensure_ascii=False)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:_SHOWN_CHARACTERS]
