"""Where the project's own files are, in a checkout and in an installation alike.

An installation keeps the layout of the checkout: `analytics`, `expectations`, `dbt_project` and
`bi` are side by side, so the digest of the code is the same in both. The lock is in this package:
in a checkout as a link to `requirements.lock`, in an installation as a copy.
"""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
DBT_PROJECT: Final = ROOT / "dbt_project"
DASHBOARD: Final = ROOT / "bi" / "dashboard"
"""The tiles of the dashboard, whatever the tool."""
SUPERSET: Final = ROOT / "bi" / "superset"
LOCK: Final = Path(__file__).with_name("requirements.lock")
SPARK_LOCK: Final = Path(__file__).with_name("spark.lock")
"""The further packages of the engine Spark."""


def cache_folder() -> Path:
    """The folder for what may be lost: `.cache` of a checkout, otherwise in the user's home.

    An installation may not be writable, so its cache is `plateau` in `XDG_CACHE_HOME` or in
    `~/.cache`. A user without a home gets a folder that cannot be made: nothing is kept.
    """
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / ".cache"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        users = named if named.is_absolute() else Path("~/.cache").expanduser()
    except RuntimeError:
        users = Path(os.devnull)
    return users / "plateau"
