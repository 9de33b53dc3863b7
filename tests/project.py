"""Where the project's parts are, and the command as the tests call it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).parent.parent
STUDY = PROJECT / "studies/blinatumomab"
MYELOID = PROJECT / "studies/myeloid"
NSCLC = PROJECT / "studies/nsclc"

Plateau = Callable[..., "subprocess.CompletedProcess[str]"]
