"""Plateau in Python: `import plateau`. Documented in docs/python.md; made in `analytics.api`."""

from analytics.api import *  # noqa: F403
from analytics.api import __all__  # noqa: F401
