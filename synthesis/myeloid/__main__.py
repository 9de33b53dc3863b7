"""Write the SDTM files of the study: python -m synthesis.myeloid."""

import argparse
import csv
from collections import defaultdict
from pathlib import Path

from .records import TRIAL, Record, records_of

HERE = Path(__file__).parent
SDTM = HERE.parent.parent / "studies/myeloid/sdtm"


def main() -> int:
    """One CSV file per domain, patients in the order of the data set."""
    parser = argparse.ArgumentParser(prog="synthesis.myeloid", description=__doc__)
    parser.add_argument("--out", type=Path, default=SDTM, help="target folder")
    folder = parser.parse_args().out / TRIAL
    by_domain: dict[str, list[Record]] = defaultdict(list)
    with (HERE / "myeloid.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for record in records_of(row):
                by_domain[record["DOMAIN"]].append(record)
    folder.mkdir(parents=True, exist_ok=True)
    for domain, records in by_domain.items():
        _write(folder / f"{domain.lower()}.csv", records)
    n_records = sum(map(len, by_domain.values()))
    print(f"{TRIAL}: {n_records} records in {len(by_domain)} domains")
    return 0


def _write(path: Path, records: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


if __name__ == "__main__":
    raise SystemExit(main())
