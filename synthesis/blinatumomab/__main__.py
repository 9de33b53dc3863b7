"""Command line of the generator: python -m synthesis.blinatumomab."""

import argparse
from pathlib import Path

from .cohort import CohortError, check_identifiers, read_cohort
from .generate import generate
from .targets import check_targets
from .write import write_trial

HERE = Path(__file__).parent
SDTM = HERE.parent.parent / "studies/blinatumomab/sdtm"
SEED = 20210554


def main() -> int:
    """Check the cohort, then write the SDTM files of both trials."""
    parser = argparse.ArgumentParser(prog="synthesis.blinatumomab", description=__doc__)
    parser.add_argument("--out", type=Path, default=SDTM, help="target folder")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--cohort", type=Path, default=HERE / "cohort.csv", help="cohort file")
    options = parser.parse_args()
    try:
        analysed = read_cohort(options.cohort)
        excluded = read_cohort(HERE / "ph_positive.csv", ph_positive=True)
        check_identifiers((*analysed, *excluded))
        check_targets(analysed, HERE / "targets.csv")
        trials = generate((*analysed, *excluded), options.seed)
    except CohortError as error:
        parser.exit(1, f"{error}\n")
    for trial, by_domain in trials.items():
        write_trial(trial, by_domain, options.out / trial)
        total = sum(len(records) for records in by_domain.values())
        print(f"{trial}: {total} synthetic records in {len(by_domain)} domains")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
