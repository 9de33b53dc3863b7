"""EX: one record per dose step of each cycle, and one per restart after an interruption."""

from collections.abc import Iterator

from ..records import Record, Subject
from ..trials import DoseArm


def exposure(subject: Subject) -> Iterator[Record]:
    """Continuous infusion for four weeks, two weeks free; now and then interrupted."""
    rng = subject.rng("EX")
    arm = _arm(subject)
    calendar = subject.calendar
    cycles = zip(calendar.cycle_starts, calendar.infusion_ends, strict=True)
    for cycle, (start, end) in enumerate(cycles, start=1):
        steps = arm.first_cycle if cycle == 1 else arm.later_cycles
        for index, (offset, dose) in enumerate(steps):
            if start + offset > end:
                break
            is_last = index + 1 == len(steps)
            step_end = end if is_last else min(end, start + steps[index + 1][0] - 1)
            name = subject.trial.visit_name(cycle, offset + 1)
            first, last = start + offset, step_end
            if is_last and last - first > 14 and rng.random() < 0.08:
                stop = first + rng.randint(3, 6)
                yield _dose(subject, first, stop, dose, name)
                first, name = stop + rng.randint(2, 5), subject.trial.restart_name(cycle)
            yield _dose(subject, first, last, dose, name)


def _arm(subject: Subject) -> DoseArm:
    arms = subject.trial.arms
    return subject.rng("DM").choices(arms, [arm.weight for arm in arms])[0]


def _dose(subject: Subject, first: int, last: int, dose: int, visit: str) -> Record:
    times = ("", "")
    if not subject.trial.long_visit_names:  # this trial records the time of day
        rng = subject.rng(f"EX time {first}")
        times = (f"T{rng.randint(8, 16):02d}:{rng.choice((0, 15, 30, 45)):02d}", "T08:00")
    record = subject.record(
        "EX",
        first,
        EXTRT="BLINATUMOMAB",
        EXDOSE=str(dose),
        EXDOSU=subject.trial.dose_unit,
        EXDOSFRQ="CONTINUOUS",
        EXROUTE="INTRAVENOUS",
        EPOCH="TREATMENT",
        EXSTDTC=subject.dtc(first) + times[0],
        EXENDTC=subject.dtc(last) + (times[1] if last > first else ""),
    )
    record.values["VISIT"] = visit
    record.values.setdefault("VISITNUM", "")
    return record
