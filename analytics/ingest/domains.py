"""The SDTM domains that are loaded; defined with the study's specification."""

from analytics.study.domains import DOMAIN_VARIABLES

__all__ = ["DOMAIN_VARIABLES"]
