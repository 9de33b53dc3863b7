"""The programs ours is timed against, each with its data in memory before the clock starts."""

import importlib.util
import json
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from rounds import Side, timed
from samples import Subjects, matrix_of

from analytics.methods.cox_data import CoxData

R_PROGRAM: Final = Path(__file__).parent / "peers.R"
_CAUSE: Final = 1
_MILLION: Final = 10**6


@dataclass(frozen=True)
class Peer:
    """A program for one step: what its time includes, and up to which number of rows it is asked.

    `needs` are the packages it takes: of Python, or `r:` and a package of R. `make` gives the work
    of one round, from the data and a folder for files.
    """

    name: str
    step: str
    includes: str
    needs: tuple[str, ...]
    largest: int
    make: Callable[..., Any]

    @property
    def row(self) -> dict[str, str]:
        """What a line about it begins with."""
        return {"step": self.step, "peer": self.name, "includes": self.includes}

    @contextmanager
    def ready(self, data: object, work: Path) -> Iterator[Side]:
        """The peer as a side of the rounds, its data loaded."""
        made = self.make(data)
        if isinstance(made, RTask):
            with r_session(made, work) as side:
                yield side
        else:
            yield timed(made)


@dataclass(frozen=True)
class RTask:
    """A step of peers.R and the numbers it reads."""

    step: str
    numbers: np.ndarray[Any, Any]


@contextmanager
def r_session(task: RTask, work: Path) -> Iterator[Side]:
    """An R that has read the numbers and runs the step whenever asked, by its own clock."""
    path = work / "numbers.bin"
    np.asfortranarray(task.numbers, dtype=np.float64).ravel(order="F").tofile(path)
    command = ["Rscript", "--vanilla", str(R_PROGRAM), task.step, str(path)]
    rows, columns = task.numbers.shape
    with subprocess.Popen(
        [*command, str(rows), str(columns)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        asked, told = process.stdin, process.stdout
        told.readline()  # its data are read

        def side() -> float:
            asked.write("run\n")
            asked.flush()
            return float(told.readline())

        yield side
        asked.close()
    path.unlink()


def available(peers: Iterable[Peer]) -> list[Peer]:
    """Those whose packages are installed."""
    return [peer for peer in peers if all(map(has_package, peer.needs))]


def absent_packages() -> list[str]:
    """The packages of any peer that are not installed, as a reader knows them."""
    needed = dict.fromkeys(name for peer in (*CURVE_PEERS, *COX_PEERS) for name in peer.needs)
    return [_known_as(name) for name in needed if not has_package(name)]


def versions() -> dict[str, str]:
    """The version of every installed package of a peer."""
    needed = dict.fromkeys(name for peer in (*CURVE_PEERS, *COX_PEERS) for name in peer.needs)
    return {_known_as(name): _version(name) for name in needed if has_package(name)}


@cache
def has_package(name: str) -> bool:
    if name.startswith("r:"):
        return name.removeprefix("r:") in _r_packages()
    return importlib.util.find_spec(name) is not None


@cache
def _r_packages() -> dict[str, str]:
    """Version by name of the R packages a peer may take; none without R."""
    if shutil.which("Rscript") is None:
        return {}
    text = subprocess.run(
        ["Rscript", "--vanilla", str(R_PROGRAM), "versions"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, str] = json.loads(text)
    return found


def _version(name: str) -> str:
    if name.startswith("r:"):
        return _r_packages()[name.removeprefix("r:")]
    return str(importlib.import_module(name).__version__)


def _known_as(name: str) -> str:
    if name.startswith("r:"):
        return f"R {name.removeprefix('r:')}"
    return {"sksurv": "scikit-survival"}.get(name, name)


def _lifelines_survival(subjects: Subjects) -> Callable[[], object]:
    from lifelines import KaplanMeierFitter  # noqa: PLC0415  (slow to import)
    from lifelines.utils import median_survival_times  # noqa: PLC0415

    def work() -> object:
        found = []
        for stratum in (0, 1):
            mine = subjects.stratum == stratum
            fitted = KaplanMeierFitter().fit(subjects.day[mine], subjects.event[mine] > 0)
            limits = median_survival_times(fitted.confidence_interval_)
            found.append((fitted.survival_function_, fitted.median_survival_time_, limits))
        return found

    return work


def _lifelines_log_rank(subjects: Subjects) -> Callable[[], object]:
    from lifelines.statistics import logrank_test  # noqa: PLC0415

    def work() -> object:
        one, event = subjects.stratum == 1, subjects.event > 0
        return logrank_test(subjects.day[one], subjects.day[~one], event[one], event[~one])

    return work


def _lifelines_incidence(subjects: Subjects) -> Callable[[], object]:
    from lifelines import AalenJohansenFitter  # noqa: PLC0415

    def work() -> object:
        found = []
        for stratum in (0, 1):
            mine = subjects.stratum == stratum
            fitter = AalenJohansenFitter(seed=0, calculate_variance=True)
            with warnings.catch_warnings(action="ignore"):  # ties are moved by a random number
                found.append(fitter.fit(subjects.day[mine], subjects.event[mine], _CAUSE))
        return found

    return work


def with_lone_events(subjects: Subjects) -> Subjects:
    """With a day after the last on which each stratum has one event of each cause.

    Real follow-up thins out and ends in such days; lifelines then moves all ties apart.
    """
    return Subjects(
        stratum=np.append(subjects.stratum, [0, 0, 1, 1]),
        day=np.append(subjects.day, [subjects.day.max() + 1] * 4),
        event=np.append(subjects.event, [1, 2, 1, 2]),
    )


def _sksurv_survival(subjects: Subjects) -> Callable[[], object]:
    from sksurv.nonparametric import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
        kaplan_meier_estimator,
    )

    def work() -> object:
        return [
            kaplan_meier_estimator(
                subjects.event[mine] > 0, subjects.day[mine], conf_type="log-log"
            )
            for mine in (subjects.stratum == 0, subjects.stratum == 1)
        ]

    return work


def _sksurv_incidence(subjects: Subjects) -> Callable[[], object]:
    from sksurv.nonparametric import cumulative_incidence_competing_risks  # noqa: PLC0415

    def work() -> object:
        return [
            cumulative_incidence_competing_risks(
                subjects.event[mine], subjects.day[mine], conf_type="log-log"
            )
            for mine in (subjects.stratum == 0, subjects.stratum == 1)
        ]

    return work


def _in_r(step: str, subjects: Subjects) -> RTask:
    return RTask(step, np.column_stack([subjects.stratum, subjects.day, subjects.event]))


def _lifelines_cox(data: CoxData) -> Callable[[], object]:
    import pandas as pd  # noqa: PLC0415
    from lifelines import CoxPHFitter  # noqa: PLC0415

    frame = pd.DataFrame(data.covariates, columns=list(data.names))
    frame["stop"], frame["event"] = data.tstop, data.event

    def work() -> object:
        return CoxPHFitter().fit(frame, "stop", "event")

    return work


def _cox_in_r(step: str, data: CoxData) -> RTask:
    return RTask(step, matrix_of(data))


_KM = "Kaplan-Meier"
_CURVES_ONLY = "curve and limits, no median"
CURVE_PEERS: Final = (
    Peer(
        "lifelines",
        _KM,
        "curve, log-log limits, median with limits",
        ("lifelines",),
        10 * _MILLION,
        _lifelines_survival,
    ),
    Peer(
        "R survival",
        _KM,
        "survfit on the rows, log-log, with its median",
        ("r:survival",),
        _MILLION,
        partial(_in_r, "survfit"),
    ),
    Peer(
        "R survival after tabulate",
        _KM,
        "rows counted by base R, then survfit with weights",
        ("r:survival",),
        10 * _MILLION,
        partial(_in_r, "survfit_tabulate"),
    ),
    Peer(
        "R survival after data.table",
        _KM,
        "rows counted by data.table, then survfit with weights",
        ("r:survival", "r:data.table"),
        10 * _MILLION,
        partial(_in_r, "survfit_data_table"),
    ),
    Peer("scikit-survival", _KM, _CURVES_ONLY, ("sksurv",), _MILLION, _sksurv_survival),
    Peer("lifelines", "log-rank", "the test", ("lifelines",), 10 * _MILLION, _lifelines_log_rank),
    Peer(
        "R survival",
        "log-rank",
        "survdiff on the rows",
        ("r:survival",),
        _MILLION,
        partial(_in_r, "survdiff"),
    ),
    Peer(
        "lifelines",
        "Aalen-Johansen",
        "one cause with variance, against both of ours",
        ("lifelines",),
        _MILLION,
        _lifelines_incidence,
    ),
    Peer(
        "lifelines",
        "Aalen-Johansen",
        "the same after one more day, on which each stratum has one event of each cause",
        ("lifelines",),
        _MILLION,
        lambda subjects: _lifelines_incidence(with_lone_events(subjects)),
    ),
    Peer(
        "R cmprsk",
        "Aalen-Johansen",
        "cuminc, both causes with variance, and its test",
        ("r:cmprsk",),
        _MILLION,
        partial(_in_r, "cuminc"),
    ),
    Peer(
        "scikit-survival",
        "Aalen-Johansen",
        "both causes with limits",
        ("sksurv",),
        _MILLION,
        _sksurv_incidence,
    ),
)
COX_PEERS: Final = (
    Peer(
        "R survival",
        "static",
        "coxph on a matrix",
        ("r:survival",),
        _MILLION,
        partial(_cox_in_r, "coxph"),
    ),
    Peer(
        "R survival",
        "start/stop",
        "coxph on a matrix",
        ("r:survival",),
        2 * _MILLION,
        partial(_cox_in_r, "coxph_start_stop"),
    ),
    Peer(
        "lifelines",
        "static",
        "CoxPHFitter on a frame, its own stopping rule",
        ("lifelines",),
        _MILLION,
        _lifelines_cox,
    ),
)
