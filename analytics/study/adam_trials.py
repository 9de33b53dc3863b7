"""What a study has to say before a trial can be read from its ADaM datasets.

ADaM is finished: nothing is derived again. So each factor, population and fact that the study uses
has to be a variable of the datasets, or follow from those that are.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.populations import conditions_of
from analytics.study.specification import AdamName, StudySpecification
from analytics.study.wording import choices

# Conditions of a population that no dataset of ADaM answers by itself.
_UNKNOWN_KINDS: Final = ("fact", "variable")


def flags_of(names: Iterable[AdamName]) -> dict[str, str]:
    """Population -> its flag in ADSL."""
    return {item.name: item.variable for item in names if item.kind == "population"}


def check_adam_trials(study: StudySpecification) -> None:
    """Raise StudyError for the first thing that a trial of either kind cannot tell."""
    if study.has_sdtm:
        _check_sdtm(study)
    if study.has_adam:
        _check_factors(study)
        _check_populations(study)
        _check_entry_facts(study)
        _check_attrition(study)
    elif study.adam_events:
        raise StudyError(
            f"{study.adam_events[0].where}: no trial is of the kind adam, so that nothing is read "
            'from ADTTE; remove the file, or set kind = "adam" for a trial in study.toml.'
        )


def _check_sdtm(study: StudySpecification) -> None:
    trial = next(trial.trial_id for trial in study.trials if trial.kind == "sdtm")
    for factor in study.factors:
        if factor.derivation == "adam":
            raise StudyError(
                f"factors.csv: factor '{factor.factor}' is read from ADaM alone (derivation "
                f"adam), but trial '{trial}' is read from SDTM; choose another derivation."
            )
    for population in study.populations:
        if any(condition.kind == "flag" for condition in population.conditions):
            raise StudyError(
                f"populations.csv: population '{population.population}' has no condition, but "
                f"trial '{trial}' is read from SDTM, which has no flags; add its conditions."
            )


def _check_factors(study: StudySpecification) -> None:
    """Every factor that describes the baseline is a variable of ADSL."""
    named = {item.name for item in study.adam_names if item.kind == "factor"}
    for factor in study.factors:
        if factor.factor not in named and (
            factor.timing == "baseline" or factor.derivation == "adam"
        ):
            dataset = "ADSL" if factor.timing == "baseline" else "ADTTEINT"
            raise StudyError(
                f"adam_names.csv: factor '{factor.factor}' has no line, so that a trial of the "
                f"kind adam has no value of it; name its variable of {dataset}, such as "
                f"factor,{factor.factor},{factor.factor.upper()[:8]},."
            )


def _check_populations(study: StudySpecification) -> None:
    """A population has a flag, or follows from other populations, factors and endpoints."""
    flags = flags_of(study.adam_names)
    for population in study.populations:
        if population.population in flags:
            continue
        for condition in population.conditions:
            if condition.kind in _UNKNOWN_KINDS:
                raise StudyError(
                    f"adam_names.csv: population '{population.population}' rests on the "
                    f"{condition.kind} '{condition.name}', which ADaM does not have; name the flag "
                    "of ADSL that tells who belongs to it, such as population,"
                    f"{population.population},ITTFL,."
                )


def _check_entry_facts(study: StudySpecification) -> None:
    """The day on which observation begins is a variable of ADTTE."""
    named = {item.name for item in study.adam_names if item.kind == "fact"}
    for analysis, fact in _entry_facts(study):
        if fact not in named:
            raise StudyError(
                f"adam_names.csv: in analysis '{analysis}' of plan.toml observation begins with "
                f"the fact '{fact}'; name the variable of ADTTE that holds its day, such as "
                f"fact,{fact},ENTRYDY,."
            )


def _check_attrition(study: StudySpecification) -> None:
    """Who leaves at which condition is known where at most one of a population's is unknown."""
    named = {item.name for item in study.adam_names if item.kind == "fact"}
    by_name = {population.population: population for population in study.populations}
    for analysis in study.analyses:
        if analysis.method != "attrition" or analysis.population is None:
            continue
        unknown: dict[str, list[str]] = {}
        for condition in conditions_of(analysis.population, by_name):
            is_told = condition.name in named and condition.operator in ("exists", "absent")
            if condition.kind in _UNKNOWN_KINDS and not is_told:
                unknown.setdefault(condition.population, []).append(condition.name)
        for population, facts in unknown.items():
            if len(facts) > 1:
                raise StudyError(
                    f"plan.toml: attrition '{analysis.analysis_id}' asks which condition of "
                    f"population '{population}' a subject fails, but ADaM has its flag alone, not "
                    f"{choices(facts)}; remove the analysis, or name the variables of ADTTE that "
                    "hold the days of facts in adam_names.csv."
                )


def _entry_facts(study: StudySpecification) -> Iterator[tuple[str, str]]:
    for analysis in study.analyses:
        for fact in analysis.entry_facts:
            yield analysis.analysis_id, fact
        for contrast in analysis.factors:
            for fact in contrast.entry_facts:
                yield analysis.analysis_id, fact
