"""EX: one record per dose step of each cycle, and one per restart after an interruption."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..calendar import INFUSION_DAYS
from ..records import Record, Subject

MORNING, AFTERNOON, MIDNIGHT = 8 * 60, 16 * 60, 24 * 60
PUMP_MINUTES = 5  # times are read off the pump to five minutes


@dataclass(frozen=True)
class Infusion:
    """One dose without a break, from a day to a day."""

    first: int
    last: int
    dose: int
    visit: str
    is_continued: bool  # by the next dose step, without a break


def exposure(subject: Subject) -> Iterator[Record]:
    """Continuous infusion for four weeks, two weeks free; now and then interrupted."""
    rng = subject.rng("EX")
    calendar = subject.calendar
    cycles = zip(calendar.cycle_starts, calendar.infusion_ends, strict=True)
    for cycle, (start, end) in enumerate(cycles, start=1):
        begin = _minutes(rng, MORNING, AFTERNOON)
        for infusion in _infusions(subject, cycle, start, end, rng):
            if infusion.visit == subject.trial.restart_name(cycle):
                begin = _minutes(rng, MORNING, AFTERNOON)
            stop = _stop(infusion, start, begin, rng)
            yield _dose(subject, infusion, begin, stop)
            begin = stop


def _infusions(
    subject: Subject, cycle: int, start: int, end: int, rng: Random
) -> Iterator[Infusion]:
    """The steps of a cycle; where hours are told one step ends on the day the next begins."""
    trial = subject.trial
    arm = trial.arm_on(subject.calendar.first_dose)
    steps = arm.first_cycle if cycle == 1 else arm.later_cycles
    reached = [(start + offset, dose) for offset, dose in steps if start + offset <= end]
    if trial.records_hours and len(reached) > 1 and reached[-1][0] == end:
        reached.pop()
    for index, (first, dose) in enumerate(reached):
        name = trial.visit_name(cycle, first - start + 1)
        is_last = index + 1 == len(reached)
        last = end if is_last else reached[index + 1][0] - (0 if trial.records_hours else 1)
        if is_last and last - first > 14 and rng.random() < 0.08:
            stop = first + rng.randint(3, 6)
            restart = stop + rng.randint(2, 5)
            yield Infusion(first, stop, dose, name, is_continued=False)
            yield Infusion(restart, last, dose, trial.restart_name(cycle), is_continued=False)
        else:
            yield Infusion(first, last, dose, name, is_continued=not is_last)


def _stop(infusion: Infusion, start: int, begin: int, rng: Random) -> int:
    """The minute an infusion stops: the bag is changed at the hour it was hung, or nearly."""
    if infusion.is_continued or infusion.last - start == INFUSION_DAYS:
        return begin + PUMP_MINUTES * rng.randint(-6, 9)
    earliest = begin + 60 if infusion.last == infusion.first else 0
    return _minutes(rng, earliest, MIDNIGHT - PUMP_MINUTES)


def _minutes(rng: Random, earliest: int, latest: int) -> int:
    """A minute of the day, to the precision of the pump's clock."""
    return PUMP_MINUTES * rng.randint(earliest // PUMP_MINUTES, latest // PUMP_MINUTES)


def _dose(subject: Subject, infusion: Infusion, begin: int, stop: int) -> Record:
    record = subject.record(
        "EX",
        infusion.first,
        EXTRT="BLINATUMOMAB",
        EXDOSE=str(infusion.dose),
        EXDOSU=subject.trial.dose_unit,
        EXDOSFRQ="CONTINUOUS",
        EXROUTE="INTRAVENOUS",
        EPOCH="TREATMENT",
        EXSTDTC=subject.dtc(infusion.first) + _time(subject, begin),
        EXENDTC=subject.dtc(infusion.last) + _time(subject, stop),
    )
    if record.values.get("VISIT") != infusion.visit:
        record.values.update(VISIT=infusion.visit, VISITNUM="")
    return record


def _time(subject: Subject, minutes: int) -> str:
    return f"T{minutes // 60:02d}:{minutes % 60:02d}" if subject.trial.records_hours else ""
