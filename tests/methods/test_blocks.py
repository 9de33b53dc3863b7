"""Work by blocks of rows: every row once, in order, and the same on any number of cores."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from test_cox_blocks import drawn_rows

from analytics.methods import blocks
from analytics.methods.blocks import BLOCK_ROWS, by_blocks
from analytics.methods.cox import fit_cox


@pytest.mark.parametrize("n", [0, 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS])
def test_every_row_is_in_one_block_and_the_blocks_are_in_order(n):
    rows = np.arange(n)
    parts = by_blocks(n, lambda block: rows[block])
    assert [number for part in parts for number in part] == list(rows)
    assert all(0 < len(part) <= BLOCK_ROWS for part in parts)


def test_what_goes_wrong_in_a_block_is_told():
    def work(block):
        if block.start > 0:
            raise ValueError("the second block")

    with pytest.raises(ValueError, match="the second block"):
        by_blocks(2 * BLOCK_ROWS, work)


def test_the_number_of_cores_changes_no_bit(monkeypatch):
    data, fits = drawn_rows(n=4 * BLOCK_ROWS), []
    for cores in (1, 8):
        with ThreadPoolExecutor(cores) as threads:
            monkeypatch.setattr(blocks, "_threads", lambda threads=threads: threads)
            fits.append(fit_cox(data, ties="efron"))
    one, eight = fits
    np.testing.assert_array_equal(one.log_hr, eight.log_hr)
    np.testing.assert_array_equal(one.covariance, eight.covariance)
    assert one.log_likelihood == eight.log_likelihood
