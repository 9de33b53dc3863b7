"""Work on many rows by blocks that stay in a core's cache, on all cores.

The blocks of n rows are always the same ones and what is made of them comes in their order, so a
result does not depend on the number of cores.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Made = TypeVar("Made")

BLOCK_ROWS = 16384  # with ten covariates a block of them stays in a core's cache


def by_blocks(n_rows: int, work: Callable[[slice], Made]) -> list[Made]:
    """What the work makes of each block of rows; a single block needs no thread of its own.

    The work may write into its own block of an array, and into nothing else that others see.
    """
    starts = range(0, n_rows, BLOCK_ROWS)
    blocks = [slice(start, min(start + BLOCK_ROWS, n_rows)) for start in starts]
    if len(blocks) <= 1:
        return [work(block) for block in blocks]
    return list(_threads().map(work, blocks))


@cache
def _threads() -> ThreadPoolExecutor:
    """As many as there are cores; NumPy lets go of Python's lock while it calculates."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="blocks")
