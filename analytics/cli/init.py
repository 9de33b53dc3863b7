"""`plateau init`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analytics.cli.app import app, one_sentence, say
from analytics.plural import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analytics.proposal import ProposedStudy
    from analytics.proposal.course import Choice, Course
    from analytics.proposal.course_files import Arms

Sources = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        help="Folder or .zip of SDTM files or ADaM datasets to propose the study from; repeat it "
        "for each trial, or give a folder of several.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="With --from: encoding of its text files, if not UTF-8."),
]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder for the study.")],
    sources: Sources = None,
    encoding: Encoding = None,
) -> None:
    """Write the commented skeleton of a new study, or propose a study from SDTM or ADaM files."""
    with one_sentence():
        if sources:
            from analytics.proposal import propose_study  # noqa: PLC0415

            proposed = propose_study(folder, sources, encoding)
            tell(folder, proposed)
            return
        from analytics.study.new_study import write_new_study  # noqa: PLC0415

        trials = write_new_study(folder)
    say(f"{folder} is a new study; its files explain what to fill in, study.toml first.")
    for trial in trials:
        say(f"Put the SDTM files of a trial into {trial}; {folder / 'sdtm/README.md'} lists them.")
    say(f"Then run `plateau build {folder}`.")


def tell(folder: Path, proposed: "ProposedStudy") -> None:
    """Print what was proposed, what to review, and the next step."""
    from analytics.ingest import unused_lines  # noqa: PLC0415

    say(f"{folder} is a study proposed from the files; review all of it, study.toml first.")
    for trial in proposed.trials:
        say(f"Trial {trial.trial_id} was copied to {folder / trial.path}.")
        say(f"  Cut-off {trial.cutoff.isoformat()}: {trial.reason}. Is it the data cut-off?")
    if proposed.course is None:
        say(f"endpoints.csv: {', '.join(proposed.endpoints)}.")
        say(
            "adam_events.csv: remove the # before each reason of censoring that is a competing "
            "event."
        )
        for question in proposed.questions:
            say(question)
    else:
        n_open = sum(not term.in_force for term in proposed.terms)
        say(
            f"terms.csv: {counted(len(proposed.terms) - n_open, 'wording')} with a meaning, "
            f"{n_open} without, each commented out with #."
        )
        for line in course_lines(proposed.course, proposed.endpoints, proposed.arms):
            say(line)
    say(f"factors.csv: {', '.join(proposed.factors)}.")
    for line in unused_lines(proposed.unused):
        say(line)
    command = "build" if proposed.course is None else "check"
    say(f"Then run `plateau {command} {folder}`.")


def course_lines(
    course: "Course", endpoints: "Sequence[str]", arms: "Arms | None"
) -> "Iterator[str]":
    """What is followed from when, and what the files leave open."""
    from analytics.study.wording import choices  # noqa: PLC0415

    vocabularies = (
        f", with the terms of {choices(course.vocabularies)}" if course.vocabularies else ""
    )
    day = "the randomisation" if course.randomised else "the first dose"
    yield f"endpoints.csv: {', '.join(endpoints)}; survival from {day}{vocabularies}."
    if arms is not None:
        control = arms.labels[arms.control]
        yield f"factors.csv: every other arm is compared with {control}. Is {control} the control?"
    for source in course.sources:
        others = choices([value or "readings without it" for value in source.others])
        instead = f", not those with {others}" if source.others else ""
        yield (
            f"fact_conditions.csv: of {source.trial_id} the responses with {source.variable} "
            f"{source.value} count{instead}. Is that the analysis?"
        )
    if course.criteria:
        yield (
            f"fact_conditions.csv: no subject has responses by two of {choices(course.criteria)}, "
            "so each is judged by its own criterion. Is that the analysis?"
        )
    for therapy in course.new_therapies:
        yield _taken(therapy.choices, "a new anti-cancer therapy")
    if course.outcome == "progression" and not course.new_therapies:
        beside = (
            f"; {choices(course.other_therapies)} may hold some" if course.other_therapies else ""
        )
        yield (
            f"facts.csv: no new anti-cancer therapy was recognised in CM or PR{beside}. Without "
            "the fact new_therapy nothing is censored at one."
        )
    if course.recurrence is not None:
        yield _taken([course.recurrence], "a recurrence")


def _taken(chosen: "Sequence[Choice]", what: str) -> str:
    from analytics.study.wording import choices  # noqa: PLC0415

    told = " with ".join(f"{choice.variable} {choices(choice.values)}" for choice in chosen)
    return f"facts.csv: {told} is taken for {what}. Is it?"
