"""The study's own specification as tables of `raw`, for the SQL models to join."""

from collections.abc import Sequence
from typing import Final

import duckdb

from analytics.ingest.errors import IngestError
from analytics.ingest.fact_conditions import fact_condition_rows
from analytics.study.adam_datasets import TIME_SLACKS, TIME_UNITS, days_in
from analytics.study.declared_facts import definition_of, needing_first_dose
from analytics.study.facts import BUILT_IN_FACTS
from analytics.study.record_rules import RECORD_RULES
from analytics.study.specification import Analysis, StudySpecification
from analytics.study.study_file import parameter_values

_TABLES: Final[dict[str, str]] = {
    "study": "study_id varchar, title varchar, synthetic boolean, synthetic_note varchar, "
    "analysis_set varchar, number_style varchar",
    "study_trial": "trial_id varchar, label varchar, kind varchar, cutoff date, "
    "time_unit varchar, display_order integer",
    "study_parameter": "name varchar, value varchar",
    "study_term": "trial_id varchar, domain varchar, testcd varchar, wording varchar, "
    "category varchar, value varchar",
    "study_fact": "fact varchar, label varchar, domain varchar, date_variable varchar, "
    "take varchar, value_category varchar, known_by varchar, level integer, "
    "needs_first_dose boolean, definition varchar, defined_at varchar",
    "study_fact_condition": "trial_id varchar, fact varchar, about varchar, "
    "condition_order integer, "
    "kind varchar, domain varchar, name varchar, comparison varchar, "
    "is_negated boolean, value varchar, value_number double",
    "study_record_rule": "rule varchar, rule_order integer, asks varchar, to_do varchar, "
    "policy varchar, is_routine boolean",
    "study_same_person": "person varchar, usubjid varchar",
    "study_factor": "factor varchar, label varchar, timing varchar, type varchar, "
    "derivation varchar, domain varchar, testcd varchar, category varchar, specimen varchar, "
    "evaluator varchar, unit varchar, add_value double, no_record varchar, fact varchar, "
    "assessed_fact varchar, display_order integer",
    "study_factor_level": "factor varchar, level varchar, label varchar, display_order integer, "
    "wording varchar, lower double, lower_inclusive boolean, upper double, "
    "upper_inclusive boolean",
    "study_population": "population varchar, label varchar, display_order integer",
    "study_population_condition": "population varchar, condition_order integer, kind varchar, "
    "name varchar, operator varchar, value varchar, reason varchar",
    "study_endpoint": "paramcd varchar, param varchar, population varchar, origin_fact varchar, "
    "assessments varchar, longest_gap_days integer, display_order integer",
    "study_endpoint_rule": "paramcd varchar, rule_id varchar, role varchar, fact varchar, "
    "priority integer, description varchar, days_after integer",
    "study_adam_name": "kind varchar, name varchar, variable varchar, label varchar",
    "study_adam_event": "paramcd varchar, cnsr integer, evntdesc varchar, role varchar",
    "study_time_unit": "wording varchar, unit varchar, days double, slack_days double, "
    "slack_share double",
    "plan_analysis": "analysis_id varchar, label varchar, method varchar, paramcd varchar, "
    "population varchar, strata_factor varchar, time_dependent_strata boolean, "
    "landmark_days double, headline boolean, delayed_entry_of varchar, alternative_to varchar, "
    "candidates_from varchar, pooled_factor varchar, display_order integer",
    "plan_analysis_entry": "analysis_id varchar, fact varchar, by_landmark boolean",
    "plan_stratification_factor": "analysis_id varchar, factor varchar, factor_order integer",
    "plan_outcome_line": "analysis_id varchar, outcome varchar, level varchar, "
    "population varchar, denominator varchar",
    "plan_state": "analysis_id varchar, state_order integer, state varchar, label varchar, "
    "fact varchar, ends varchar",
    "plan_state_sum": "analysis_id varchar, sum_order integer, name varchar, label varchar, "
    "state varchar",
}
STUDY_TABLES: Final = tuple(_TABLES)
"""The tables of `raw` that hold the study's own specification."""

Rows = Sequence[tuple[object, ...]]


def load_study_tables(connection: duckdb.DuckDBPyConnection, spec: StudySpecification) -> None:
    """Write raw.study* and raw.plan_analysis*; an empty cell is NULL.

    Raises IngestError when same_person.csv names a subject that no DM or ADSL file has.
    """
    rows = _study_rows(spec) | _definition_rows(spec) | _plan_rows(spec.analyses)
    for name, columns in _TABLES.items():
        connection.execute(f"create or replace table raw.{name} ({columns})")
        if rows[name]:
            marks = ", ".join("?" for _ in rows[name][0])
            connection.executemany(f"insert into raw.{name} values ({marks})", rows[name])
    _check_same_persons(connection)


def _check_same_persons(connection: duckdb.DuckDBPyConnection) -> None:
    """Every subject of same_person.csv is in DM or ADSL: a slip would leave a person in twice."""
    unknown = connection.execute(
        "select usubjid from raw.study_same_person "
        "where usubjid not in (select trim(usubjid) from raw.sdtm_dm where usubjid is not null "
        "union select trim(usubjid) from raw.adam_adsl where usubjid is not null) "
        "order by usubjid"
    ).fetchall()
    if unknown:
        raise IngestError(
            *(
                f"same_person.csv names the subject '{usubjid}', but no DM or ADSL file has it; "
                "correct the line or remove it."
                for (usubjid,) in unknown
            )
        )


def _study_rows(spec: StudySpecification) -> dict[str, Rows]:
    rows: dict[str, Rows] = {
        "study": [
            (
                spec.study_id,
                spec.title,
                spec.synthetic,
                spec.synthetic_note,
                spec.analysis_set,
                spec.number_style,
            )
        ],
        "study_trial": [
            (row.trial_id, row.label, row.kind, row.cutoff, row.time_unit, row.display_order)
            for row in spec.trials
        ],
        "study_parameter": list(parameter_values(spec.parameters).items()),
        "study_term": [
            (row.trial_id, row.domain, row.testcd, row.wording, row.category, row.value)
            for row in spec.terms
        ],
        "study_fact": _fact_rows(spec),
        "study_fact_condition": fact_condition_rows(spec),
        "study_record_rule": [
            (rule.rule, order, rule.asks, rule.to_do, spec.policies[rule.rule], rule.is_routine)
            for order, rule in enumerate(RECORD_RULES.values(), start=1)
        ],
        "study_same_person": [(row.person, row.usubjid) for row in spec.same_persons],
        "study_factor": [
            (
                row.factor,
                row.label,
                row.timing,
                row.type,
                row.derivation,
                row.domain,
                row.testcd,
                row.category,
                row.specimen,
                row.evaluator,
                row.unit,
                row.add,
                row.no_record,
                row.fact,
                row.assessed_fact,
                row.display_order,
            )
            for row in spec.factors
        ],
        "study_factor_level": [
            (
                row.factor,
                row.level,
                row.label,
                row.display_order,
                row.wording,
                row.lower,
                row.lower_inclusive,
                row.upper,
                row.upper_inclusive,
            )
            for row in spec.factor_levels
        ],
    }
    return rows


def _fact_rows(spec: StudySpecification) -> Rows:
    """Built-in facts first: what dates them stands in SQL, so they have a name and level 0."""
    built_in = [
        (fact.name, fact.label, *[None] * 5, 0, True, None, None)
        for fact in BUILT_IN_FACTS.values()
    ]
    needing = needing_first_dose(spec.facts)
    declared = [
        (
            row.fact,
            row.label,
            row.domain,
            row.date,
            row.take,
            row.value,
            row.known_by,
            row.level,
            row.fact in needing,
            definition_of(row),
            row.where,
        )
        for row in spec.facts
    ]
    return [*built_in, *declared]


def _definition_rows(spec: StudySpecification) -> dict[str, Rows]:
    return {
        "study_population": [
            (row.population, row.label, row.display_order) for row in spec.populations
        ],
        "study_population_condition": [
            (
                row.population,
                row.condition_order,
                row.kind,
                row.name,
                row.operator,
                row.value,
                row.reason,
            )
            for population in spec.populations
            for row in population.conditions
        ],
        "study_endpoint": [
            (
                row.paramcd,
                row.param,
                row.population,
                row.origin_fact,
                row.assessments,
                row.longest_gap_days,
                row.display_order,
            )
            for row in spec.endpoints
        ],
        "study_endpoint_rule": [
            (
                row.paramcd,
                row.rule_id,
                row.role,
                row.fact,
                row.priority,
                row.description,
                row.days_after,
            )
            for row in spec.endpoint_rules
        ],
        "study_adam_name": [
            (row.kind, row.name, row.variable, row.label) for row in spec.adam_names
        ],
        "study_adam_event": [
            (row.paramcd, row.cnsr, row.evntdesc, row.role) for row in spec.adam_events
        ],
        "study_time_unit": [
            (wording, unit, days_in(unit, spec.parameters.days_per_month), *TIME_SLACKS[unit])
            for wording, unit in TIME_UNITS.items()
        ],
    }


def _plan_rows(analyses: Sequence[Analysis]) -> dict[str, Rows]:
    return {
        "plan_analysis": [
            (
                row.analysis_id,
                row.label,
                row.method,
                row.endpoint,
                row.population,
                row.strata,
                row.time_dependent_strata,
                row.landmark_days,
                row.headline,
                row.delayed_entry_of,
                row.alternative_to,
                row.candidates_from,
                row.pooled_over,
                row.display_order,
            )
            for row in analyses
        ],
        "plan_analysis_entry": [
            (row.analysis_id, fact, fact in row.known_by_landmark)
            for row in analyses
            for fact in (*_entry_facts(row), *row.known_by_landmark)
        ],
        "plan_stratification_factor": [
            (row.analysis_id, factor, order)
            for row in analyses
            for order, factor in enumerate(row.stratified_by, start=1)
        ],
        "plan_outcome_line": [
            (row.analysis_id, line.outcome, line.level, line.population, line.denominator)
            for row in analyses
            for line in row.lines
        ],
        "plan_state": [
            (row.analysis_id, order, state.state, state.label, state.fact, state.ends)
            for row in analyses
            for order, state in enumerate(row.states, start=1)
        ],
        "plan_state_sum": [
            (row.analysis_id, order, one.name, one.label, state)
            for row in analyses
            for order, one in enumerate(row.sums, start=1)
            for state in one.states
        ],
    }


def _entry_facts(analysis: Analysis) -> tuple[str, ...]:
    """The analysis's entry facts; of a univariate analysis those of all its models."""
    models = [fact for contrast in analysis.factors for fact in contrast.entry_facts]
    return tuple(dict.fromkeys((*analysis.entry_facts, *models)))
