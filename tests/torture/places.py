"""How this room's commands may end, and how its publisher is asked."""

import re
from collections.abc import Callable
from typing import Any

SENTENCE = re.compile(r"plateau: [^\n]+\.\n\Z")

Publisher = Callable[..., dict[str, Any]]
