"""The build's side of the gate: start the worker early, ask it, judge its outcomes."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from analytics.errors import BuildError, GateError
from analytics.project_files import ROOT
from expectations.outcome import Outcome
from expectations.suite import SUITES

_MOST_NAMED: Final = 5


class GateWorker:
    """A worker process that holds Great Expectations; use as a context manager.

    A worker that dies, or answers with an error, is a BuildError: nothing passes unasked.
    """

    def __init__(self, log: Path) -> None:
        """Start the worker; what it prints goes to the file `log`."""
        self._log: IO[bytes] = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "expectations.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            # what Great Expectations leaves in the temporary folder goes with the build's own
            env={**os.environ, "PYTHONUTF8": "1", "TMPDIR": str(log.parent.resolve())},
        )
        self._is_ready = False
        self._gate = ""

    def __enter__(self) -> Self:
        """Give the started worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the worker."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def ask(
        self,
        database: Path,
        gate: str,
        folders: Sequence[Path] = (SUITES,),
        memory: str | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """Begin to run a gate; until its answer the file may be read beside, but not written.

        `memory` is what the engine may take, such as 8GB; None: its own default. `only`: the names
        of the suites to ask; None: all of the gate.
        """
        self._gate = gate
        self._write(
            {
                "database": str(database.resolve()),
                "gate": gate,
                "folders": [str(folder.resolve()) for folder in folders],
                "memory": memory,
                "only": None if only is None else [*only],
            }
        )

    def answer(self) -> list[Outcome]:
        """Wait for the outcomes of the gate that was asked for last."""
        if not self._is_ready:
            self._read()
            self._is_ready = True
        answer = self._read()
        if "error" in answer:
            raise BuildError(f"The {self._gate} gate could not run: {answer['error']}")
        return [Outcome(**outcome) for outcome in answer["outcomes"]]

    def _write(self, request: dict[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._died() from error

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._died()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _died(self) -> BuildError:
        code = self._process.wait()
        log = Path(self._log.name).read_text(encoding="utf-8", errors="replace").strip()
        last = log.splitlines()[-1] if log else "it printed nothing"
        return BuildError(
            f"The process that runs the expectations ended with code {code} ({last}); "
            "run the build again."
        )


def critical_failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes that stop a build."""
    return [
        outcome for outcome in outcomes if outcome.severity == "critical" and not outcome.success
    ]


def refusal(gate: str, outcomes: Sequence[Outcome]) -> GateError:
    """The first critical failure and the names of the others; what was found are its details."""
    failures = critical_failures(outcomes)
    first = failures[0]
    others = [failure.check_id for failure in failures[1:]]
    noun = "check" if len(others) == 1 else "checks"
    named = ", ".join(others[:_MOST_NAMED]) + (", ..." if len(others) > _MOST_NAMED else "")
    also = f" {len(others)} more critical {noun} failed: {named}." if others else ""
    sentence = (
        f"The {gate} gate refused the data and nothing was published. "
        f"{first.check_id} of {first.suite}: {first.finding}{also}"
    )
    if first.error is not None:
        return GateError(sentence, f"Error: {first.error.rstrip('.')}.")
    return GateError(sentence, "" if first.observed is None else f"Found: {first.observed}.")
