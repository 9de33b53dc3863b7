"""The command `plateau`: one module per command, each registered on `app` by being imported.

Messages go to stderr, answers to stdout. A user's mistake is one sentence, not a traceback.
Nothing heavy is imported before a command runs: a wrong call is reported at once.
"""

import os

# The estimates give BLAS pieces that are too small to share; a thread that waits for its share
# would use up a core. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from analytics.cli import (
    ask,
    build,
    check,
    contract,
    diff,
    docs,
    explain,
    export,
    figure,
    init,
    pool,
    prune,
    publish,
    query,
    refresh,
    report,
    rollback,
    sbom,
    status,
    superset,
    tables,
    text,
    verify,
)
from analytics.cli.app import app

__all__ = [
    "app",
    "ask",
    "build",
    "check",
    "contract",
    "diff",
    "docs",
    "explain",
    "export",
    "figure",
    "init",
    "pool",
    "prune",
    "publish",
    "query",
    "refresh",
    "report",
    "rollback",
    "sbom",
    "status",
    "superset",
    "tables",
    "text",
    "verify",
]
