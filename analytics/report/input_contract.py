"""docs/input-contract.md: what the SDTM files have to hold, from the specification itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from analytics.study.date_forms import DATE_FORMS
from analytics.study.domains import DOMAINS, NEEDS, Domain, Variable, required_variables
from analytics.study.record_rules import POLICY_MEANINGS, RECORD_RULES

_BEGINNING: Final = """\
# Requirements for the SDTM files

Written by `plateau contract` from the specification that loading and the record rules read; do
not edit it. `plateau check STUDY` compares a folder with it without building: it prints the
findings and, with `--html` and `--csv`, writes them for the sponsor. Exit code 0: the study can
be built (findings may need an answer); 1: files cannot be read; 3: a finding stops the build.
"""
_NOTES: Final = Path(__file__).with_name("input_contract_notes.md")


def contract_lines() -> Iterator[str]:
    """The page, line by line."""
    yield from _BEGINNING.splitlines()
    yield ""
    yield from _files()
    for domain in DOMAINS.values():
        yield from _domain(domain)
    yield from _NOTES.read_text(encoding="utf-8").splitlines()
    yield ""
    yield from _dates()
    yield from _rules()


def _files() -> Iterator[str]:
    needed = " and ".join(domain.code for domain in DOMAINS.values() if domain.is_needed)
    yield "## Files"
    yield ""
    yield (
        f"A trial is a folder or an archive of files named for their domains. It has {needed}; the "
        "other domains are optional."
    )
    yield (
        "Variables that are not listed are loaded into `raw` as they stand and not used. A blank "
        "value counts as missing. How far a variable is needed:"
    )
    yield ""
    for need, meaning in NEEDS.items():
        yield f"- **{need}**: {meaning}"
    yield ""
    yield from _table(
        ("domain", "holds", "needed", "without it"),
        [
            (
                f"[{domain.code}](#{domain.code.lower()})",
                domain.label,
                "yes" if domain.is_needed else "no",
                domain.absent,
            )
            for domain in DOMAINS.values()
        ],
    )


def _domain(domain: Domain) -> Iterator[str]:
    keys = " or ".join(required_variables(domain.code))
    yield f"## {domain.code}"
    yield ""
    yield f"{domain.label}. A file without {keys} is refused."
    yield ""
    yield from _table(
        ("variable", "needed", "type", "allowed values", "derived from it", "if absent"),
        [_variable(variable) for variable in domain.variables],
    )


def _variable(variable: Variable) -> tuple[str, ...]:
    absent = f"`{variable.absent}`" if variable.absent in RECORD_RULES else variable.absent
    return (
        variable.name,
        variable.need,
        variable.kind,
        variable.values,
        variable.derives,
        absent,
    )


def _rules() -> Iterator[str]:
    yield "## Rules"
    yield ""
    yield (
        "A record is accepted, or rejected under the first of these rules that it breaks; records "
        "read = accepted + rejected, for every file (`quality.file_reconciliation`). A value "
        "that cannot be used is set aside while its record stays. Both are rows of "
        "`quality.rejected_record`, with file, line, record, variable, value and rule; "
        "`also_breaks` has the other rules that a rejected record breaks. Rules that compare "
        "records with each other apply to records that break no other rule. Routine rules find "
        "what is expected in any study."
    )
    yield ""
    yield "Each rule has a policy, which a study may change in `study.toml`:"
    yield ""
    yield from ("```toml", "[policies]", 'wrong_unit = "stop"', "```")
    yield ""
    for policy, meaning in POLICY_MEANINGS.items():
        yield f"- **{policy}**: {meaning}"
    yield ""
    yield (
        "A population may require a rule on its own: in `populations.csv` a condition of kind "
        "`rule`, with the rule as name and the operator `unbroken`."
    )
    yield ""
    yield from _table(
        ("rule", "domains", "rejects", "requirement", "reason", "to do", "policy"),
        [
            (
                f"`{rule.rule}`",
                rule.domains,
                rule.turns_away,
                rule.asks,
                rule.why,
                rule.to_do,
                f"{rule.policy}, routine"
                if rule.is_routine
                else _policy(rule.policy, rule.policies),
            )
            for rule in RECORD_RULES.values()
        ],
    )


def _dates() -> Iterator[str]:
    yield "## Dates"
    yield ""
    yield (
        "Dates are ISO 8601 texts, as in SDTMIG 4.4.2. A date that leaves the day open is "
        "imputed from the days it can mean and flagged as ADaM does: D the day, M the month and "
        "the day, Y the year too. Text in any other form breaks the rule `unreadable_date`."
    )
    yield ""
    yield from _table(
        ("text", "meaning", "first day", "last day", "flag"),
        [
            (
                f"`{form.text}`",
                form.meaning,
                form.first_day or "not readable",
                form.last_day,
                form.flag,
            )
            for form in DATE_FORMS
        ],
    )


def _policy(policy: str, policies: Sequence[str]) -> str:
    left_out = [other for other in POLICY_MEANINGS if other not in policies]
    return f"{policy} (not {' or '.join(left_out)})" if left_out else policy


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
