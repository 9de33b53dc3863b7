"""The catalogue of record rules: what turns a record or a value away, why, and what to do.

The SQL models read it as `raw.study_record_rule`; the contract page and `plateau check` read
it here. A study sets another policy for a rule in [policies] of study.toml. A new rule is a row
here and a select in one of dbt_project/models/records/int_broken_rules_*.sql. The order decides:
a record that breaks several rules is rejected by the first.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Policy = Literal["reject", "exclude_subject", "stop"]
POLICIES: Final[tuple[str, ...]] = get_args(Policy)
POLICY_MEANINGS: Final[dict[str, str]] = {
    "reject": "the record is rejected, or the value is not used; the build continues",
    "exclude_subject": "as reject, and the subject is excluded from every population, with the "
    "rule as the reason in `results.attrition`",
    "stop": "the build ends with exit code 3 and nothing is published",
}


@dataclass(frozen=True)
class RecordRule:
    """One rule: `asks` is what holds for a good record, `to_do` is said to the data manager.

    `turns_away` is what is not used: the record, one value of it, or nothing. `policy` is the
    default and `policies` what a study may choose. `is_routine`: expected in any study, nobody's
    mistake; the report lists it for information. `consequence`: what becomes of it under the policy
    reject, where `turns_away` does not say it.
    """

    rule: str
    domains: str
    turns_away: Literal["record", "value", "record or value", "nothing"]
    asks: str
    why: str
    to_do: str
    policy: Policy = "reject"
    policies: tuple[str, ...] = POLICIES
    is_routine: bool = False
    consequence: str | None = None


_ALL: Final = "all"
_DATED: Final = "all with a date"
_CATALOGUE: Final = (
    RecordRule(
        "missing_key",
        _ALL,
        "record",
        "Every variable that identifies the record has a value.",
        "A record without its trial, subject, number or test cannot be assigned.",
        "Provide the missing value.",
    ),
    RecordRule(
        "wrong_study",
        _ALL,
        "record",
        "STUDYID is the id of the trial in study.toml.",
        "A record of another trial would be counted under this trial's cut-off and terms.",
        "Correct STUDYID, or move the record to its own trial's file.",
    ),
    RecordRule(
        "wrong_domain",
        _ALL,
        "record",
        "DOMAIN, where given, matches the domain in the file name.",
        "The variables of another domain have other meanings.",
        "Correct DOMAIN, or move the record to its own file.",
    ),
    RecordRule(
        "malformed_code",
        "RS QS LB GF SS DD SUPP",
        "record",
        "A test code (--TESTCD, QNAM) is a short name: a letter or underscore, then letters, "
        "digits and underscores, 8 characters at most.",
        "Anything else is usually the text of another variable, from swapped columns, and "
        "would match no term or factor.",
        "Check the order of the columns and enter the short name of the test.",
    ),
    RecordRule(
        "repeated_person",
        _ALL,
        "record",
        "A person is followed in one trial: the one with the earliest dose or, on a tie, the "
        "one named first in study.toml.",
        "A person with two ids, or an id in two trials, would be counted twice.",
        "None if the person did take part twice; otherwise correct USUBJID or same_person.csv.",
        policies=("reject", "stop"),
    ),
    RecordRule(
        "unknown_subject",
        "all but DM and ADSL",
        "record",
        "USUBJID belongs to an accepted DM record of the same trial, or ADSL record in ADaM.",
        "Without a DM or ADSL record, the subject is unknown.",
        "Correct USUBJID (leading zeros are part of it), or add the subject to DM or ADSL.",
    ),
    RecordRule(
        "unknown_record",
        "SUPP",
        "record",
        "The record to which a qualifier refers, by its number, group or visit, exists.",
        "A qualifier without its record cannot be used.",
        "Correct IDVAR and IDVARVAL, or send the record it belongs to.",
    ),
    RecordRule(
        "not_done",
        _ALL,
        "record",
        "The test was done: --STAT is not NOT DONE.",
        "An examination that was not performed has no result.",
        "None.",
        is_routine=True,
    ),
    RecordRule(
        "did_not_occur",
        _ALL,
        "record",
        "What the record names took place: --OCCUR is not N, and it is Y if the item was "
        "prespecified (--PRESP).",
        "A prespecified item that was answered with no, or not answered, did not take place.",
        "None.",
        is_routine=True,
    ),
    RecordRule(
        "unreadable_date",
        _DATED,
        "record or value",
        "A date is an ISO 8601 date between 1900 and 2099, complete (2012-05-17, "
        "2012-05-17T10:30), partial (2012-05, 2012, 2012---17) or an interval of uncertainty "
        "(2012-05-17/2012-06); its days are days of the calendar, its times those of a clock.",
        "It is unclear which day is meant, and a wrong day changes every time based on it.",
        "Write the date as YYYY-MM-DD, or the part that is known, or the first and the last "
        "possible day with a slash between them.",
    ),
    RecordRule(
        "missing_date",
        "EX RS QS LB GF PR SS SV DS DD, dates of declared facts",
        "record or value",
        "A record of something that took place on a day has a date.",
        "An undated record can neither start nor end follow-up.",
        "Give the date, or the part that is known.",
    ),
    RecordRule(
        "implausible_date",
        "EX RS QS LB GF PR SS SV DS DD, dates of declared facts",
        "record or value",
        "A date is at most 100 years before the data cut-off.",
        "An earlier one is a slip, and a time that starts with it is longer than a life.",
        "Correct the year.",
    ),
    RecordRule(
        "unreadable_number",
        "EX RS QS LB, AGE of DM and ADSL, numbers of ADSL, limits of LB",
        "record or value",
        "A number is finite and written in digits with a decimal point.",
        "Text such as 1,5 or <0.01 or NaN is ambiguous.",
        "Write the number in digits with a decimal point, or leave it empty.",
    ),
    RecordRule(
        "missing_result",
        "RS QS LB GF SS SUPP",
        "record",
        "A record of a result has a text or a number.",
        "An empty result is not a negative result.",
        "Give the result, or set --STAT to NOT DONE.",
    ),
    RecordRule(
        "impossible_number",
        "EX, MRD results and limits of LB, AGE of DM and ADSL",
        "record or value",
        "A dose is not negative, residual disease is a fraction from 0 to 1, and an age is "
        "from 0 to 120 years.",
        "Such a number usually has the wrong unit or stands in the wrong column.",
        "Check the unit and the column, and correct the number.",
    ),
    RecordRule(
        "wrong_unit",
        "LB, AGEU of DM and ADSL",
        "record or value",
        "A number is in the unit that the study uses: the parameter mrd_unit for "
        "residual disease, the unit of factors.csv for a factor's test, YEARS for an age.",
        "A percentage read as a fraction is wrong by a factor of 100.",
        "Convert the standard result (--STRESN, --STRESU) to that unit.",
    ),
    RecordRule(
        "unknown_term",
        "RS QS LB GF SS SV DD SUPP",
        "record",
        "Where terms.csv covers a test, it contains every wording of its results.",
        "An unmapped wording cannot be counted as a response, relapse or status.",
        "Add the wording to terms.csv, or correct it.",
    ),
    RecordRule(
        "unknown_cycle",
        "EX",
        "record",
        "Where terms.csv has cycles, it contains the visit of every dose.",
        "Rejecting a dose could change the date of the first dose, and with it every time.",
        "Add the visit's wording to terms.csv with its cycle, or correct VISIT.",
        policy="stop",
    ),
    RecordRule(
        "after_cutoff",
        f"{_DATED}; DTHDTC, --ENDTC",
        "record or value",
        "The date is not after the trial's data cut-off.",
        "Data after the cut-off were collected for some patients only.",
        "None, unless the cut-off in study.toml is wrong.",
        is_routine=True,
    ),
    RecordRule(
        "repeated_subject",
        "DM ADSL",
        "record",
        "A subject has exactly one DM record, or ADSL record in ADaM.",
        "Two different records of one subject cannot both be correct.",
        "Keep the correct record.",
    ),
    RecordRule(
        "duplicate",
        _ALL,
        "record",
        "No other record of the subject has the same value in every variable except --SEQ.",
        "The first record already holds the information.",
        "None, or find out why the record was sent twice.",
        is_routine=True,
    ),
    RecordRule(
        "repeated_key",
        "all with --SEQ",
        "record",
        "A sequence number identifies one record of its subject and domain.",
        "Qualifiers cannot distinguish two records with the same number.",
        "Renumber the records.",
    ),
    RecordRule(
        "superseded",
        "RS QS LB GF SS DD",
        "record",
        "No later or accepted (--ACPTFL) result of the same planned measurement differs: same "
        "test, category, subcategory, specimen, method, evaluator, reader (--EVALID), visit, time "
        "point and date.",
        "The later record of a measurement corrects the earlier one.",
        "None, or mark the valid record with --ACPTFL.",
        is_routine=True,
    ),
    RecordRule(
        "death_before_first_dose",
        "DM DD DS SS",
        "record or value",
        "A death is not dated before the first dose.",
        "One of the two dates is wrong, and so is any time between them.",
        "Check DTHDTC and the first EXSTDTC.",
    ),
    RecordRule(
        "after_death",
        _DATED,
        "record or value",
        "Nothing except reports of the death is dated after it.",
        "One of the two dates is wrong; the date of death is used. A partial one has been moved "
        "to the last day within it on which the subject was alive.",
        "Check the date and the date of death.",
    ),
    RecordRule(
        "death_without_date",
        "DM",
        "value",
        "A subject recorded as dead in DM (DTHFL is Y, or DTHDTC is given) has a usable date of "
        "death in some domain, or died after the data cut-off.",
        "Without it, a dead subject would be followed as alive to the last contact.",
        "Send the date of death, or the part that is known; or set [policies] "
        'death_without_date = "exclude_subject", or "reject" to censor at the last contact.',
        policy="stop",
    ),
    RecordRule(
        "death_date_differs",
        "DM DS",
        "value",
        "The dates of a death in DM and DS can be the same day.",
        "One of the two dates is wrong; that of DM is used.",
        "Check DTHDTC and DSSTDTC.",
    ),
    RecordRule(
        "end_before_start",
        "EX SV and other domains of contacts",
        "value",
        "An end is not dated before its start.",
        "One of the two dates is wrong; the start is used.",
        "Check both dates.",
    ),
    RecordRule(
        "cycle_out_of_order",
        "EX",
        "value",
        "A dose of a cycle is dated after the first dose of every earlier cycle.",
        "The cycle decides which responses lie in the remission window, and a day on which two "
        "cycles begin belongs to neither.",
        "Check VISIT and EXSTDTC of the doses of both cycles.",
        policy="stop",
    ),
    RecordRule(
        "unknown_level",
        "the records behind factors",
        "value",
        "factor_levels.csv has a level for every value of a categorical factor.",
        "A value without a level is treated as unknown.",
        "Add the wording or range to factor_levels.csv, with an empty level if it means unknown.",
    ),
    RecordRule(
        "relapse_before_remission",
        "RS",
        "value",
        "A relapse is dated after the first remission.",
        "A relapse without an earlier remission is not an event; one of the two dates may be "
        "wrong.",
        "Check both dates, or the category.",
    ),
    RecordRule(
        "relapse_without_remission",
        "RS",
        "value",
        "A subject who relapses was in remission, at the first dose or after it.",
        "A relapse that ends no remission is no event of an endpoint: it counts nowhere.",
        "Send the response that was the remission, or give its wording a meaning in terms.csv.",
    ),
    RecordRule(
        "several_sources",
        "RS, LB and the records behind facts and factors",
        "nothing",
        "The results of a subject that count as one thing have one category, specimen, method, "
        "evaluator and reader (--CAT, --SPEC, --METHOD, --EVAL, --EVALID), unless the study says "
        "which of them count. RSMETHOD and subcategories (--SCAT) may differ from day to day, but "
        "not within one.",
        "Otherwise the first or the best of several readings would decide, whoever made it.",
        "Add a row to fact_conditions.csv that names what is counted (response, mrd, the fact or "
        "the factor), the variable and its value, such as `,response,1,variable,RSEVAL,=,"
        "INVESTIGATOR` or `,response,1,variable,RSACPTFL,=,Y`; the operator `in` takes several "
        "values together.",
        policy="stop",
        policies=("exclude_subject", "stop"),
    ),
    RecordRule(
        "no_accepted_reading",
        "RS",
        "value",
        "Where the study counts accepted readings (a condition on RSACPTFL), each day or visit "
        "read by an evaluator whose readings the trial flags has an accepted reading.",
        "A response on a day without an accepted reading counts nowhere.",
        "Flag the accepted reading (RSACPTFL is Y), also where the readers agree; or name the "
        "reader that counts in fact_conditions.csv (RSEVAL, RSEVALID).",
        consequence="the readings of the day count nowhere",
    ),
    RecordRule(
        "accepted_readings_differ",
        "RS",
        "nothing",
        "Where the study counts accepted readings (a condition on RSACPTFL), the accepted readings "
        "of a day by one evaluator agree.",
        "Otherwise the worse or the better of two readings would decide, whichever comes first.",
        "Flag one of them (RSACPTFL), or name the reader that counts in fact_conditions.csv.",
        policy="stop",
        policies=("exclude_subject", "stop"),
    ),
    RecordRule(
        "several_treatments",
        "EX",
        "nothing",
        "The treatments of a subject (EXTRT) begin on one day, or DM has the first exposure "
        "(RFXSTDTC), or the study says which treatments count as a dose.",
        "Otherwise the first dose of any treatment would be the origin, even of a premedication.",
        "Add a row to fact_conditions.csv that names the study treatment, such as `,dose,1,"
        "variable,EXTRT,=,BLINATUMOMAB`; the operator `in` takes several treatments.",
        policy="stop",
    ),
    RecordRule(
        "first_dose_differs",
        "DM",
        "value",
        "The first exposure in DM (RFXSTDTC) is the day of the first dose that counts in EX.",
        "One of the two dates is wrong, or a treatment counts that should not; the dose in EX is "
        "used.",
        "Check RFXSTDTC and EXSTDTC, and the conditions on doses in fact_conditions.csv.",
    ),
    RecordRule(
        "not_analysed",
        "ADTTE",
        "record",
        "The record is one that is analysed: ANL01FL is Y, or no record of its PARAMCD has it.",
        "ADaM marks the records of the analysis; others, such as those of a sensitivity analysis, "
        "would be counted with them.",
        "None.",
        is_routine=True,
    ),
    RecordRule(
        "repeated_parameter",
        "ADTTE",
        "record",
        "A subject has one row for each PARAMCD.",
        "Two different times of one subject cannot both be right.",
        "Keep the row that is analysed, such as the one with ANL01FL = Y.",
        policy="stop",
    ),
    RecordRule(
        "impossible_time",
        "ADTTE",
        "record",
        "AVAL is a number that is not negative.",
        "A subject without a time cannot be followed.",
        "Correct AVAL, or STARTDT and ADT behind it.",
    ),
    RecordRule(
        "unknown_time_unit",
        "ADTTE",
        "record",
        "AVALU, or the unit in brackets at the end of PARAM, or time_unit of the trial in "
        "study.toml, is DAYS, WEEKS, MONTHS or YEARS.",
        "A time without its unit may be wrong by a factor of 30.",
        "Correct AVALU, or set time_unit of the trial in study.toml where the file has no AVALU.",
        policy="stop",
    ),
    RecordRule(
        "impossible_censoring",
        "ADTTE",
        "record",
        "CNSR is a whole number from 0.",
        "Without it, it is not known whether the time ends with an event.",
        "Correct CNSR.",
    ),
    RecordRule(
        "impossible_interval",
        "ADTTEINT",
        "record",
        "TSTART and TSTOP are numbers from 0, and TSTOP is the later one.",
        "The level of the factor would be placed at an impossible time.",
        "Correct TSTART or TSTOP.",
    ),
    RecordRule(
        "time_differs",
        "ADTTE",
        "value",
        "AVAL is ADT - STARTDT, or one day more if most times of the trial are; in weeks, months "
        "and years as far as rounding allows.",
        "Either the time or a date is wrong; the time is used, the dates are not.",
        "Check AVAL, STARTDT and ADT.",
        consequence="the time is used, the dates are not",
    ),
    RecordRule(
        "missing_time",
        "ADSL",
        "value",
        "A subject of an endpoint's population has a row of its PARAMCD that can be used.",
        "The subject counts in the population but not in the curve.",
        "Send the row, or correct the flag of the population. Nothing, for an endpoint that not "
        "every subject can have, such as the duration of response.",
        policies=("reject", "stop"),
        consequence="the subject is in no curve of the endpoint",
    ),
    RecordRule(
        "after_known_by",
        "the records behind declared facts",
        "value",
        "A declared fact is not dated after the fact that known_by names in facts.csv.",
        "The guard against immortal time relies on it: a group formed later holds those who lived "
        "until then.",
        "Check both dates; or leave known_by empty, or add a condition that places the fact on or "
        "before that day.",
        policy="stop",
    ),
    RecordRule(
        "member_without_origin",
        "DM",
        "nothing",
        "A member of an endpoint's population has the time origin of the endpoint, the origin_fact "
        "of endpoints.csv.",
        "Without a day to count from the subject would be in the population and not in the "
        "endpoint.",
        "Send the record of the origin, or add the condition that the fact exists to the "
        "population in populations.csv.",
        policy="stop",
        policies=("stop",),
    ),
    RecordRule(
        "before_origin",
        "the records behind endpoints",
        "value",
        "An event of an endpoint is not dated before the first day of the endpoint.",
        "An event before the start of observation is not counted for that endpoint.",
        "Check both dates.",
        policies=("reject", "stop"),
    ),
)

RECORD_RULES: Final[dict[str, RecordRule]] = {rule.rule: rule for rule in _CATALOGUE}


def default_policies() -> dict[str, str]:
    """The policy of every rule of a study that sets none."""
    return {name: rule.policy for name, rule in RECORD_RULES.items()}
