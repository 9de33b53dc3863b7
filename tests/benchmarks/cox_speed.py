"""Cox regression with ten factors: from rows in memory to estimates, errors and the three tests.

Both sides begin with their rows in memory; making the design from the warehouse is not included.
Ours checks the data and scales the covariates in its time.
"""

import resource
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from peers import COX_PEERS, available
from rounds import alternated, compared, median_seconds, timed
from samples import cox_rows

from analytics.methods.cox import fit_cox
from analytics.methods.cox_data import CoxData
from analytics.methods.statuses import OK

KINDS: Final = ("static", "start/stop")


def fits(sizes: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Per number of patients and kind of rows the seconds of a fit, and the peak of memory so far.

    The peak is that of this process, its data and everything measured before included; sizes go
    upwards, so the last one is what the largest fit takes.
    """
    rows = []
    for n in sizes:
        for kind in KINDS:
            data = cox_rows(n, split=kind == "start/stop")
            seconds = alternated({kind: timed(partial(_fitted, data))}, rounds)
            rows.append(
                {
                    "patients": n,
                    "rows": len(data.tstop),
                    "kind": kind,
                    "seconds": median_seconds(seconds, kind),
                    "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                }
            )
            del data
    return rows


def against_peers(sizes: Sequence[int], work: Path, rounds: int) -> list[dict[str, Any]]:
    """Per number of patients, kind of rows and peer the seconds of both, and the ratio."""
    rows = []
    for n in sizes:
        for kind in KINDS:
            data = cox_rows(n, split=kind == "start/stop")
            own = timed(partial(_fitted, data))
            for peer in available(COX_PEERS):
                if peer.step == kind and n <= peer.largest:
                    with peer.ready(data, work) as side:
                        seconds = alternated({kind: own, peer.name: side}, rounds)
                    rows.append({"n": n, **peer.row, **compared(seconds, kind, peer.name)})
    return rows


def _fitted(data: CoxData) -> None:
    fit = fit_cox(data, ties="efron")
    if fit.status != OK:
        raise ValueError(f"The sample cannot be fitted ({fit.status}), so nothing is measured.")
