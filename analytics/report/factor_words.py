"""How a factor and what is compared within it are written."""

from analytics.report.elements import Row


def contrast_of(row: Row) -> str:
    """A factor with what is compared: Sex (male/female)."""
    return f"{row['factor_label']} ({row['contrast'].replace(' / ', '/')})"
