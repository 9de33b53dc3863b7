"""How a run ends when it is told to, by SIGTERM (a scheduler) or SIGHUP (a closed terminal).

The run unwinds as by an exception, so that its folders are removed and its line is logged. Some
libraries drop an exception that reaches them: it is raised again until it gets through. Who waits
for the engine hears of no exception: after 3.5 seconds what must not stay behind is removed and
the process ends. A moment that has to be whole is neither cut in two nor undone afterwards.
"""

import atexit
import os
import select
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final, NoReturn

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
_HELD_BACK: Final = (signal.SIGINT, *_ENDING, signal.SIGALRM)
_EVERY: Final = 0.25
"""Seconds between two exceptions that tell the same, and between two looks for a signal."""
PATIENCE: Final = 3.5
"""Seconds from the signal after which a run that does not unwind is ended."""
_AT_MOST: Final = 0.7
"""Seconds for the last steps of a run that is ended so."""


@dataclass
class _Run:
    """What this process knows of its own end."""

    is_watched: bool = False
    code: int = 0
    is_done: bool = False
    whole: threading.Lock = field(default_factory=threading.Lock)
    last_steps: list[Callable[[], object]] = field(default_factory=list)


_RUN: Final = _Run()


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the process as this module says; called when a run begins."""
    _RUN.is_done, _RUN.code = False, 0
    if _RUN.is_watched or threading.current_thread() is not threading.main_thread():
        return
    _RUN.is_watched = True
    atexit.register(end_insisting)  # the interpreter ends without handlers: an alarm would kill it
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
            signal.signal(number, _end)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()


def end_insisting() -> None:
    """The run has unwound: the exception got through."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def told_to_end() -> int | None:
    """The exit code of a run that a signal ends; None as long as none does.

    What fails then, fails because of it: an engine that was interrupted tells an error of its own.
    """
    return None if _RUN.is_done else _RUN.code or None


@contextmanager
def ended_as_told() -> Iterator[None]:
    """Exit with the code of the signal that ended the run, whatever failed because of it."""
    try:
        yield
    except Exception as error:
        if code := told_to_end():
            raise SystemExit(code) from error
        raise


@contextmanager
def undisturbed() -> Iterator[None]:
    """A moment that has to be whole: signals do nothing inside, and no longer end the run after it.

    What was done inside stands, and the run says so itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python tells only the main thread of signals
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _HELD_BACK}
    with _RUN.whole:
        try:
            yield
            _RUN.is_done = True
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def last_step(step: Callable[[], object]) -> Iterator[None]:
    """While inside, take this step if the run has to be ended without unwinding."""
    _RUN.last_steps.append(step)
    try:
        yield
    finally:
        _RUN.last_steps.remove(step)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder of the system's temporary ones that does not outlive the run, however it ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=prefix)))
        stack.enter_context(last_step(partial(shutil.rmtree, folder, ignore_errors=True)))
        yield folder


def _end(number: int, frame: FrameType | None) -> None:
    if _RUN.is_done:
        return
    _RUN.code = 128 + number
    sys.unraisablehook = _say_nothing_of_the_end
    signal.signal(signal.SIGALRM, _insist)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    _leave()


def _insist(number: int, frame: FrameType | None) -> None:
    """Raise again, unless the first one is on its way, or came too late."""
    if _RUN.is_done:
        end_insisting()
        return
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, SystemExit):
            return
        error = error.__context__
    _leave()


def _say_nothing_of_the_end(dropped: "sys.UnraisableHookArgs") -> None:
    """Where the exception was dropped and is raised again, there is no fault to show."""
    if not isinstance(dropped.exc_value, SystemExit):
        sys.__unraisablehook__(dropped)


def _leave() -> NoReturn:
    raise SystemExit(_RUN.code)


def _watch(reading: int) -> None:
    """Wait for a signal that ends the run, and end it if it does not end by itself.

    A library in the main thread may keep the interpreter to itself for seconds, so that this thread
    hears of the signal late: the signal came at the earliest when it last looked and found none.
    """
    number = 0
    while number not in _ENDING:
        looked = time.monotonic()
        if select.select([reading], [], [], _EVERY)[0]:
            number = os.read(reading, 1)[0]
    time.sleep(max(0.0, looked + PATIENCE - time.monotonic()))
    with _RUN.whole:
        if _RUN.is_done:
            return
        steps = threading.Thread(target=_take_last_steps, daemon=True)
        steps.start()
        steps.join(_AT_MOST)
        os._exit(128 + number)


def _take_last_steps() -> None:
    for step in reversed(_RUN.last_steps):
        with suppress(Exception):
            step()
