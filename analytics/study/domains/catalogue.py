"""What is said of a domain and of a variable in the catalogue of SDTM domains."""

from dataclasses import dataclass
from typing import Final, Literal

Need = Literal["file", "record", "result", "optional"]
Kind = Literal["text", "number", "whole number", "date"]
Answer = Literal[
    "domain_given",
    "seq",
    "group",
    "testcd",
    "category",
    "specimen",
    "evaluator",
    "method",
    "stat",
    "accepted_flag",
    "standard_text",
    "collected_text",
    "number",
    "unit",
    "visitnum",
    "dtc",
]

NEEDS: Final[dict[str, str]] = {
    "file": "required in the file: a file without the variable is refused; and in the record",
    "record": "required in the record: a record without a value is rejected",
    "result": "one of the domain's result variables is required in the record",
    "optional": "optional",
}


@dataclass(frozen=True)
class Variable:
    """One variable: what it may hold, what is derived from it, what happens without it.

    `answers`: the question, of those that every record is asked, that it answers.
    """

    name: str
    kind: Kind
    need: Need
    values: str = "any"
    derives: str = "carried, not used"
    absent: str = "nothing"
    answers: Answer | None = None


@dataclass(frozen=True)
class Domain:
    """One domain and how its records are read.

    `is_needed`: every trial has a file of it. `vocabulary`: 'closed' when every wording has
    to be a term where terms cover the test, 'open' when most wordings are no term (a bone
    marrow biopsy is no transplant). `repeats`: a later result of the same test and day
    replaces an earlier one. `contact`: what a dated record tells: that the subject was seen in
    person, or, 'remote', only that the subject was alive.
    """

    code: str
    label: str
    variables: tuple[Variable, ...]
    is_needed: bool = False
    absent: str = "facts that only this domain holds are not known"
    vocabulary: Literal["open", "closed"] = "open"
    repeats: bool = False
    contact: Literal["in_person", "remote"] | None = None

    def answering(self, *answers: Answer) -> tuple[Variable, ...]:
        """The variables that answer the questions, in the order of the questions."""
        return tuple(one for answer in answers for one in self.variables if one.answers == answer)
