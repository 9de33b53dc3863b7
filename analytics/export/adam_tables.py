"""The variables of the ADaM datasets that every study has, with the CDISC labels where there are.

What a study names itself, its factors and populations, is added when a release is exported.
"""

from dataclasses import replace
from typing import Final

from analytics.export.code_lists import (
    AGE_UNITS,
    CENSORINGS,
    DATE_IMPUTATIONS,
    ENDPOINT_CODES,
    ENDPOINTS,
    EVENT_CODES,
    FOUND,
    TIME_UNITS,
)
from analytics.export.mart_variables import Made, MartDataset

_STUDY: Final = Made(
    "STUDYID", "Study Identifier", "text", "subjects.trial_id", predecessor="ADSL.STUDYID"
)
_SUBJECT: Final = Made(
    "USUBJID", "Unique Subject Identifier", "text", "subjects.usubjid", predecessor="ADSL.USUBJID"
)
_PARAMETER: Final = (
    Made("PARAMCD", "Parameter Code", "text", "time_to_event.paramcd", codes=ENDPOINT_CODES),
    Made("PARAM", "Parameter", "text", "time_to_event.param", codes=ENDPOINTS),
)
_DATES: Final = "Imputation Flag"

ADSL: Final = MartDataset(
    "ADSL",
    "Subject-Level Analysis",
    ("STUDYID", "USUBJID"),
    (
        replace(_STUDY, predecessor="DM.STUDYID"),
        replace(_SUBJECT, predecessor="DM.USUBJID"),
        Made(
            "SUBJID",
            "Subject Identifier for the Study",
            "text",
            "subjects.subjid",
            predecessor="DM.SUBJID",
        ),
        Made("TRIALLBL", "Trial", "text", "subjects.trial_label"),
        Made("AGE", "Age", "integer", "subjects.age", predecessor="DM.AGE"),
        Made("AGEU", "Age Units", "text", "'YEARS'", codes=AGE_UNITS),
        Made("SEX", "Sex", "text", "subjects.sex", predecessor="DM.SEX"),
        Made("RACE", "Race", "text", "subjects.race", predecessor="DM.RACE"),
        Made("COUNTRY", "Country", "text", "subjects.country", predecessor="DM.COUNTRY"),
        Made("ARM", "Description of Planned Arm", "text", "subjects.arm", predecessor="DM.ARM"),
        Made("TRTSDT", "Date of First Exposure to Treatment", "date", "subjects.trtsdt"),
        Made("TRTEDT", "Date of Last Exposure to Treatment", "date", "subjects.trtedt"),
        Made("TRTCLSDT", "Last Day on Treatment", "date", "subjects.treatment_close_date"),
        Made("NCYCLES", "Treatment Cycles Started", "integer", "subjects.cycles_started"),
        Made("DTHDT", "Date of Death", "date", "subjects.dthdt"),
        Made(
            "DTHDTF", f"Date of Death {_DATES}", "text", "subjects.dthdtf", codes=DATE_IMPUTATIONS
        ),
        Made("LSTALVDT", "Date Last Known Alive", "date", "subjects.lstalvdt"),
        Made("CUTOFFDT", "Data Cut-off Date", "date", "subjects.cutoff_date"),
        Made("ANLSETFL", "Analysis Set Flag", "flag", "subjects.in_analysis_set"),
        Made("EXCLREAS", "Reason for Exclusion", "text", "subjects.exclusion_reason"),
    ),
    "marts.subjects",
)

ADRS: Final = MartDataset(
    "ADRS",
    "Response Analysis",
    ("STUDYID", "USUBJID", "SRCSEQ"),
    (
        _STUDY,
        _SUBJECT,
        Made(
            "PARAMCD",
            "Parameter Code",
            "text",
            "case when responses.response is null then 'RELAPSE' else 'OVRLRESP' end",
            "responses.response",
            codes=FOUND,
            method="RELAPSE where the record reports a relapse alone, else OVRLRESP.",
        ),
        Made(
            "PARAM",
            "Parameter",
            "text",
            "case when responses.response is null then 'Relapse' else 'Overall Response' end",
            "responses.response",
            codes=FOUND,
            method="Relapse where the record reports a relapse alone, else Overall Response.",
        ),
        Made(
            "AVALC",
            "Analysis Value (C)",
            "text",
            "coalesce(responses.response, responses.relapse_site)",
            "responses.response, relapse_site",
            codes=FOUND,
            method="The response, in the study's own terms; of a record that reports a relapse "
            "alone its site.",
        ),
        Made("RELSITE", "Site of Relapse", "text", "responses.relapse_site", codes=FOUND),
        Made("ADT", "Analysis Date", "date", "responses.adt"),
        Made("ADTF", f"Analysis Date {_DATES}", "text", "responses.adtf", codes=DATE_IMPUTATIONS),
        Made("ADY", "Analysis Relative Day", "integer", "responses.ady"),
        Made("CYCLE", "Treatment Cycle", "integer", "responses.cycle"),
        Made("REMISFL", "Remission Flag", "flag", "responses.is_remission"),
        Made("WINDOWFL", "In Remission Window Flag", "flag", "responses.in_window"),
        Made("BESTFL", "Best Response in Window Flag", "flag", "responses.is_best_in_window"),
        Made("FRSTRMFL", "First Remission Flag", "flag", "responses.is_first_remission"),
        Made("FRSTRLFL", "First Relapse Flag", "flag", "responses.is_first_relapse"),
        Made("RSEVAL", "Evaluator", "text", "responses.evaluator"),
        Made("SRCDOM", "Source Data", "text", "'RS'"),
        Made(
            "SRCSEQ", "Source Sequence Number", "integer", "responses.rsseq", predecessor="RS.RSSEQ"
        ),
    ),
    "(from marts.responses where is_assessed) as responses join marts.subjects using (usubjid)",
)

ADTTE: Final = MartDataset(
    "ADTTE",
    "Time-to-Event Analysis",
    ("STUDYID", "USUBJID", "PARAMCD"),
    (
        _STUDY,
        _SUBJECT,
        *_PARAMETER,
        Made("AVAL", "Analysis Value", "number", "time_to_event.aval"),
        Made("AVALU", "Analysis Value Unit", "text", "'DAYS'", codes=TIME_UNITS),
        Made("STARTDT", "Time-to-Event Origin Date for Subject", "date", "time_to_event.startdt"),
        Made(
            "STARTDTF",
            f"Origin Date {_DATES}",
            "text",
            "time_to_event.startdtf",
            codes=DATE_IMPUTATIONS,
        ),
        Made("ADT", "Analysis Date", "date", "time_to_event.adt"),
        Made(
            "ADTF", f"Analysis Date {_DATES}", "text", "time_to_event.adtf", codes=DATE_IMPUTATIONS
        ),
        Made(
            "CNSR",
            "Censor: 0 Event, 1 Censored, 2 Competing",
            "integer",
            "time_to_event.cnsr",
            codes=CENSORINGS,
        ),
        Made("EVNTDESC", "Event Description", "text", "time_to_event.evntdesc", codes=FOUND),
        Made("CNSDTDSC", "Censor Date Description", "text", "time_to_event.cnsdtdsc", codes=FOUND),
        Made(
            "EVNTCODE",
            "1 Event, 2 Competing, 0 Censored",
            "integer",
            "time_to_event.event_code",
            codes=EVENT_CODES,
        ),
        Made("RULEID", "Endpoint Rule", "text", "time_to_event.rule_id"),
        Made("SRCDOM", "Source Data", "text", "time_to_event.srcdom"),
        Made("SRCVAR", "Source Variable", "text", "time_to_event.srcvar"),
        Made("SRCSEQ", "Source Sequence Number", "integer", "time_to_event.srcseq"),
    ),
    "marts.time_to_event join marts.subjects using (usubjid)",
)

ADTTEINT: Final = MartDataset(
    "ADTTEINT",
    "Time-to-Event Intervals",
    ("STUDYID", "USUBJID", "PARAMCD", "INTVNUM"),
    (
        _STUDY,
        _SUBJECT,
        *_PARAMETER,
        Made("INTVNUM", "Interval Number", "integer", "covariate_intervals.interval_number"),
        Made("TSTART", "Start of Interval, Days, Excluded", "number", "covariate_intervals.tstart"),
        Made("TSTOP", "End of Interval, Days, Included", "number", "covariate_intervals.tstop"),
        Made(
            "EVNTCODE",
            "At TSTOP: 1 Event, 2 Competing, 0 None",
            "integer",
            "covariate_intervals.event_code",
            codes=EVENT_CODES,
        ),
    ),
    "marts.covariate_intervals join marts.time_to_event using (usubjid, paramcd) "
    "join marts.subjects using (usubjid)",
)
