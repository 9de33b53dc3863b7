"""The process that runs the gates: requests and answers are JSON lines on stdin and stdout.

Importing Great Expectations takes seconds of processor time, so a build starts this worker
first and dbt works meanwhile. Request: `{"database": ..., "gate": ..., "folders": [...],
"memory": ..., "only": [...]}`.
Answer: `{"outcomes": [...]}` or `{"error": ...}`. The first line written is `{"ready": true}`;
end of input ends the worker.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from expectations.suite import load_suites


def main() -> None:
    """Serve requests until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # what libraries print must not be read as an answer
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from expectations.runner import run_gate  # noqa: PLC0415

    _answer(answers, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            suites, only = load_suites(map(Path, request["folders"])), request["only"]
            if only is not None:
                suites = tuple(suite for suite in suites if suite.name in only)
            outcomes = run_gate(
                Path(request["database"]), request["gate"], suites, request["memory"]
            )
            _answer(answers, {"outcomes": [asdict(outcome) for outcome in outcomes]})
        except Exception as error:
            _answer(answers, {"error": f"{type(error).__name__}: {error}"})


def _answer(answers: TextIO, content: dict[str, object]) -> None:
    answers.write(json.dumps(content) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
