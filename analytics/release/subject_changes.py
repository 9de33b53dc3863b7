"""How the end of each subject's endpoint differs between two releases.

The kind of a change is decided here, once: a build counts the kinds, `plateau diff` names the
subjects. Both look at two warehouses attached as `before` and `after`.
"""

from dataclasses import dataclass
from typing import Final

import duckdb

UNCHANGED: Final = "unchanged"
CHANGES: Final[dict[str, str]] = {
    "new subject": "not treated as far as the earlier release knew",
    "entered": "treated before, and now in the population of the endpoint",
    "left": "no longer in the population of the endpoint, or no longer a subject",
    "new death": "censored before, dead now",
    "new event": "censored before, another event or competing event now",
    "later censoring": "censored in both, now at a later date",
    "corrected date": "the same status, with another date of its origin or of its end",
    "other": "an event withdrawn or replaced by another, or an earlier censoring",
    UNCHANGED: "the same origin, end and status",
}
"""Every kind of change of a subject's endpoint, in the order they are shown."""

_ENDS: Final = """
    select
        ends.usubjid, ends.paramcd, ends.param, ends.startdt, ends.adt, ends.aval,
        ends.event_code, ends.srcdom, ends.srcvar, ends.srcseq, censoring.fact,
        origins.srcdom as origin_srcdom,
        origins.srcvar as origin_srcvar,
        origins.srcseq as origin_srcseq
    from {release}.marts.time_to_event as ends
    inner join {release}.marts.censoring as censoring
        on ends.usubjid = censoring.usubjid
        and ends.paramcd = censoring.paramcd
        and censoring.is_selected
    inner join {release}.intermediate.int_endpoint_origins as origins
        on ends.usubjid = origins.usubjid and ends.paramcd = origins.paramcd
"""
# `origin_decides`: the record behind the origin explains the change, not the one behind the end
_COMPARED: Final = f"""
    create or replace temp table changes as
    with ends_before as ({_ENDS.format(release="before")}),

    ends_after as ({_ENDS.format(release="after")}),

    compared as (
        select
            earlier,
            later,
            coalesce(later.usubjid, earlier.usubjid) as usubjid,
            coalesce(later.paramcd, earlier.paramcd) as paramcd,
            coalesce(later.param, earlier.param) as param,
            known.usubjid is not null as was_treated,
            earlier.startdt is distinct from later.startdt as origin_decides,
            -- a record without a number cannot be found again under another date
            earlier.srcdom = later.srcdom
            and earlier.srcvar = later.srcvar
            and earlier.srcseq = later.srcseq as is_same_record
        from ends_before as earlier
        full join ends_after as later
            on earlier.usubjid = later.usubjid and earlier.paramcd = later.paramcd
        left join before.marts.subjects as known
            on later.usubjid = known.usubjid and known.trtsdt is not null
    )

    select
        *,
        case
            when earlier.usubjid is null and not was_treated then 'new subject'
            when earlier.usubjid is null then 'entered'
            when later.usubjid is null then 'left'
            when earlier.event_code = 0 and later.event_code > 0 and later.fact = 'death'
                then 'new death'
            when earlier.event_code = 0 and later.event_code > 0 then 'new event'
            when earlier.event_code <> later.event_code then 'other'
            when later.event_code > 0 and earlier.fact <> later.fact then 'other'
            when earlier.startdt = later.startdt and earlier.adt = later.adt then 'unchanged'
            when later.event_code > 0 or origin_decides or is_same_record
                then 'corrected date'
            when earlier.adt < later.adt then 'later censoring'
            else 'other'
        end as change
    from compared
"""
_COUNTED: Final = """
    select paramcd, any_value(param), change, count(*)
    from changes
    group by paramcd, change
    order by paramcd, change
"""


@dataclass(frozen=True)
class ChangeCount:
    """How many subjects of an endpoint changed in one way."""

    endpoint: str
    endpoint_label: str
    change: str
    n_subjects: int


def compare_subjects(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `changes`: a row per subject and endpoint of either release."""
    connection.execute(_COMPARED)


def count_changes(connection: duckdb.DuckDBPyConnection) -> list[ChangeCount]:
    """The subjects of each endpoint by kind of change, the unchanged ones included."""
    compare_subjects(connection)
    return [ChangeCount(*row) for row in connection.execute(_COUNTED).fetchall()]
