"""Sums over the rows at risk in each set, and over the sets each row is in.

No table of rows by sets is made. Each row adds its values to the last set it is in and takes them
off before the first; sums running backwards in time then give every set. The other way round,
running sums of the sets' values up to the last set of a row, less those before its first, give
every row. Products of rows and covariates are made by blocks that stay in a core's cache.
"""

import numpy as np

from analytics.methods.arrays import FloatArray
from analytics.methods.risk_sets import BLOCK_ROWS, RiskSets


def over_rows(sets: RiskSets, x: FloatArray, risk: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Per set the sums of risk and of risk times x over its rows, and over its events alone.

    `x` is rows x p, best column by column in memory, and `risk` a number per row. Both results are
    (1 + p) x sets, risk by itself first.
    """
    runs, n_sets = _over_runs(sets, x, risk), len(sets.time)
    at_risk, tied = np.empty((len(runs), n_sets)), np.empty((len(runs), n_sets))
    cell = 2 * sets.run_set + sets.run_event
    for line, totals in enumerate(runs):
        cells = np.bincount(cell, totals, 2 * n_sets)
        tied[line] = cells[1::2]
        at_risk[line] = cells[::2] + tied[line]
    if len(sets.entered):
        at_risk -= _before_entry(sets, x, risk)
    return _cumulated_backwards(sets, at_risk), tied


def over_events(sets: RiskSets, x: FloatArray, weight: FloatArray) -> FloatArray:
    """Per set the sums of weight and of weight times x over its events, (1 + p) x sets."""
    runs, event_set = _over_runs(sets, x, weight)[:, sets.run_event], sets.run_set[sets.run_event]
    return np.array([np.bincount(event_set, totals, len(sets.time)) for totals in runs])


def n_at_risk(sets: RiskSets) -> FloatArray:
    """The number of rows at risk in each set, each as often as it counts, whatever they weigh."""
    n_sets = len(sets.time)
    last_in = np.bincount(sets.run_set, np.add.reduceat(sets.count, sets.run_start), n_sets)
    late = sets.count[len(sets.count) - len(sets.entered) :]
    counts = np.asarray(last_in - np.bincount(sets.entered - 1, late, n_sets), dtype=np.float64)
    return _cumulated_backwards(sets, counts)


def over_sets(sets: RiskSets, at_risk: FloatArray, at_event: FloatArray) -> FloatArray:
    """Per row the sum over its sets of `at_risk`, with `at_event` in its place at its own event.

    Both hold a number per set.
    """
    total = np.empty(len(sets.time))
    for stratum in sets.strata():
        total[stratum] = np.cumsum(at_risk[stratum])
    instead = np.where(sets.run_event, (at_event - at_risk)[sets.run_set], 0.0)
    per_row = np.repeat(total[sets.run_set] + instead, sets.run_length)
    if len(sets.entered):
        per_row[-len(sets.entered) :] -= total[sets.entered - 1]
    return per_row


def _over_runs(sets: RiskSets, x: FloatArray, risk: FloatArray) -> FloatArray:
    """Per run the sums of risk and of risk times x, (1 + p) x runs."""
    n, p = x.shape
    runs = np.empty((1 + p, len(sets.run_start)))
    room = np.empty((1 + p, min(n, BLOCK_ROWS)))
    for start in range(0, n, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, n)
        block = room[:, : stop - start]
        block[0] = risk[start:stop]
        np.multiply(x[start:stop].T, block[0], out=block[1:])
        first, end = np.searchsorted(sets.run_start, (start, stop))
        begins = sets.run_start[first:end] - start
        runs[:, first:end] = np.add.reduceat(block, begins, axis=1)
    return runs


def _cumulated_backwards(sets: RiskSets, values: FloatArray) -> FloatArray:
    """Values by set (.. x sets) turned in place into their sums from each set of a stratum on."""
    for stratum in sets.strata():
        backwards = values[..., stratum][..., ::-1]
        np.cumsum(backwards, axis=-1, out=backwards)
    return values


def _before_entry(sets: RiskSets, x: FloatArray, risk: FloatArray) -> FloatArray:
    """Per set the sums of `over_rows` over the rows whose first set is the next."""
    late = slice(len(risk) - len(sets.entered), None)
    before, n_sets, late_risk = sets.entered - 1, len(sets.time), risk[late]
    totals = [np.bincount(before, late_risk, n_sets)]
    totals += [np.bincount(before, late_risk * column[late], n_sets) for column in x.T]
    return np.array(totals)
