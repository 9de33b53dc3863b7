"""Whom a mutation suits: what has to hold of a subject so that all that follows is certain.

The conditions ask that nothing else of the course is near: that a reading is followed in time, that
both evaluators agree, that no therapy comes between.
"""

from collections.abc import Callable

from donors import CUTOFF, DAY, WEEK, Donor, Reading, Records, Test, flagged

Suits = Callable[[Donor], bool]


def anybody(_: Donor) -> bool:
    return True


def treated(donor: Donor) -> bool:
    return donor.is_treated


def alive(donor: Donor) -> bool:
    return donor.is_alive


def followed(donor: Donor) -> bool:
    """Alive, assessed, with a week between the last contact and the cut-off.

    The collection of adverse events does not end in that week.
    """
    return (
        donor.is_treated
        and donor.is_alive
        and len(donor.adequate) > 0
        and donor.last_alive <= CUTOFF - WEEK
        and not donor.last_alive <= donor.last_dose + 30 * DAY <= donor.last_alive + WEEK
    )


def followed_without_event(donor: Donor) -> bool:
    return followed(donor) and donor.progression is None and donor.next_therapy is None


def without_early_severe_event(donor: Donor) -> bool:
    return (
        donor.is_treated
        and donor.last_dose > donor.first_dose + 2 * DAY
        and (donor.severe_event is None or donor.severe_event > donor.first_dose + 2 * DAY)
    )


def reviewed_in_time(donor: Donor) -> bool:
    """The first reading of the review is no progression, and the readers agree on it."""
    return (
        len(donor.review) > 0
        and donor.review[0].response in ("SD", "PR")
        and donor.review[0].day <= donor.randomised + 100 * DAY
        and set(readers(donor.records, donor.review[0])) == {donor.review[0].response}
        and (donor.next_therapy is None or donor.next_therapy > donor.review[0].day)
    )


def corrected_in_time(donor: Donor) -> bool:
    """Stable disease twice within the longest gap, before anything else happens."""
    if donor.is_responder or len(donor.readings) < 3:
        return False
    first, second = donor.readings[:2]
    return (
        (first.response, second.response) == ("SD", "SD")
        and first.day >= donor.randomised + 49 * DAY
        and second.day <= first.day + 119 * DAY
        and (donor.next_therapy is None or donor.next_therapy > second.day)
    )


def with_unblurred_middle(donor: Donor) -> bool:
    """Without response, with stable disease in the middle of five readings or more."""
    return (
        not donor.is_responder
        and len(donor.readings) >= 5
        and donor.readings[2].response == "SD"
        and donor.readings[3].response != "NE"
    )


def progressing(donor: Donor) -> bool:
    """Progression told in time, without response, before anything that would censor it."""
    return (
        donor.is_treated
        and donor.progression is not None
        and not donor.is_responder
        and donor.death != donor.progression
        and len(donor.adequate) >= 2
        and donor.adequate[0] >= donor.randomised + 49 * DAY
        and donor.progression == donor.adequate[-1]
        and donor.progression <= donor.adequate[-2] + 119 * DAY
        and (donor.next_therapy is None or donor.next_therapy > donor.progression + 3 * DAY)
    )


def progressing_for_both(donor: Donor) -> bool:
    """The same for the independent review: assessed and progressing on the same days."""
    return (
        progressing(donor)
        and donor.review_progression == donor.progression
        and tuple(one.day for one in donor.review if one.response != "NE") == donor.adequate
    )


def progressing_after_days(donor: Donor) -> bool:
    """No assessment in the six days before progression, nor on the day after."""
    return progressing(donor) and donor.adequate[-2] < donor.progression - 6 * DAY


def progressing_after_month(donor: Donor) -> bool:
    """No assessment earlier in the month of progression."""
    return progressing(donor) and donor.adequate[-2] < donor.progression.replace(day=1)


def progressing_long_after_stable(donor: Donor) -> bool:
    """Stable disease seven weeks from randomisation, before the month before progression."""
    return (
        progressing_for_both(donor)
        and donor.adequate[-2] < donor.progression.replace(day=1)
        and donor.adequate[0] < (donor.progression.replace(day=1) - DAY).replace(day=1)
        and donor.readings[0].response == "SD"
    )


def progressing_after_pair(donor: Donor) -> bool:
    """Two assessments before progression that all readers read alike, and one before them."""
    return (
        progressing_for_both(donor)
        and len(donor.adequate) >= 4
        and donor.progression > donor.adequate[-4] + 119 * DAY
        and all(len(set(readers(donor.records, one))) == 1 for one in donor.readings)
    )


def progressing_after_one(donor: Donor) -> bool:
    """An assessment before progression that can be missed: no gap is then too long."""
    return (
        progressing_for_both(donor)
        and len(donor.adequate) >= 3
        and donor.progression <= donor.adequate[-3] + 119 * DAY
        and all(len(set(readers(donor.records, one))) == 1 for one in donor.readings)
    )


def dead_after_progression(donor: Donor) -> bool:
    """A complete date of death, after the progression that both evaluators found."""
    return (
        progressing_for_both(donor)
        and donor.death is not None
        and donor.death <= CUTOFF - 40 * DAY
        and donor.progression < donor.death - 40 * DAY
    )


def responding(donor: Donor) -> bool:
    """A response that the next reading confirms."""
    first = next((i for i, one in enumerate(donor.readings) if one.response in ("CR", "PR")), None)
    return (
        donor.is_treated
        and first is not None
        and first + 1 < len(donor.readings)
        and donor.readings[first + 1].response in ("CR", "PR")
    )


def never_responding(donor: Donor) -> bool:
    return donor.is_treated and not donor.is_responder


def has_baseline(donor: Donor, *, test: Test) -> bool:
    """Treated, with one flagged record of the test before the day before the first dose."""
    records = flagged(donor.records, test)
    return (
        donor.is_treated
        and len(records) == 1
        and records[0][test.variable("DTC")] < str(donor.first_dose - DAY)
    )


def readers(records: Records, reading: Reading) -> list[str]:
    """What every reader says on the day of a reading."""
    return [
        record["RSSTRESC"]
        for record in records["rs"]
        if record["RSTESTCD"] == "OVRLRESP" and record["RSDTC"] == str(reading.day)
    ]
