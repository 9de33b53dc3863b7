"""A new study proposed from a package of SDTM files, for a person to correct."""

from analytics.proposal.study import ProposedStudy, propose_study

__all__ = ["ProposedStudy", "propose_study"]
