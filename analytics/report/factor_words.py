"""How a factor and what is compared within it are written."""

from typing import Final

from analytics.report.elements import Row

_DELAYED: Final = "__delayed_entry"


def contrast_of(row: Row) -> str:
    """A factor with what is compared: Sex (male/female)."""
    return f"{row['factor_label']} ({row['contrast'].replace(' / ', '/')})"


def is_sibling(row: Row) -> bool:
    """Whether a model with delayed entry, beside the one shown as published."""
    return str(row["model"]).endswith(_DELAYED)
