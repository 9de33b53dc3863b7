"""Which SDTM domains, and which ADaM datasets, a study reads."""

from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.study.domains import DOMAIN_VARIABLES, FURTHER
from analytics.study.specification import StudySpecification, Trial

_SUPP = "SUPP"


def used_domains(spec: StudySpecification) -> frozenset[str]:
    """The domains whose files are read; files of any other are listed and passed over.

    The catalogue's, and those that the study's facts, terms, factors and contacts name.
    """
    return (frozenset(DOMAIN_VARIABLES) - {FURTHER.code}) | further_domains(spec)


def read_of(trial: Trial, domains: frozenset[str]) -> frozenset[str]:
    """What is read of a trial: these domains, or the ADaM datasets where it is of that kind."""
    return frozenset(ADAM_DATASETS) if trial.kind == "adam" else domains


def further_domains(spec: StudySpecification) -> frozenset[str]:
    """The domains beyond the catalogue that the study names."""
    named = {
        *(fact.domain for fact in spec.facts),
        *(term.domain for term in spec.terms),
        *(factor.domain for factor in spec.factors if factor.domain is not None),
        *spec.parameters.contact_domains,
        *spec.parameters.visit_domains,
    }
    return frozenset(
        domain
        for domain in named
        if domain not in DOMAIN_VARIABLES and not domain.startswith(_SUPP)
    )
