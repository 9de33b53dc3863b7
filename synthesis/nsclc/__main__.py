"""Write the files of the study: python -m synthesis.nsclc."""

import argparse
from pathlib import Path

from .choice import GeneratorError
from .generate import generate
from .trial import N_RANDOMISED, N_SCREEN_FAILURES, SEED, STUDYID
from .write import write_study

STUDY = Path(__file__).parent.parent.parent / "studies/nsclc"


def main() -> int:
    """Draw the cohort, then write the transport files, define.xml and the page on the study."""
    parser = argparse.ArgumentParser(prog="synthesis.nsclc", description=__doc__)
    parser.add_argument("--out", type=Path, default=STUDY, help="folder of the study")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    options = parser.parse_args()
    try:
        cohort = generate(options.seed, N_RANDOMISED, N_SCREEN_FAILURES)
    except GeneratorError as error:
        parser.exit(1, f"{error}\n")
    tables = write_study(cohort, options.seed, options.out)
    n_records = sum(map(len, tables.values()))
    print(f"{STUDYID}: {n_records} synthetic records in {len(tables)} datasets")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
