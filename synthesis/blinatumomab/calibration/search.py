"""The search from a seed: chains side by side, annealed in three stages.

The numbers of remission are the hardest to meet together and depend on the responders alone, so
they come first, by themselves. Then everything is searched at once, the numbers of remission
weighing enough to stay. What is left of the room is spent on belief: earlier transplants, smoother
deaths, every number kept.

A round heats a chain, cools it down and then raises the weight of what it still misses. The
number of steps is fixed, never the time, so that a seed decides the result on any machine.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from .anneal import MOVES, anneal, cumulative_chances
from .cost import Target, cost_of_block, cost_of_realism, hits, search_goals
from .outcomes import (
    BLOCKS,
    EVERY_BLOCK,
    FIRST_VALUE,
    N_BLOCKS,
    N_VALUES,
    REMISSION_BLOCKS,
    compute_all,
)
from .skeleton import build_skeleton

# What is known to be hard weighs more from the start.
FIRST_WEIGHTS = {"os_by_transplant": 3.0, "os_by_remission": 2.0, "rfs_by_race_and_t411": 2.0}
RAISE, LARGEST_WEIGHT = 1.5, 4.0


@dataclass(frozen=True)
class Stage:
    """What counts in a stage, and how it is annealed.

    heats: one per chain, of the first round and of the others. settled: blocks, as bits, that an
    earlier stage has met, and how much more they weigh. rounds: at most so many, all of them if
    the stage looks for the most believable skeleton.
    """

    name: str
    blocks: int
    settled: int
    settled_weight: float
    first_heats: tuple[float, ...]
    heats: tuple[float, ...]
    cold: float
    transplant_weight: float
    steps: int
    rounds: int
    seeks_belief: bool = False


CHAINS = 2
STAGES = (
    Stage(
        name="remissions",
        blocks=REMISSION_BLOCKS,
        settled=0,
        settled_weight=1.0,
        first_heats=(1.0, 1.0),
        heats=(0.7, 0.5),
        cold=0.03,
        transplant_weight=0.6,
        steps=4_000_000,
        rounds=12,
    ),
    Stage(
        name="everything",
        blocks=EVERY_BLOCK,
        settled=REMISSION_BLOCKS,
        settled_weight=4.0,
        first_heats=(0.5, 0.5),
        heats=(0.4, 0.3),
        cold=0.02,
        transplant_weight=0.6,
        steps=4_000_000,
        rounds=20,
    ),
    Stage(
        name="belief",
        blocks=EVERY_BLOCK,
        settled=EVERY_BLOCK,
        settled_weight=4.0,
        first_heats=(0.3, 0.2),
        heats=(0.3, 0.2),
        cold=0.01,
        transplant_weight=3.0,
        steps=4_000_000,
        rounds=6,
        seeks_belief=True,
    ),
)


@dataclass(frozen=True)
class Chain:
    """One line of the search: where it stands and what it has learnt to weigh.

    hits: how many numbers of the stage print right. cost: under the stage's first weights, so
    that chains and rounds compare.
    """

    seed: int
    skeleton: np.ndarray
    weights: np.ndarray
    rounds: int = 0  # done in this stage
    hits: int = 0
    cost: float = np.inf


@dataclass(frozen=True)
class Round:
    """What the display shows after each round; counted over all stages."""

    stage: str
    number: int
    of: int
    wanted: int
    chains: tuple[Chain, ...]


def search(
    seed: int,
    targets: tuple[Target, ...],
    show: Callable[[Round], None],
    stages: tuple[Stage, ...] = STAGES,
) -> np.ndarray:
    """The best skeleton of the last stage; a stage ends early when all its numbers print right."""
    chains = tuple(_first_chain(seed, k) for k in range(CHAINS))
    number, left = 0, sum(stage.rounds for stage in stages)
    # processes of their own: a fork is refused to one that holds more memory than is left
    with ProcessPoolExecutor(CHAINS, get_context("spawn")) as pool:
        for stage in stages:
            chains = tuple(_enter(stage, chain, targets) for chain in chains)
            best = _better(chains)
            wanted = n_wanted(stage.blocks)
            while chains[0].rounds < stage.rounds and (stage.seeks_belief or best.hits < wanted):
                jobs = [
                    pool.submit(_run, stage, chain, k, number, targets)
                    for k, chain in enumerate(chains)
                ]
                chains = tuple(job.result() for job in jobs)
                best = _better((best, *chains))
                number, left = number + 1, left - 1
                show(Round(stage.name, number, number + left, wanted, chains))
            left -= stage.rounds - chains[0].rounds
            chains = tuple(replace(chain, skeleton=best.skeleton) for chain in chains)
    return best.skeleton


def _first_chain(seed: int, k: int) -> Chain:
    chain_seed = int(np.random.SeedSequence((seed, k)).generate_state(1)[0] % 2**31)
    skeleton = build_skeleton(np.random.default_rng(chain_seed))
    return Chain(chain_seed, skeleton, np.ones(N_VALUES))


def _enter(stage: Stage, chain: Chain, targets: tuple[Target, ...]) -> Chain:
    """The chain with the first weights of a stage, judged by what counts in it."""
    begun = replace(chain, weights=first_weights(stage), rounds=0)
    return _judged(stage, begun, targets)


def first_weights(stage: Stage) -> np.ndarray:
    """The weight of each value when a stage begins."""
    weights = np.ones(N_VALUES)
    for block, name in enumerate(BLOCKS):
        settled = stage.settled_weight if stage.settled >> block & 1 else 1.0
        values = slice(FIRST_VALUE[block], FIRST_VALUE[block + 1])
        weights[values] = settled * FIRST_WEIGHTS.get(name, 1.0)
    return weights


def _judged(stage: Stage, chain: Chain, targets: tuple[Target, ...]) -> Chain:
    values, goals = compute_all(chain.skeleton, np.zeros(N_VALUES)), search_goals(targets)
    met = hits(values, targets)
    cost = cost_of_realism(chain.skeleton, stage.transplant_weight)
    for block in range(N_BLOCKS):
        if stage.blocks >> block & 1:
            cost += cost_of_block(block, values, goals, first_weights(stage))
    return replace(chain, hits=sum(int(met[k]) for k in values_of(stage.blocks)), cost=cost)


def values_of(blocks: int) -> Iterator[int]:
    """The places of the values that belong to some blocks, given as bits."""
    for block in range(N_BLOCKS):
        if blocks >> block & 1:
            yield from range(FIRST_VALUE[block], FIRST_VALUE[block + 1])


def n_wanted(blocks: int) -> int:
    """How many values some blocks have, given as bits."""
    return len([*values_of(blocks)])


def _better(chains: Sequence[Chain]) -> Chain:
    return max(chains, key=lambda chain: (chain.hits, -chain.cost))


def _run(stage: Stage, chain: Chain, k: int, number: int, targets: tuple[Target, ...]) -> Chain:
    """One round of chain k; the number is that of the round over all stages."""
    skeleton, _ = anneal(
        chain.skeleton.copy(),
        search_goals(targets),
        chain.weights,
        stage.transplant_weight,
        stage.blocks,
        cumulative_chances(MOVES),
        stage.steps,
        (stage.heats if chain.rounds else stage.first_heats)[k],
        stage.cold,
        (chain.seed + number) % 2**31,
    )
    met = hits(compute_all(skeleton, np.zeros(N_VALUES)), targets)
    weights = chain.weights.copy()
    for value in values_of(stage.blocks):
        if not met[value]:
            weights[value] = max(weights[value], min(RAISE * weights[value], LARGEST_WEIGHT))
    after = Chain(chain.seed, skeleton, weights, chain.rounds + 1)
    return _judged(stage, after, targets)
