"""A study folder as typed, frozen specifications."""

from analytics.study.errors import StudyError
from analytics.study.loading import load_study
from analytics.study.specification import StudySpecification

__all__ = ["StudyError", "StudySpecification", "load_study"]
