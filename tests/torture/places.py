"""Where the project and the default study are, and what the fixtures of this room give."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent.parent
STUDY = PROJECT / "studies/blinatumomab"
SENTENCE = re.compile(r"plateau: [^\n]+\.\n\Z")

Plateau = Callable[..., "subprocess.CompletedProcess[str]"]
Publisher = Callable[..., dict[str, Any]]
