"""The kinds of mutation, and what each may change in the marts.

A kind says whom it suits, what it does to the records, and what follows: which endpoints then
end otherwise, which factors have another value, which dates of the subject move, which findings
are told. All that it does not name stays as it is without the mutation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import donor_choice as choice
import record_mutations as mutations
from donor_choice import Suits
from donors import ECOG, HAEMOGLOBIN, PDL1, WEIGHT
from record_mutations import AS_INTERVAL, COPIED, Mutate, in_turn, month

CENSORED, EVENT, COMPETING = 0, 1, 2
Finding = tuple[str, str]
"""A rule and the variable it is told of."""


@dataclass(frozen=True)
class Ended:
    """How an endpoint ends after the change; what is None stays.

    `start`, `day` and `flag` (of imputation) are names of what the mutation did.
    """

    day: str | None = None
    event: int | None = None
    start: str | None = None
    flag: str | None = None


@dataclass(frozen=True)
class Measured:
    """A factor's level or value after the change, and its day: names of what it did."""

    day: str
    level: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of change, and everything that follows from it.

    `outcomes` and `factors` are those that change, of the endpoints that the subject has. `rules`
    says the same of the other endpoints by the rule that ends them without the change. `dates`
    are columns of marts.subjects. `findings` come in addition. A subject who `is_excluded` is in
    no population.
    """

    name: str
    suits: Suits
    mutate: Mutate
    outcomes: Mapping[str, Ended] = field(default_factory=dict)
    rules: Mapping[str, Ended] = field(default_factory=dict)
    factors: Mapping[str, Measured] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    is_excluded: bool = False


_BEFORE: Final = {"VSTPT": "PRE-DOSE", "VSTPTNUM": "1"}
_AFTER: Final = {"VSTPT": "1 HOUR POST-DOSE", "VSTPTNUM": "2"}
_OTHER_VISIT: Final = {"VISITNUM": "902", "VISIT": "UNSCHEDULED"}

KINDS: Final = (
    # what was not done or did not take place, and the same where it was
    Kind(
        "assessment_not_done",
        choice.followed,
        partial(mutations.assessed_again, RSSTAT="NOT DONE"),
        findings=(("not_done", "RSSTAT"),),
    ),
    Kind(
        "assessment_done",
        choice.followed_without_event,
        partial(mutations.assessed_again, RSORRES="SD", RSSTRESC="SD"),
        outcomes={"PFSIRC": Ended()},
        rules=dict.fromkeys(("last_known_alive", "last_assessment"), Ended("assessment")),
        dates={"lstalvdt": "assessment"},
    ),
    Kind(
        "visit_did_not_occur",
        choice.followed,
        partial(mutations.visited_again, occurs="N"),
        findings=(("did_not_occur", "SVOCCUR"),),
    ),
    Kind(
        "visit_occurred",
        choice.followed,
        partial(mutations.visited_again, occurs="Y"),
        rules={"last_known_alive": Ended("visit")},
        dates={"lstalvdt": "visit"},
    ),
    Kind(
        "drug_after_last_contact",
        choice.followed,
        mutations.dosed_later,
        rules={"last_known_alive": Ended("dose")},
        dates={"lstalvdt": "dose"},
    ),
    Kind(
        "adverse_event_did_not_occur",
        choice.without_early_severe_event,
        partial(mutations.adverse_event, AEPRESP="Y", AEOCCUR="N"),
        findings=(("did_not_occur", "AEOCCUR"),),
    ),
    Kind(
        "adverse_event_not_answered",
        choice.without_early_severe_event,
        partial(mutations.adverse_event, AEPRESP="Y"),
        findings=(("did_not_occur", "AEOCCUR"),),
    ),
    Kind(
        "adverse_event_occurred",
        choice.without_early_severe_event,
        partial(mutations.adverse_event, AEPRESP="Y", AEOCCUR="Y"),
        outcomes={"TTAE": Ended("event", EVENT)},
    ),
    # another reader
    Kind(
        "reader_contradicts",
        choice.reviewed_in_time,
        partial(mutations.read_by_third, accepted=""),
    ),
    Kind(
        "accepted_reader_contradicts",
        choice.reviewed_in_time,
        partial(mutations.read_by_third, accepted="Y"),
        outcomes={"PFSIRC": Ended("reading", EVENT)},
    ),
    # another subject
    Kind("screen_failure", choice.anybody, mutations.screened_with),
    # doses
    Kind("prephase", choice.treated, partial(mutations.dosed_earlier, days=6, epoch="SCREENING")),
    Kind(
        "dose_on_the_day_before",
        choice.treated,
        partial(mutations.dosed_earlier, days=1, epoch="TREATMENT"),
        outcomes=dict.fromkeys(("OSTRT", "TTAE"), Ended(start="dose")),
        dates={"trtsdt": "dose"},
        findings=(("first_dose_differs", "RFXSTDTC"),),
    ),
    Kind("blinded_dose", choice.treated, partial(mutations.with_doses_of, dose="")),
    Kind("dose_of_nothing", choice.treated, partial(mutations.with_doses_of, dose="0")),
    # values on the day of the first dose
    Kind(
        "time_point_after_dose",
        partial(choice.has_baseline, test=WEIGHT),
        in_turn(
            partial(mutations.measured_again, test=WEIGHT, values=(_AFTER,)),
            partial(mutations.unflagged, test=WEIGHT),
        ),
    ),
    Kind(
        "time_points_before_and_after_dose",
        partial(choice.has_baseline, test=WEIGHT),
        in_turn(
            partial(mutations.measured_again, test=WEIGHT, values=(_BEFORE, _AFTER)),
            partial(mutations.unflagged, test=WEIGHT),
        ),
        factors={"weight": Measured("first_dose", value="value")},
    ),
    Kind(
        "time_of_day_after_dose",
        partial(choice.has_baseline, test=HAEMOGLOBIN),
        in_turn(
            partial(mutations.measured_again, test=HAEMOGLOBIN, values=({"time": "T10:30"},)),
            partial(mutations.unflagged, test=HAEMOGLOBIN),
            partial(mutations.dosed_at, time="T10:00"),
        ),
    ),
    Kind(
        "time_of_day_before_dose",
        partial(choice.has_baseline, test=HAEMOGLOBIN),
        in_turn(
            partial(mutations.measured_again, test=HAEMOGLOBIN, values=({"time": "T09:30"},)),
            partial(mutations.unflagged, test=HAEMOGLOBIN),
            partial(mutations.dosed_at, time="T10:00"),
        ),
        factors={"haemoglobin": Measured("first_dose", value="value")},
    ),
    Kind(
        "value_after_flagged_baseline",
        partial(choice.has_baseline, test=ECOG),
        partial(mutations.measured_again, test=ECOG, values=({},)),
    ),
    Kind(
        "value_after_unflagged_baseline",
        partial(choice.has_baseline, test=ECOG),
        in_turn(
            partial(mutations.measured_again, test=ECOG, values=({},)),
            partial(mutations.unflagged, test=ECOG),
        ),
        factors={"ecog": Measured("first_dose", level="level")},
    ),
    # dates of which not everything is known
    Kind(
        "interval_of_assessment",
        choice.with_unblurred_middle,
        partial(mutations.middle_blurred, blur=AS_INTERVAL),
    ),
    Kind(
        "month_of_assessment",
        choice.with_unblurred_middle,
        partial(mutations.middle_blurred, blur=month),
    ),
    Kind(
        "interval_of_progression",
        choice.progressing_after_days,
        partial(mutations.progression_blurred, blur=AS_INTERVAL),
        outcomes={
            "PFS": Ended("earliest", EVENT, flag="flag"),
            "PFSEMA": Ended("earliest", EVENT, flag="flag"),
            "TTR": Ended("earliest", COMPETING, flag="flag"),
        },
    ),
    Kind(
        "month_of_progression",
        choice.progressing_after_month,
        partial(mutations.progression_blurred, blur=month),
        outcomes={
            "PFS": Ended("earliest", EVENT, flag="flag"),
            "PFSEMA": Ended("earliest", EVENT, flag="flag"),
            "TTR": Ended("earliest", COMPETING, flag="flag"),
        },
    ),
    Kind(
        "interval_of_death",
        choice.dead_after_progression,
        partial(mutations.death_blurred, blur=AS_INTERVAL),
        rules={"death": Ended("death", flag="flag")},
        dates={"dthdt": "death", "dthdtf": "flag"},
    ),
    Kind(
        "month_of_death",
        choice.dead_after_progression,
        partial(mutations.death_blurred, blur=month),
        rules={"death": Ended("death", flag="flag")},
        dates={"dthdt": "death", "dthdtf": "flag"},
    ),
    Kind(
        "interval_of_death_in_demographics",
        choice.dead_after_progression,
        partial(mutations.death_blurred, blur=AS_INTERVAL, in_dm_alone=True),
    ),
    Kind(
        "death_after_cutoff",
        choice.alive,
        mutations.dead_after_cutoff,
        findings=(("after_cutoff", "DTHDTC"), ("after_cutoff", "DDDTC")),
    ),
    # copies and corrections
    Kind(
        "duplicate",
        choice.treated,
        mutations.sent_twice,
        findings=tuple(("duplicate", variable) for variable in COPIED.values()),
    ),
    Kind(
        "other_response_of_another_visit",
        choice.progressing,
        partial(mutations.read_twice_on_a_day, which=-1, response="SD", **_OTHER_VISIT),
    ),
    Kind(
        "progression_of_another_visit",
        choice.corrected_in_time,
        partial(mutations.read_twice_on_a_day, which=1, response="PD", **_OTHER_VISIT),
        outcomes={
            "PFS": Ended("reading", EVENT),
            "PFSEMA": Ended("reading", EVENT),
            "TTR": Ended("reading", COMPETING),
        },
    ),
    Kind(
        "corrected_response",
        choice.corrected_in_time,
        partial(mutations.read_twice_on_a_day, which=1, response="PD"),
        outcomes={
            "PFS": Ended("reading", EVENT),
            "PFSEMA": Ended("reading", EVENT),
            "TTR": Ended("reading", COMPETING),
        },
        findings=(("superseded", "RSSTRESC"),),
    ),
    # sources
    Kind(
        "several_methods",
        partial(choice.has_baseline, test=PDL1),
        partial(mutations.read_in_another_way, test=PDL1, MIMETHOD="FLOW CYTOMETRY"),
        findings=(("several_sources", "MIMETHOD"),),
        is_excluded=True,
    ),
    Kind(
        "several_specimens",
        partial(choice.has_baseline, test=PDL1),
        partial(mutations.read_in_another_way, test=PDL1, MISPEC="BLOOD"),
        findings=(("several_sources", "MISPEC"),),
        is_excluded=True,
    ),
    Kind(
        "specimen_that_does_not_count",
        partial(choice.has_baseline, test=HAEMOGLOBIN),
        partial(mutations.read_in_another_way, test=HAEMOGLOBIN, LBSPEC="SERUM"),
    ),
    # new therapy around progression
    Kind(
        "therapy_before_progression",
        choice.progressing_for_both,
        partial(mutations.treated_again, dated=mutations.days_later(-1)),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("previous", CENSORED)),
    ),
    Kind(
        "therapy_on_day_of_progression",
        choice.progressing_for_both,
        partial(mutations.treated_again, dated=mutations.days_later(0)),
    ),
    Kind(
        "therapy_after_progression",
        choice.progressing_for_both,
        partial(mutations.treated_again, dated=mutations.days_later(1)),
    ),
    Kind(
        "therapy_in_month_of_progression",
        choice.progressing_long_after_stable,
        partial(mutations.treated_again, dated=mutations.same_month),
    ),
    Kind(
        "therapy_in_month_before_progression",
        choice.progressing_long_after_stable,
        partial(mutations.treated_again, dated=mutations.month_before),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("previous", CENSORED)),
    ),
    # missed assessments
    Kind(
        "two_missed_before_progression",
        choice.progressing_after_pair,
        partial(mutations.assessments_missed, number=2),
        outcomes=dict.fromkeys(("PFS", "PFSIRC"), Ended("kept", CENSORED)),
    ),
    Kind(
        "one_missed_before_progression",
        choice.progressing_after_one,
        partial(mutations.assessments_missed, number=1),
    ),
    # readings before randomisation
    Kind(
        "response_at_entry",
        choice.never_responding,
        partial(mutations.read_at_entry, response="PR"),
    ),
    Kind(
        "response_at_entry_of_a_responder",
        choice.responding,
        partial(mutations.read_at_entry, response="PR"),
    ),
    Kind(
        "progression_at_entry",
        choice.progressing_for_both,
        partial(mutations.read_at_entry, response="PD"),
    ),
    # the same records in another form
    Kind("codes_written_otherwise", choice.anybody, mutations.written_otherwise),
    Kind("reversed_in_files", choice.anybody, mutations.reversed_in_files),
    Kind("renumbered", choice.anybody, mutations.renumbered),
)
