"""Modules that are imported when something of them is used, and not before.

Great Expectations imports scipy.stats and altair for expectations and pictures that no suite of
this project asks for; a third of its import time is theirs. It also imports pyspark where it is
installed, which ends the process if that has no main module of its own (a worker of execnet).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands for a module until an attribute of it is asked for, and then hands on the module's."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def defer(*names: str) -> None:
    """Let these modules wait for their first use, unless they are there already."""
    for name in names:
        sys.modules.setdefault(name, _Deferred(name))


@contextmanager
def as_if_absent(name: str) -> Iterator[None]:
    """Within, this package cannot be imported; one that is imported already stays."""
    hidden = name not in sys.modules
    if hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it raises ImportError
    try:
        yield
    finally:
        if hidden:
            del sys.modules[name]
