"""How a build shows its progress: a moving line for people, plain lines for logs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from rich.console import Console
from rich.status import Status


class Progress(Protocol):
    """Told the title of each step as it begins and ends, and what it is doing inside."""

    def begin(self, title: str) -> None:
        """A step begins."""

    def detail(self, text: str) -> None:
        """The running step has come to this."""

    def end(self, title: str, seconds: float) -> None:
        """The step has ended well."""

    def note(self, sentence: str) -> None:
        """Something to know about the run."""


class Silence:
    """Tells nothing."""

    def begin(self, title: str) -> None:
        """Tell nothing."""

    def detail(self, text: str) -> None:
        """Tell nothing."""

    def end(self, title: str, seconds: float) -> None:
        """Tell nothing."""

    def note(self, sentence: str) -> None:
        """Tell nothing."""


class PlainLines:
    """One line when a step has ended, for logs."""

    def __init__(self, console: Console) -> None:
        """Print to this console."""
        self._console = console

    def begin(self, title: str) -> None:
        """Print nothing yet."""

    def detail(self, text: str) -> None:
        """Print nothing: a log needs no moving line."""

    def end(self, title: str, seconds: float) -> None:
        """Print the step and its seconds."""
        self._print(f"{seconds:6.1f} s  {title}")

    def note(self, sentence: str) -> None:
        """Print the sentence."""
        self._print(sentence)

    def _print(self, line: str) -> None:
        with suppress(OSError):  # nobody reads any more, which is no reason to stop
            self._console.print(line, highlight=False, markup=False)


class MovingLine(PlainLines):
    """The same lines, and under them one that moves while a step runs."""

    def __init__(self, console: Console) -> None:
        """Draw on this console, which is a terminal."""
        super().__init__(console)
        self._status: Status | None = None
        self._title = ""

    def begin(self, title: str) -> None:
        """Start the moving line."""
        self._title = title
        self._status = self._console.status(title)
        self._status.start()

    def detail(self, text: str) -> None:
        """Show what the step is doing."""
        if self._status is not None:
            self._status.update(f"{self._title} [dim]{text}[/dim]")

    def stop(self) -> None:
        """Take the moving line away."""
        if self._status is not None:
            self._status.stop()

    def end(self, title: str, seconds: float) -> None:
        """Replace the moving line by the finished step's."""
        self.stop()
        super().end(title, seconds)


class Steps:
    """The steps of one run and the seconds each took."""

    def __init__(self, progress: Progress) -> None:
        """Tell this progress."""
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time a step; a step that raises has no time."""
        started = time.perf_counter()
        self.progress.begin(title)
        yield
        self.seconds[title] = round(time.perf_counter() - started, 2)
        self.progress.end(title, self.seconds[title])
