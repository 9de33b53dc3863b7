"""Which SDTM domains a study reads."""

from analytics.study.domains import DOMAIN_VARIABLES
from analytics.study.specification import StudySpecification


def used_domains(spec: StudySpecification) -> frozenset[str]:
    """The domains whose files are read; files of any other are listed and passed over."""
    return frozenset(DOMAIN_VARIABLES)
