"""The SDTM domains Plateau reads, the variables its models rely on, and what each answers.

Names follow SDTMIG 3.4. A variable that a file does not have is NULL in `raw`; a variable
that is not listed here is loaded as it stands and simply not used. Loading takes its required
files and variables from here; docs/input-contract.md and the dbt macro `record_layout` are
written from it.
"""

from typing import Final

from analytics.study.adam_datasets import ADAM_DATASETS, REQUIRED_VARIABLES
from analytics.study.domains.catalogue import NEEDS, Domain, Variable
from analytics.study.domains.events import EVENTS
from analytics.study.domains.findings import FINDINGS
from analytics.study.domains.interventions import INTERVENTIONS
from analytics.study.domains.special import FURTHER, QUALIFIERS, SPECIAL_PURPOSE

__all__ = [
    "CONTACT_DOMAINS",
    "DOMAINS",
    "DOMAIN_VARIABLES",
    "FURTHER",
    "NEEDS",
    "REQUIRED_DOMAINS",
    "VISIT_DOMAINS",
    "Domain",
    "Variable",
    "required_variables",
    "variables_of",
]

DOMAINS: Final[dict[str, Domain]] = {
    domain.code: domain
    for domain in (*SPECIAL_PURPOSE, *INTERVENTIONS, *EVENTS, *FINDINGS, QUALIFIERS, FURTHER)
}
DOMAIN_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    code: tuple(variable.name for variable in domain.variables) for code, domain in DOMAINS.items()
}
CONTACT_DOMAINS: Final = tuple(code for code, domain in DOMAINS.items() if domain.contact)
VISIT_DOMAINS: Final = tuple(
    code for code, domain in DOMAINS.items() if domain.contact == "in_person" and code != "SV"
)
"""Domains of contacts in person; SV says of each contact whether it was one."""
REQUIRED_DOMAINS: Final = tuple(code for code, domain in DOMAINS.items() if domain.is_needed)


def variables_of(domain: str) -> tuple[str, ...]:
    """The variables that the table of a domain or ADaM dataset has, whether a file does or not."""
    if domain in ADAM_DATASETS:
        return ADAM_DATASETS[domain]
    return DOMAIN_VARIABLES.get(domain) or (*required_variables(domain), "DOMAIN")


def required_variables(domain: str) -> tuple[str, ...]:
    """The variables without which a file of the domain or ADaM dataset is refused."""
    if domain in REQUIRED_VARIABLES:
        return REQUIRED_VARIABLES[domain]
    known = DOMAINS.get(domain, FURTHER)
    return tuple(variable.name for variable in known.variables if variable.need == "file")
