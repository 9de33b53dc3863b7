"""EX and CM: study treatment, and anti-cancer therapy before and after it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ..records import Record, Writing, study_day

_PRIOR: Final = (("CISPLATIN", "PEMETREXED"), ("CARBOPLATIN", "PACLITAXEL"))
_INDICATION: Final = "NON-SMALL CELL LUNG CANCER"


def exposure(writing: Writing) -> Iterator[Record]:
    """EX, one record per interval of constant dosing; placebo is a dose of 0 mg."""
    for dose in writing.course.doses:
        element = writing.element(dose.first)
        yield writing.record(
            "EX",
            EXTRT=dose.treatment,
            EXDOSE=dose.amount,
            EXDOSU="mg",
            EXDOSFRM="TABLET",
            EXDOSFRQ="QD",
            EXROUTE="ORAL",
            EXADJ="ADVERSE EVENT" if dose.was_reduced else None,
            TAETORD=element.order,
            EPOCH=element.epoch,
            EXSTDTC=writing.dtc(dose.first),
            EXENDTC=writing.dtc(dose.last),
            EXSTDY=study_day(dose.first),
            EXENDY=study_day(dose.last),
        )


def therapies(writing: Writing) -> Iterator[Record]:
    """CM, chemotherapy before the trial, dated to the month, and new therapy after treatment."""
    rng = writing.rng("prior therapy")
    drugs = rng.choice(_PRIOR)
    start = writing.person.diagnosed + timedelta(days=rng.randint(14, 45))
    end = start + timedelta(days=rng.randint(60, 90))
    for drug in drugs:
        yield writing.record(
            "CM",
            CMTRT=drug,
            CMDECOD=drug,
            CMCAT="PRIOR ANTI-CANCER THERAPY",
            CMSCAT="CHEMOTHERAPY",
            CMINDC=_INDICATION,
            EPOCH=None,
            CMSTDTC=start.isoformat()[:7],
            CMENDTC=end.isoformat()[:7],
        )
    for therapy in writing.course.therapies:
        yield writing.record(
            "CM",
            CMTRT=therapy.name,
            CMDECOD=therapy.name,
            CMCAT="SUBSEQUENT ANTI-CANCER THERAPY",
            CMSCAT=therapy.kind,
            CMINDC=_INDICATION,
            EPOCH=writing.epoch(therapy.first),
            CMSTDTC=writing.dtc(therapy.first, therapy.is_partial),
            CMENDTC=writing.dtc(therapy.last),
            CMSTDY=None if therapy.is_partial else study_day(therapy.first),
            CMENDY=study_day(therapy.last),
        )
