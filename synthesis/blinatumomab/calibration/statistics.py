"""The estimators of the paper, compiled, for whole days and yes/no factors.

Conventions: months of 30.4375 days, durations are differences of days, events before censorings
of the same day, log-log intervals with Greenwood's variance, Brookmeyer-Crowley limits of the
median, Breslow's handling of ties. A factor that changes on day x counts from day x + 1.
"""

# ruff: noqa: PLR0913, PLR0917
# Compiled kernels take arrays, not objects.

import numpy as np
from numba import njit

from .arrays import FloatArray, IntArray, ShortArray

DAYS_PER_MONTH = 30.4375
Z_95 = 1.959963984540054
LOG_LOG_HALF = np.log(np.log(2.0))
UNDEFINED = -1.0

# The last whole day of month 24, 36, 48 and 60.
LANDMARKS = np.array([730, 1095, 1461, 1826])
N_LANDMARKS = 4

# Fields of the packed counts of patients at risk: one field per combination of two factors.
FIELD_BITS = 16
FIELD_MASK = (1 << FIELD_BITS) - 1
MAX_EVENT_DAYS = 260
TINY = 1e-12  # lets an event day without patients at risk pass


@njit(cache=True)
def count_event_days(times: IntArray, died: IntArray, n: int, days_by: ShortArray) -> None:
    """Fill days_by: how many distinct event days lie at or before each day.

    Curves and models then count patients per event day instead of per day: a patient who leaves
    on day x was at risk at the first days_by[x] event days.
    """
    days_by[:] = 0
    for i in range(n):
        if died[i] > 0:
            days_by[times[i]] = 1
    count = 0
    for day in range(len(days_by)):
        count += days_by[day]
        days_by[day] = count


@njit(cache=True)
def survival_curve(
    times: IntArray,
    died: IntArray,
    n: int,
    days_by: ShortArray,
    rates: FloatArray,
    median: FloatArray,
    follow_up: FloatArray,
) -> None:
    """Kaplan-Meier: rates at the landmarks; the median and its limits; the median follow-up.

    All times in months. Follow-up is given twice: the reverse Kaplan-Meier median, and the median
    of the censored times.
    """
    n_days = days_by[-1]
    leaving = np.zeros(n_days + 1, np.int64)
    deaths = np.zeros(n_days + 1, np.int64)
    days = np.zeros(n_days + 1, np.int64)
    censored = np.empty(n, np.int64)
    n_censored = 0
    for i in range(n):
        k = days_by[times[i]]
        if died[i] > 0:
            leaving[k] += 1
            deaths[k] += 1
            days[k] = times[i]
        else:
            leaving[k] += 1
            censored[n_censored] = times[i]
            n_censored += 1
    surviving, variance = 1.0, 0.0
    at_risk = n - leaving[0]
    mark = 0
    median[:] = UNDEFINED
    for k in range(1, n_days + 1):
        while mark < N_LANDMARKS and days[k] > LANDMARKS[mark]:
            rates[mark] = surviving
            mark += 1
        surviving *= 1.0 - deaths[k] / at_risk
        if deaths[k] < at_risk:
            variance += deaths[k] / (at_risk * (at_risk - deaths[k]))
            _limits_of_median(surviving, variance, days[k], median)
        if median[0] < 0:
            if abs(surviving - 0.5) < 1e-9 and k < n_days:
                median[0] = (days[k] + days[k + 1]) / 2.0
            elif surviving < 0.5:
                median[0] = days[k]
        at_risk -= leaving[k]
    rates[mark:] = surviving
    _median_follow_up(np.sort(censored[:n_censored]), deaths, days_by, n, follow_up)
    median /= DAYS_PER_MONTH
    follow_up /= DAYS_PER_MONTH


@njit(cache=True)
def _median_follow_up(
    censored: IntArray, deaths: IntArray, days_by: ShortArray, n: int, follow_up: FloatArray
) -> None:
    """Reverse Kaplan-Meier: the censored are the events, deaths leave before them."""
    n_censored = len(censored)
    follow_up[:] = UNDEFINED
    if n_censored == 0:
        return
    dead_by = np.cumsum(deaths)
    following = 1.0
    for k in range(n_censored):
        at_risk = n - k - dead_by[days_by[censored[k]]]
        following *= 1.0 - 1.0 / at_risk
        if abs(following - 0.5) < 1e-9 and k + 1 < n_censored:
            follow_up[0] = (censored[k] + censored[k + 1]) / 2.0
            break
        if following < 0.5:
            follow_up[0] = censored[k]
            break
    follow_up[1] = (censored[(n_censored - 1) // 2] + censored[n_censored // 2]) / 2.0


@njit(cache=True)
def _limits_of_median(surviving: float, variance: float, day: int, median: FloatArray) -> None:
    """Note the first day on which a log-log limit of the curve is at or below one half."""
    if median[1] < 0 and surviving < 0.68:
        scale = np.log(surviving)
        middle = np.log(-scale)
        if middle - Z_95 * np.sqrt(variance) / scale >= LOG_LOG_HALF:
            median[1] = day
    if median[2] < 0 and surviving < 0.5:
        scale = np.log(surviving)
        middle = np.log(-scale)
        if middle + Z_95 * np.sqrt(variance) / scale >= LOG_LOG_HALF:
            median[2] = day


@njit(cache=True)
def incidence_of_relapse(
    times: IntArray, kinds: IntArray, n: int, days_by: ShortArray, incidence: FloatArray
) -> None:
    """Aalen-Johansen incidence of kind 1 against kind 2 at the landmarks, carried forward."""
    n_days = days_by[-1]
    leaving = np.zeros(n_days + 1, np.int64)
    ending = np.zeros(n_days + 1, np.int64)
    relapsing = np.zeros(n_days + 1, np.int64)
    for i in range(n):
        k = days_by[times[i]]
        leaving[k] += 1
        if kinds[i] > 0:
            ending[k] += 1
            if kinds[i] == 1:
                relapsing[k] += 1
    surviving, total, at_risk, mark = 1.0, 0.0, n - leaving[0], 0
    for k in range(1, n_days + 1):
        while mark < N_LANDMARKS and days_by[LANDMARKS[mark]] < k:
            incidence[mark] = total
            mark += 1
        total += surviving * relapsing[k] / at_risk
        surviving *= 1.0 - ending[k] / at_risk
        at_risk -= leaving[k]
    incidence[mark:] = total


@njit(cache=True)
def risk_sets(
    times: IntArray,
    died: IntArray,
    on_a: IntArray,
    on_b: IntArray,
    used: IntArray,
    n: int,
    days_by: ShortArray,
    sets: FloatArray,
    deaths: FloatArray,
) -> tuple[int, int, int]:
    """Count, at each event day, the patients at risk by the state of two factors.

    on_a, on_b: the day after which a factor counts. Fills sets (event days x 4: neither, a, b,
    both) and deaths; returns the number of event days and the deaths with a and with b.
    """
    n_days = days_by[-1]
    leaving = np.zeros(n_days + 1, np.int64)
    deaths[:n_days] = 0.0
    deaths_a, deaths_b = 0, 0
    for i in range(n):
        if used[i] == 0:
            continue
        time, a, b = times[i], on_a[i], on_b[i]
        has_a, has_b = a < time, b < time
        last = days_by[time]
        leaving[last] += _unit(has_a, has_b)
        if has_a and a > 0:
            leaving[days_by[a]] += _unit(False, b <= a) - _unit(True, b <= a)
        if has_b and b > 0:
            leaving[days_by[b]] += _unit(a < b, False) - _unit(a < b, True)
        if died[i] > 0:
            deaths[last - 1] += 1.0
            deaths_a += has_a
            deaths_b += has_b
    at_risk = 0
    for k in range(n_days - 1, -1, -1):
        at_risk += leaving[k + 1]
        sets[k, 0] = at_risk & FIELD_MASK
        sets[k, 1] = (at_risk >> FIELD_BITS) & FIELD_MASK
        sets[k, 2] = (at_risk >> (2 * FIELD_BITS)) & FIELD_MASK
        sets[k, 3] = at_risk >> (3 * FIELD_BITS)
    return n_days, deaths_a, deaths_b


@njit(cache=True)
def _unit(has_a: bool, has_b: bool) -> int:
    return 1 << (FIELD_BITS * ((1 if has_a else 0) + (2 if has_b else 0)))


@njit(cache=True)
def cox_one_factor(
    sets: FloatArray, deaths: FloatArray, k: int, deaths_a: int, start: float
) -> tuple[float, float]:
    """Coefficient and standard error of factor a alone, from risk sets."""
    beta, information = start, 1.0
    for _ in range(15):
        ratio = np.exp(beta)
        score, information = float(deaths_a), 0.0
        for j in range(k):
            with_a = ratio * sets[j, 1]
            share = with_a / (with_a + sets[j, 0] + TINY)
            score -= deaths[j] * share
            information += deaths[j] * share * (1.0 - share)
        if information < 1e-9:
            return 0.0, 99.0
        step = max(-1.0, min(1.0, score / information))
        beta += step
        if abs(step) < 1e-6:
            break
    return beta, 1.0 / np.sqrt(information)


@njit(cache=True)
def cox_two_factors(
    sets: FloatArray,
    deaths: FloatArray,
    k: int,
    deaths_a: int,
    deaths_b: int,
    start_a: float,
    start_b: float,
) -> tuple[float, float, float, float]:
    """Coefficients and standard errors of factors a and b together, from risk sets."""
    beta_a, beta_b = start_a, start_b
    info_aa, info_bb, determinant = 1.0, 1.0, 1.0
    for _ in range(20):
        ratio_a, ratio_b = np.exp(beta_a), np.exp(beta_b)
        score_a, score_b = float(deaths_a), float(deaths_b)
        info_aa, info_bb, info_ab = 0.0, 0.0, 0.0
        for j in range(k):
            only_a = sets[j, 1] * ratio_a
            only_b = sets[j, 2] * ratio_b
            both = sets[j, 3] * ratio_a * ratio_b
            scale = 1.0 / (sets[j, 0] + only_a + only_b + both + TINY)
            share_a, share_b, share_ab = (
                (only_a + both) * scale,
                (only_b + both) * scale,
                both * scale,
            )
            score_a -= deaths[j] * share_a
            score_b -= deaths[j] * share_b
            info_aa += deaths[j] * share_a * (1.0 - share_a)
            info_bb += deaths[j] * share_b * (1.0 - share_b)
            info_ab += deaths[j] * (share_ab - share_a * share_b)
        determinant = info_aa * info_bb - info_ab * info_ab
        if determinant < 1e-9:
            return 0.0, 0.0, 99.0, 99.0
        step_a = (info_bb * score_a - info_ab * score_b) / determinant
        step_b = (info_aa * score_b - info_ab * score_a) / determinant
        largest = max(abs(step_a), abs(step_b))
        if largest > 1.0:
            step_a, step_b = step_a / largest, step_b / largest
        beta_a += step_a
        beta_b += step_b
        if largest < 1e-6:
            break
    return beta_a, beta_b, np.sqrt(info_bb / determinant), np.sqrt(info_aa / determinant)


@njit(cache=True)
def entry_score(
    times: IntArray,
    died: IntArray,
    on_a: IntArray,
    on_b: IntArray,
    on_c: IntArray,
    used: IntArray,
    n: int,
    days_by: ShortArray,
    beta_a: float,
    beta_b: float,
) -> float:
    """The score test of a third factor c beside a and b, whose coefficients are given, as |z|."""
    sets, sets_without_c = np.empty((MAX_EVENT_DAYS, 4)), np.empty((MAX_EVENT_DAYS, 4))
    deaths, not_read = np.empty(MAX_EVENT_DAYS), np.empty(MAX_EVENT_DAYS)
    n_days, _, _ = risk_sets(times, died, on_a, on_b, used, n, days_by, sets, deaths)
    score = 0.0
    until_c = np.empty(n, np.int64)
    for i in range(n):
        until_c[i] = min(times[i], on_c[i])
        if used[i] == 1 and died[i] > 0 and on_c[i] < times[i]:
            score += 1.0
    nobody_died = np.zeros(n, np.int64)
    risk_sets(until_c, nobody_died, on_a, on_b, used, n, days_by, sets_without_c, not_read)
    ratio = np.exp(np.array([0.0, beta_a, beta_b, beta_a + beta_b]))
    info_aa, info_bb, info_cc, info_ab, info_ac, info_bc = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n_days):
        everybody = sets[k] * ratio
        with_c = (sets[k] - sets_without_c[k]) * ratio
        total = everybody.sum() + TINY
        a, b = (everybody[1] + everybody[3]) / total, (everybody[2] + everybody[3]) / total
        c = with_c.sum() / total
        score -= deaths[k] * c
        info_aa += deaths[k] * a * (1.0 - a)
        info_bb += deaths[k] * b * (1.0 - b)
        info_cc += deaths[k] * c * (1.0 - c)
        info_ab += deaths[k] * (everybody[3] / total - a * b)
        info_ac += deaths[k] * ((with_c[1] + with_c[3]) / total - a * c)
        info_bc += deaths[k] * ((with_c[2] + with_c[3]) / total - b * c)
    determinant = info_aa * info_bb - info_ab * info_ab
    if determinant < 1e-9:
        return 0.0
    explained = info_bb * info_ac**2 - 2.0 * info_ab * info_ac * info_bc + info_aa * info_bc**2
    z: float = abs(score) / np.sqrt(max(info_cc - explained / determinant, 1e-9))
    return z


@njit(cache=True)
def cox_covariate(
    values: FloatArray,
    known: IntArray,
    times: IntArray,
    died: IntArray,
    order: IntArray,
    n: int,
    start: float,
) -> tuple[float, float]:
    """Coefficient and standard error of one constant covariate of any value.

    order lists the patients by falling time; patients whose value is not known are left out.
    """
    beta, information = start, 1.0
    for _ in range(15):
        sum_0, sum_1, sum_2, score, information = 0.0, 0.0, 0.0, 0.0, 0.0
        k = 0
        while k < n:
            time = times[order[k]]
            deaths, dead_values = 0, 0.0
            while k < n and times[order[k]] == time:
                i = order[k]
                k += 1
                if known[i] == 0:
                    continue
                x = values[i]
                weight = np.exp(beta * x)
                sum_0 += weight
                sum_1 += weight * x
                sum_2 += weight * x * x
                if died[i] > 0:
                    deaths += 1
                    dead_values += x
            if deaths > 0:
                mean = sum_1 / sum_0
                score += dead_values - deaths * mean
                information += deaths * (sum_2 / sum_0 - mean * mean)
        if information < 1e-9:
            return 0.0, 99.0
        step = max(-1.0, min(1.0, score / information))
        beta += step
        if abs(step) < 1e-8:
            break
    return beta, 1.0 / np.sqrt(information)
