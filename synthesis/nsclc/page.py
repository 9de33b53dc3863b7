"""The page on the study: what the trial is, what was put into it, and what goes wrong in it."""

from typing import Final

from .accidents import COUNTS
from .trial import (
    ASSESSMENT_INTERVAL,
    CUTOFF,
    FIRST_RANDOMISATION,
    LAST_RANDOMISATION,
    N_RANDOMISED,
    N_SCREEN_FAILURES,
    STUDYID,
    SUBJECT_PREFIX,
    WINDOW,
)
from .truth import (
    HR_DEATH,
    HR_PROGRESSION,
    HR_SEVERE_ADVERSE_EVENT,
    PROGNOSIS_ECOG,
    PROGNOSIS_HISTOLOGY,
    PROGNOSIS_PDL1,
    hazard_ratio_of_pfs,
)

_PAGE: Final = """\
# A synthetic randomised trial in non-small cell lung cancer

**Everything here is synthetic. Nobody in this trial exists, and neither does the drug.** The data
come from `python -m synthesis.nsclc` (`make sdtm`), with a fixed seed and the same bytes each time.
The same program wrote this page.

{studyid} is a double-blind, placebo-controlled phase 3 trial. {n} subjects with stage IV disease
after platinum chemotherapy were randomised 1:1 to SYN1042 20 mg or placebo once daily, in blocks
within strata of PD-L1, histology and ECOG status, from {first} to {last}. Another {failures}
failed screening. Tumours are assessed by RECIST 1.1 every {weeks} weeks (+/- {window} days) from
randomisation until the investigator finds progression. Two independent readers read them again;
where they differ, an adjudicator decides. The data cut-off is {cutoff}. Subject ids have the form
`{prefix}-101001`.

## Files

`sdtm/m5/datasets/{folder}/tabulations/sdtm/` holds SAS transport files (version 5) that follow
SDTMIG 3.4, and a `define.xml` (2.1).

- `RFSTDTC` is the date of randomisation.
- `SUPPDM` holds the stratification factors as recorded at randomisation (STRPDL1, STRHIST, STRECOG)
  and the flags ITT and SAFETY.
- `RS`: the overall response of the independent review that stands has `RSACPTFL` Y.
- `CM`: new anti-cancer therapy has the category SUBSEQUENT ANTI-CANCER THERAPY.
- `EX`: a crossover is in the epoch OPEN LABEL TREATMENT; placebo is a dose of 0 mg.
- `AE`: terms without codes, because MedDRA is licensed.

## The truth

Hazard ratios of SYN1042 to placebo, exact in the model from which the times were drawn:

| | PD-L1 <1% | PD-L1 1-49% | PD-L1 >=50% |
|---|---|---|---|
{truth}

Prognostic hazard ratios, the same for progression and death: {prognosis}. The hazard ratio of a
first adverse event of grade 3 or more is {severe}. Effects follow the arm of randomisation; a
crossover or the wrong treatment has none. `synthesis/nsclc/expected.py` derives the endpoints that
these files must give for each subject.

## An external control

`external.toml` and `external/` hold what a publication would show of placebo patients of another
trial: a curve read off a figure, numbers at risk, and printed numbers. That trial does not exist
either. Its patients die as those on placebo here, hazard ratio 1 among patients alike, but more of
them have ECOG status 1 and squamous tumours (`synthesis/nsclc/external.py`).

## What goes wrong

| subjects | what |
|---|---|
{accidents}
"""


def study_page() -> str:
    """The page as Markdown, with the numbers of the constants."""
    rows = ((f"| {COUNTS[accident]} | {accident.value} |") for accident in COUNTS)
    return _PAGE.format(
        studyid=STUDYID,
        n=N_RANDOMISED,
        failures=N_SCREEN_FAILURES,
        first=FIRST_RANDOMISATION.isoformat(),
        last=LAST_RANDOMISATION.isoformat(),
        cutoff=CUTOFF.isoformat(),
        weeks=ASSESSMENT_INTERVAL // 7,
        window=WINDOW,
        prefix=SUBJECT_PREFIX,
        folder=STUDYID.lower(),
        truth="\n".join(_truth_rows()),
        prognosis=", ".join(_prognosis()),
        severe=HR_SEVERE_ADVERSE_EVENT,
        accidents="\n".join((f"| {N_SCREEN_FAILURES} | screen failure |", *rows)),
    )


def _truth_rows() -> list[str]:
    levels = list(HR_PROGRESSION)
    lines = (
        ("progression", HR_PROGRESSION),
        ("death", HR_DEATH),
        ("progression or death", {level: hazard_ratio_of_pfs(level) for level in levels}),
    )
    return [
        f"| {name} | " + " | ".join(f"{ratios[level]:.2f}" for level in levels) + " |"
        for name, ratios in lines
    ]


def _prognosis() -> list[str]:
    found = [(f"PD-L1 {level}", ratio) for level, ratio in PROGNOSIS_PDL1.items()]
    found += [(level.lower(), ratio) for level, ratio in PROGNOSIS_HISTOLOGY.items()]
    found += [(f"ECOG {level}", ratio) for level, ratio in PROGNOSIS_ECOG.items()]
    return [f"{ratio:g} for {name}" for name, ratio in found if ratio != 1.0]
