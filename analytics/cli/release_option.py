"""How a command is given the release it reads: the same words everywhere."""

from typing import Annotated, Final

import typer

from analytics.errors import UsageError

A_RELEASE: Final = "`current`, `previous`, the id of a release, or the folder of one."

Release = Annotated[str, typer.Option("--release", help=f"Release to read: {A_RELEASE}")]
NumberStyle = Annotated[
    str | None,
    typer.Option(
        "--style",
        help="How numbers are written: plain, nejm, jco, lancet or jama (default: the study's).",
    ),
]
ReleaseArgument = Annotated[str | None, typer.Argument(help=A_RELEASE)]
ReleaseAsOption = Annotated[
    str | None, typer.Option("--release", help="The same as the argument RELEASE.")
]


def given_once(argument: str | None, option: str | None, default: str) -> str:
    """The release of the argument or of the option. Raises UsageError when both name one."""
    if argument is not None and option is not None:
        raise UsageError(
            f"Both '{argument}' and --release '{option}' name the release; omit one of them."
        )
    return next((name for name in (argument, option) if name is not None), default)
