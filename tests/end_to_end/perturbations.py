"""Small changes of the default study's SDTM files, each to a patient found by a rule.

The rules read the marts of the unchanged study, so that they find their patients in any
cohort of its structure. They ask for what makes the consequences certain: complete cases, and
nothing else of the course touched.
"""

import csv
import shutil
from collections.abc import Callable, Container
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.study import load_study

Record = dict[str, str]
Change = Callable[[Record], Record | None]
Perturbation = Callable[[Path, duckdb.DuckDBPyConnection], tuple[str, ...]]

DAYS_EARLIER: Final = 60
# Where a death is told: domain, date, and the wording that says so, where it may say otherwise.
_DEATHS: Final = (
    ("dm", "DTHDTC", None),
    ("dd", "DDDTC", None),
    ("ds", "DSSTDTC", "DSDECOD"),
    ("ss", "SSDTC", "SSSTRESC"),
)

# Responders who are in every Cox model; days count from the first dose, those of RFS from
# the remission.
_RESPONDERS: Final = """
    with responders as (
        select
            members.usubjid,
            subjects.trtsdt,
            os.aval as os_days,
            os.event_code = 1 as died,
            rfs.startdt - subjects.trtsdt as remission_day,
            rfs.aval as rfs_days,
            rfs.rule_id as end_of_remission,
            subjects.treatment_close_date - subjects.trtsdt as treatment_close
        from marts.population_members as members
        inner join marts.subjects on members.usubjid = subjects.usubjid
        inner join marts.time_to_event as os
            on members.usubjid = os.usubjid and os.paramcd = 'OS'
        inner join marts.time_to_event as rfs
            on members.usubjid = rfs.usubjid and rfs.paramcd = 'RFS'
        where
            members.population = 'responders_mrd_evaluable'
            and members.usubjid not in (
                select usubjid
                from marts.subject_factors
                where
                    level is null
                    and value is null
                    and factor in (select factor from results.cox_term)
            )
    ),

    medians as (
        select analysis_id, min(time_days) as days
        from results.survival_curve
        where stratum = 'all' and estimate <= 0.5
        group by analysis_id
    )
"""


def death_moved(study: Path, base: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Move a death after a relapse 60 days earlier, before the relapse.

    The relapse is then a record after death and the remission ended by death: one relapse less
    in the incidences, an earlier end of OS and RFS in every model. Preferred is a death that
    passes the median of OS, then one with nobody censored meanwhile, so that every rate stays,
    then the longest way before the relapse.
    """
    (usubjid,) = _first(
        base,
        f"""
        {_RESPONDERS},

        censored as (
            select paramcd, aval
            from marts.time_to_event
            where event_code = 0
        )

        select usubjid
        from responders
        where
            died
            and end_of_remission = 'relapse'
            and os_days - {DAYS_EARLIER} < remission_day + rfs_days
            and os_days - {DAYS_EARLIER} > greatest(remission_day, treatment_close)
            and rfs_days < (select min(aval) from censored where paramcd = 'RFS')
            and usubjid not in (
                select usubjid
                from intermediate.int_death_records
                where adtf is not null or rule is not null
            )
            and usubjid not in (select usubjid from marts.hsct_timing)
        order by
            (select days from medians where analysis_id = 'os_all')
            between os_days - {DAYS_EARLIER} + 1 and os_days desc,
            exists (
                select *
                from censored
                where paramcd = 'OS' and aval between os_days - {DAYS_EARLIER} and os_days
            ),
            remission_day + rfs_days - os_days desc,
            usubjid
        """,
    )
    words = {term.wording for term in load_study(study).terms if term.value in ("dead", "death")}
    for domain, variable, wording in _DEATHS:
        moved = partial(_with_earlier_death, variable=variable, wording=wording, words=words)
        _rewrite(study, domain, usubjid, moved)
    return (usubjid,)


def transplant_dropped(study: Path, base: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Drop the only transplant of a long-term survivor transplanted in a lasting remission.

    The patient goes over to those without transplant; responses and follow-up stay, as neither
    the end of treatment nor the last visit hung on the transplant.
    """
    usubjid, transplanted = _first(
        base,
        f"""
        {_RESPONDERS}

        select
            responders.usubjid,
            min(timing.adt) as transplanted
        from responders
        inner join marts.hsct_timing as timing on responders.usubjid = timing.usubjid
        inner join marts.population_members as members
            on responders.usubjid = members.usubjid and members.population = 'relapse_free_hsct'
        where responders.usubjid in (
            select usubjid from marts.population_members where population = 'survivors_ge36'
        )
        group by responders.usubjid
        having
            count(*) = 1
            and count(timing.adtf) = 0
            and min(timing.adt - responders.trtsdt) > min(responders.treatment_close) + 1
        order by responders.usubjid
        """,
    )
    _rewrite(study, "pr", usubjid, partial(_without_transplant, day=str(transplanted)))
    return (usubjid,)


def mrd_raised(study: Path, base: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Raise the one MRD result below the threshold to five times the threshold.

    An MRD responder of cycle 1 becomes evaluable without response. Of several, the one whose
    remission ended last before the median of RFS: there the change weighs least on the P value
    that decides whether MRD response is a candidate, and makes it no larger.
    """
    usubjid, lbseq, threshold = _first(
        base,
        f"""
        {_RESPONDERS},

        only_responses as (
            select
                usubjid,
                min(lbseq) as lbseq
            from intermediate.int_mrd_results
            where is_on_treatment and is_deciding and is_response
            group by usubjid
            having count(*) = 1
        )

        select
            responders.usubjid,
            only_responses.lbseq,
            mrd_status.threshold
        from responders
        inner join only_responses on responders.usubjid = only_responses.usubjid
        inner join marts.mrd_status on responders.usubjid = mrd_status.usubjid
        inner join marts.population_members as members
            on responders.usubjid = members.usubjid and members.population = 'survivors_lt36'
        where
            mrd_status.first_response_cycle = 1
            and responders.end_of_remission in ('relapse', 'death')
            and responders.rfs_days < (
                select days from medians where analysis_id = 'rfs_responders'
            )
        order by responders.rfs_days desc, responders.usubjid
        """,
    )
    raised = partial(_with_mrd_result, seq=str(lbseq), result=f"{5 * threshold:g}")
    _rewrite(study, "lb", usubjid, raised)
    return (usubjid,)


def ecog_swapped(study: Path, base: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Swap the performance status before treatment of two responders.

    The longest-lived with ECOG 0 and the shortest-lived with another: counts stay, and what
    ECOG 0 is worth shrinks in both endpoints.
    """
    longest, shortest = (
        _first(
            base,
            f"""
            {_RESPONDERS}

            select
                responders.usubjid,
                cast(responders.trtsdt as varchar) as first_dose,
                factors.level
            from responders
            inner join marts.subject_factors as factors
                on responders.usubjid = factors.usubjid and factors.factor = 'ecog'
            where {rule}, responders.usubjid
            """,
        )
        for rule in (
            "factors.level = '0' order by responders.os_days desc",
            "factors.level <> '0' order by responders.os_days",
        )
    )
    for (usubjid, first_dose, _), (_, _, level) in ((longest, shortest), (shortest, longest)):
        for domain in ("QS", "RS"):
            swapped = partial(_with_ecog, domain=domain, level=level, until=first_dose)
            _rewrite(study, domain.lower(), usubjid, swapped)
    return (longest[0], shortest[0])


def published_deleted(study: Path, base: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Delete every reported value; no patient is touched."""
    shutil.rmtree(study / "published")
    return ()


PERTURBATIONS: Final[dict[str, Perturbation]] = {
    "death_moved": death_moved,
    "transplant_dropped": transplant_dropped,
    "mrd_raised": mrd_raised,
    "ecog_swapped": ecog_swapped,
}


def _first(base: duckdb.DuckDBPyConnection, rule: str) -> tuple[Any, ...]:
    """The first row of the rule's query. Raises LookupError when no patient satisfies it."""
    row = base.execute(rule).fetchone()
    if row is None:
        raise LookupError(f"No patient of the default study satisfies the rule:\n{rule}")
    return row


def _with_earlier_death(
    record: Record, *, variable: str, wording: str | None, words: Container[str | None]
) -> Record:
    is_told = record[variable] and (wording is None or record[wording] in words)
    if not is_told:
        return record
    day = date.fromisoformat(record[variable]) - timedelta(days=DAYS_EARLIER)
    return {**record, variable: str(day)}


def _without_transplant(record: Record, *, day: str) -> Record | None:
    is_meant = record["PRCAT"] == "TRANSPLANT" and record["PRSTDTC"].startswith(day)
    return None if is_meant else record


def _with_mrd_result(record: Record, *, seq: str, result: str) -> Record:
    if record["LBSEQ"] != seq:
        return record
    return {**record, **dict.fromkeys(("LBORRES", "LBSTRESC", "LBSTRESN"), result)}


def _with_ecog(record: Record, *, domain: str, level: str, until: str) -> Record:
    """Every result up to a day, as the last of them is the one that counts."""
    if record[f"{domain}TESTCD"] != "ECOG101" or record[f"{domain}DTC"][:10] > until:
        return record
    results = [f"{domain}{name}" for name in ("ORRES", "STRESC", "STRESN")]
    return {**record, **dict.fromkeys(results, level)}


def _rewrite(study: Path, domain: str, usubjid: str, change: Change) -> None:
    """Write the files of a domain anew with one subject's records changed; None drops one."""
    for path in sorted(study.glob(f"sdtm/*/{domain}.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            variables = list(reader.fieldnames or ())
            records = [change(row) if row["USUBJID"] == usubjid else row for row in reader]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, variables, lineterminator="\n")
            writer.writeheader()
            writer.writerows(record for record in records if record is not None)
