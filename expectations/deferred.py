"""Modules that are imported when something of them is used, and not before.

Great Expectations imports scipy.stats and altair for expectations and pictures that no suite of
this project asks for; a third of its import time is theirs.
"""

import sys
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
