"""The search from a seed: several chains side by side, annealed round after round.

A round heats a chain, cools it down and then raises the weight of what it still misses. Every few
rounds all chains go on from the best of them, weights as at first, since heavy weights freeze a
chain. The number of steps is fixed, never the time, so
that a seed decides the result.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from .anneal import MOVES, anneal, cumulative_chances
from .cost import Target, hits, search_goals
from .outcomes import BLOCKS, FIRST_VALUE, N_VALUES, compute_all
from .skeleton import build_skeleton

HEATS = (0.4, 0.2)  # one per chain
FIRST_HEATS = (0.7, 0.5)
CHAINS = len(HEATS)
STEPS = 4_000_000  # of one round of one chain
COLD = 0.02
TRANSPLANT_WEIGHT = 0.6
# What is known to be hard weighs more from the start.
FIRST_WEIGHTS = {"os_by_transplant": 3.0, "os_by_remission": 2.0, "rfs_by_race_and_t411": 2.0}
RAISE, LARGEST_WEIGHT = 1.5, 4.0
ROUNDS_BETWEEN_MEETINGS = 4
ALL_HITS = N_VALUES


@dataclass(frozen=True)
class Chain:
    """One line of the search: where it stands and what it has learnt to weigh."""

    seed: int
    skeleton: np.ndarray
    weights: np.ndarray
    cost: float = np.inf
    hits: int = 0


@dataclass(frozen=True)
class Round:
    """What the display shows after each round."""

    number: int
    of: int
    chains: tuple[Chain, ...]


def search(
    seed: int,
    rounds: int,
    targets: tuple[Target, ...],
    show: Callable[[Round], None],
) -> np.ndarray:
    """The best skeleton of all chains and rounds; ends early when everything prints right."""
    goals = search_goals(targets)
    chains = tuple(_first_chain(seed, k) for k in range(CHAINS))
    best = chains[0]
    with ProcessPoolExecutor(CHAINS) as pool:
        for number in range(rounds):
            heats = FIRST_HEATS if number == 0 else HEATS
            jobs = [
                pool.submit(_run, chain, number, heat, goals, targets)
                for chain, heat in zip(chains, heats, strict=True)
            ]
            chains = tuple(job.result() for job in jobs)
            best = _better((best, *chains))
            show(Round(number + 1, rounds, chains))
            if best.hits == ALL_HITS:
                break
            if (number + 1) % ROUNDS_BETWEEN_MEETINGS == 0:
                leader = _better(chains)
                chains = tuple(
                    replace(chain, skeleton=leader.skeleton, weights=_first_weights())
                    for chain in chains
                )
    return best.skeleton


def _first_chain(seed: int, k: int) -> Chain:
    chain_seed = int(np.random.SeedSequence((seed, k)).generate_state(1)[0] % 2**31)
    skeleton = build_skeleton(np.random.default_rng(chain_seed))
    return Chain(chain_seed, skeleton, _first_weights())


def _first_weights() -> np.ndarray:
    weights = np.ones(N_VALUES)
    for block, weight in FIRST_WEIGHTS.items():
        first = BLOCKS.index(block)
        weights[FIRST_VALUE[first] : FIRST_VALUE[first + 1]] = weight
    return weights


def _better(chains: Sequence[Chain]) -> Chain:
    return max(chains, key=lambda chain: (chain.hits, -chain.cost))


def _run(
    chain: Chain, number: int, heat: float, goals: np.ndarray, targets: tuple[Target, ...]
) -> Chain:
    """One round of one chain."""
    skeleton, cost = anneal(
        chain.skeleton.copy(),
        goals,
        chain.weights,
        TRANSPLANT_WEIGHT,
        cumulative_chances(MOVES),
        STEPS,
        heat,
        COLD,
        (chain.seed + number) % 2**31,
    )
    values = compute_all(skeleton, np.zeros(N_VALUES))
    weights = chain.weights.copy()
    for k in range(N_VALUES - 1):
        if not targets[k].is_met_by(values[k]):
            weights[k] = min(RAISE * weights[k], LARGEST_WEIGHT)
    return Chain(chain.seed, skeleton, weights, cost, hits(values, targets))
