"""The answers of a page, each known by the digest of what it is computed from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from analytics.report.explore.estimates import answer, counts_of
from analytics.report.explore.offered import Offer
from analytics.study.specification import Parameters
from analytics.value_digest import value_digest

_DATA: Final = re.compile(r'<script type="application/json" id="release">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Answers:
    """Computes answers, or takes those of another page that were computed from the same.

    `program` is the digest of the code that computes, `known` the answers of the other page by
    their digests, `made_of` the digests of this page's by offer.
    """

    program: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    made_of: dict[str, str] = field(default_factory=dict)

    def of(
        self,
        offer: Offer,
        groups: Mapping[str, pl.DataFrame],
        parameters: Parameters,
        *,
        competing: bool,
    ) -> dict[str, Any]:
        """The answer to what is offered, of the groups as `answer` takes them."""
        counts = counts_of(groups)
        digest = value_digest(self.program, counts, parameters, competing)
        self.made_of[name_of(vars(offer))] = digest
        return self.known.get(digest) or answer(counts, parameters, competing=competing)


def name_of(offer: Mapping[str, Any]) -> str:
    """An offer in one text."""
    return " / ".join(str(offer[name] or "all") for name in ("endpoint", "population", "factor"))


def answers_of(page: Path, made_of: Mapping[str, str]) -> dict[str, Any]:
    """The answers of a page by the digests of what they were computed from."""
    found = _DATA.search(page.read_text(encoding="utf-8"))
    data = json.loads(found[1]) if found else {}
    return {
        made_of[name_of(offer)]: data["answers"][offer["answer"]]
        for offer in data.get("offers", ())
        if name_of(offer) in made_of
    }
