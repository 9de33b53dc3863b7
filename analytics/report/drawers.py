"""Processes that draw a report's figures: started early, to hide their import time."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from analytics.errors import BuildError
from analytics.project_files import ROOT

_PARTS: Final = 2
WORTH_A_PROCESS: Final = 5
"""Figures that take as long to draw as a process takes to start."""


class DrawerProcesses:
    """Processes that draw the figures among them; use as a context manager.

    A process that fails is a BuildError. When this process dies, they end with it.
    """

    def __init__(self, log: Path, *, early: bool = True) -> None:
        """Start two at once when it is `early`, else as many as there is to draw.

        What they print goes to the file `log`.
        """
        self._log: IO[bytes] = log.open("ab")
        self._processes = [self._started() for _ in range(_PARTS)] if early else []

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "analytics.report.drawers"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
        )

    def __enter__(self) -> Self:
        """Give the started processes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them, whatever they do."""
        for process in self._processes:
            process.kill()
            process.communicate()
        self._log.close()

    def begin(self, bi_file: Path, folder: Path, names: Sequence[str]) -> None:
        """Let each draw its part of the figures of these names into the folder."""
        worth = min(_PARTS, -(-len(names) // WORTH_A_PROCESS))
        self._processes += [self._started() for _ in range(worth - len(self._processes))]
        parts = len(self._processes)
        for part, process in enumerate(self._processes):
            assert process.stdin is not None
            request = [str(bi_file.resolve()), str(folder.resolve()), names[part::parts]]
            try:
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
            except OSError as error:
                raise self._failure(process) from error

    def finish(self) -> None:
        """Wait until every part is drawn. Raises BuildError when one is not."""
        for process in self._processes:
            if process.wait() != 0:
                raise self._failure(process)

    def _failure(self, process: "subprocess.Popen[bytes]") -> BuildError:
        code = process.wait()
        log = Path(self._log.name).read_text(encoding="utf-8", errors="replace").strip()
        last = log.splitlines()[-1] if log else "it printed nothing"
        return BuildError(
            f"A process that draws the report's figures ended with code {code} ({last}); "
            "run the build again."
        )


def main() -> None:
    """Import everything, wait for one request on stdin, draw it; without one, end quietly."""
    from analytics.report.writing import draw_figures  # noqa: PLC0415 - the cost to hide

    line = sys.stdin.readline()
    if line:
        bi_file, folder, names = json.loads(line)
        draw_figures(Path(bi_file), Path(folder), names)


if __name__ == "__main__":
    main()
