"""From a study folder to its specification: read the files in the order they rest on each other."""

from pathlib import Path

from analytics.study.adam_events import read_adam_events
from analytics.study.adam_names import read_adam_names
from analytics.study.adam_trials import check_adam_trials, flags_of
from analytics.study.declared_facts import (
    all_facts,
    check_known_by,
    own_categories,
    read_declared_facts,
)
from analytics.study.definitions import Definitions
from analytics.study.endpoints import (
    check_endpoint_population,
    check_origin,
    read_endpoint_rules,
    read_endpoints,
)
from analytics.study.external_controls import read_external_controls
from analytics.study.factors import read_factor_levels, read_factors
from analytics.study.keys import Table
from analytics.study.plan import read_plan
from analytics.study.populations import (
    Names,
    conditions_of,
    excluding,
    level_names,
    read_populations,
    with_flags,
)
from analytics.study.same_person import read_same_persons
from analytics.study.specification import Population, StudySpecification, Term
from analytics.study.study_file import parameter_values, read_study_file
from analytics.study.terms import TERMS_FILE, read_terms


def load_study(folder: Path) -> StudySpecification:
    """The checked specification of a study folder; no SDTM file is opened.

    Raises StudyError with one sentence on the first mistake: file, line or key, what is
    wrong, what to do.
    """
    file = read_study_file(folder)
    values = parameter_values(file.parameters)
    responses = file.parameters.response_order
    trial_ids = [trial.trial_id for trial in file.trials]
    has_sdtm = any(trial.kind == "sdtm" for trial in file.trials)
    # where every trial is read from ADaM no wording of SDTM needs a meaning
    terms: tuple[Term, ...] = ()
    if has_sdtm or (folder / TERMS_FILE).exists():
        terms = read_terms(
            folder, trial_ids, responses, own_categories(folder), file.vocabulary.terms
        )
    declared, record_conditions = read_declared_facts(folder, terms, trial_ids)
    facts = all_facts(declared, terms, responses)
    check_known_by(declared, facts)
    factors = read_factors(folder, facts)
    factor_levels = read_factor_levels(folder, factors)
    endpoints = read_endpoints(folder, facts, declared, has_sdtm=has_sdtm)
    rules, rule_parameters = read_endpoint_rules(
        folder, endpoints, values, facts, has_sdtm=has_sdtm
    )
    by_factor = {factor.factor: factor for factor in factors}
    levels = level_names(factor_levels)
    by_endpoint = {endpoint.paramcd: endpoint for endpoint in endpoints}
    names = Names(facts, by_factor, levels, by_endpoint, values)
    defined = read_populations(folder, names)
    adam_names = read_adam_names(
        folder, by_factor, [population.population for population in defined], facts
    )
    flagged = with_flags(defined, flags_of(adam_names), has_sdtm=has_sdtm)
    populations = excluding(file.policies, flagged)
    by_population = {population.population: population for population in populations}
    Table("study.toml", {}).check(file.analysis_set, by_population, "population of analysis_set")
    rests = {name: _rests_on_endpoint(name, by_population) for name in by_population}
    for endpoint in endpoints:
        check_endpoint_population(endpoint, rests)
        check_origin(endpoint, by_population, facts)
    adam_events = read_adam_events(folder, by_endpoint)
    external_controls = read_external_controls(folder, by_endpoint, by_factor, levels)
    definitions = Definitions(
        folder=folder,
        facts=facts,
        factors=by_factor,
        levels=levels,
        level_rows=factor_levels,
        populations=by_population,
        endpoints=by_endpoint,
        inferred_parameters=file.inferred_parameters,
        rule_parameters=rule_parameters,
        competing=frozenset(
            [row.paramcd for row in rules if row.role == "competing"]
            + [row.paramcd for row in adam_events if row.role == "competing"]
        ),
        external_controls={one.name: one for one in external_controls},
    )
    study = StudySpecification(
        study_id=file.study_id,
        title=file.title,
        synthetic=file.synthetic,
        synthetic_note=file.synthetic_note,
        analysis_set=file.analysis_set,
        trials=file.trials,
        parameters=file.parameters,
        inferred_parameters=file.inferred_parameters,
        publication=file.publication,
        number_style=file.number_style,
        terms=terms,
        facts=declared,
        record_conditions=record_conditions,
        factors=factors,
        factor_levels=factor_levels,
        populations=populations,
        endpoints=endpoints,
        endpoint_rules=rules,
        analyses=read_plan(folder, definitions),
        folder=folder,
        policies=file.policies,
        same_persons=read_same_persons(folder),
        adam_names=adam_names,
        adam_events=adam_events,
        external_controls=external_controls,
    )
    check_adam_trials(study)
    return study


def _rests_on_endpoint(population: str, by_name: dict[str, Population]) -> bool:
    return any(condition.kind == "endpoint" for condition in conditions_of(population, by_name))
