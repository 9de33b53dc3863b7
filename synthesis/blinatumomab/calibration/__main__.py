"""Make the cohort from a seed: python -m synthesis.blinatumomab.calibration."""

import argparse
import time
from pathlib import Path

import numpy as np

from .baseline import CalibrationError, fit_baseline
from .cost import Target, read_targets
from .outcomes import N_VALUES, compute_all
from .search import Round, search
from .table import cohort_table
from .trials import assign_trials, best_responses

HERE = Path(__file__).parent
SEED = 12


def main() -> int:
    """Search, fill in the rest and write the cohort."""
    parser = argparse.ArgumentParser(prog="synthesis.blinatumomab.calibration", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument(
        "--out", type=Path, default=HERE.parent / "cohort.csv", help="file to write"
    )
    options = parser.parse_args()
    targets = read_targets(HERE / "outcome_targets.csv")
    started = time.monotonic()

    def show(done: Round) -> None:
        seconds = time.monotonic() - started
        left = seconds / done.number * (done.of - done.number)
        chains = ", ".join(f"{c.hits} (cost {c.cost:.1f})" for c in done.chains)
        print(
            f"round {done.number:2d} of at most {done.of}, {done.stage}: {chains} of "
            f"{done.wanted} fit; {seconds / 60:.1f} minutes, at most {left / 60:.0f} left",
            flush=True,
        )

    skeleton = search(options.seed, targets, show)
    for line in misses(skeleton, targets):
        print(line)
    rng = np.random.default_rng(np.random.SeedSequence((options.seed, 1_000)))
    try:
        baseline = fit_baseline(skeleton, targets, rng)
    except CalibrationError as error:
        parser.exit(1, f"{error} Try another seed.\n")
    exploratory = assign_trials(skeleton, rng)
    responses = best_responses(skeleton, exploratory, rng)
    options.out.write_text(
        cohort_table(skeleton, baseline, exploratory, responses, rng), encoding="utf-8", newline=""
    )
    print(f"{options.out}: written after {(time.monotonic() - started) / 60:.1f} minutes")
    return 0


def misses(skeleton: np.ndarray, targets: tuple[Target, ...]) -> list[str]:
    """One line for each number of the search that would not print as published."""
    values = compute_all(skeleton, np.zeros(N_VALUES))
    return [
        f"missed: {target.published_id} {target.quantity}: {value:.5g}, printed {target.value:g}"
        for target, value in zip(targets, values[:-1], strict=False)
        if not target.is_met_by(value)
    ]


if __name__ == "__main__":
    raise SystemExit(main())
