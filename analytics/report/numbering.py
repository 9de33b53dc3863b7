"""The numbers of figures and tables: the supplementary ones are counted apart."""

from collections import Counter
from collections.abc import Sequence

from analytics.report.elements import Figure, Section, Table


def numbered(
    sections: Sequence[Section],
) -> list[tuple[Section, list[tuple[str, Figure | Table]]]]:
    """Each section with its items, each with its number: Figure 1, Table 2, Table S2."""
    counts: Counter[str] = Counter()
    found = []
    for section in sections:
        items = []
        for item in section.items:
            kind = "Figure" if isinstance(item, Figure) else "Table"
            prefix = f"{kind} " if item.is_main else f"{kind} S"
            counts[prefix] += 1
            items.append((f"{prefix}{counts[prefix]}", item))
        found.append((section, items))
    return found
