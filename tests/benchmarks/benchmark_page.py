"""docs/benchmarks.md and its chart, drawn from the figures and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from machine import BUSY

PAGE: Final = "benchmarks.md"
CHART: Final = "benchmarks.svg"
GIB: Final = 2**30
N_COLORS: Final = 10  # of Matplotlib, before they begin again

Figures = Mapping[str, Any]
Row = Mapping[str, Any]

_HEAD: Final = """# How fast it is

Written by `make bench` (`tests/benchmarks`); do not edit. Ratios come from runs that alternate, and
are the median over rounds: read them rather than the seconds, which depend on the machine. In each
round a program runs twice and the second time counts, so that none pays for the memory and the
caches that the other has used.
"""
_CURVES: Final = """
## Curves, tests and incidences

From a table `(stratum, day, event)` on disk in DuckDB to finished frames, the reading and the
`GROUP BY` included (`analytics.results.counting`, then `analytics.methods`). The floor is the plain
`GROUP BY` of the same table, as one would type it. Days are whole numbers 1 to 2000, two strata.
Aalen-Johansen is both causes with variance and limits; Kaplan-Meier has the median with its limits.
"""
_CURVE_PEERS: Final = """
### Beside other programs

Theirs begin with arrays in memory; ours with the table, so ours reads it too. lifelines moves tied
times by a random number, which makes a row of every event, but only if some day has a lone event of
a cause beside another's. The thin end of real follow-up has such days, many subjects on few days
have none; so its Aalen-Johansen is measured both ways.
"""
_COX: Final = """
## Cox regression

Ten factors, ties by Efron, from rows in memory to estimates, errors and the three tests. Not
included: reading the warehouse and making the design. Memory is the peak of the measuring process,
its data and all earlier measurements included.
"""
_COX_PEERS: Final = """
### Beside other programs

Both sides begin with their rows in memory.
"""
_DEFAULT: Final = """
## What a person waits for

`plateau build --force` of the default study into an empty folder, and right after it the imports of
Great Expectations and of dbt, each in a process of its own.
"""
_CHANGES: Final = """
## After a small change

`plateau build` of the default study after one change, on top of the release before it, alternated
with `plateau build --force` of the same. CPU seconds are those of all processes.
"""
_GROWTH: Final = """
## The whole refresh

From CSV files to a published release, everything included. The cohorts are drawn with replacement
from the default study's patients, with identifiers of their own and dates moved by months, in the
same SDTM files (`tests/benchmarks/cohorts.py`); the study's own expectations and reported values
are left out. Memory is what the build and its gate hold in RAM, sampled five times a second.
"""


def write_page(figures: Figures, folder: Path) -> None:
    """Write the page, and the chart when the refresh has been measured."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(page_lines(figures)) + "\n"
    (folder / PAGE).write_text(text, encoding="utf-8")
    if "growth" in figures:
        draw_growth(figures["growth"]["rows"], folder / CHART)


def page_lines(figures: Figures) -> Iterator[str]:
    """The page, line by line; a part that was not measured is left out."""
    yield _HEAD
    yield from _machine_lines(figures)
    sections = (
        ("curves", _CURVES, _curve_lines),
        ("curve_peers", _CURVE_PEERS, _peer_lines),
        ("cox", _COX, _cox_lines),
        ("cox_peers", _COX_PEERS, _peer_lines),
        ("default_study", _DEFAULT, _default_lines),
        ("changes", _CHANGES, _change_lines),
        ("growth", _GROWTH, _growth_lines),
    )
    for name, head, lines in sections:
        if name in figures:
            yield head
            yield from lines(figures[name]["rows"])
            yield ""
            yield _when(figures[name])


def _machine_lines(figures: Figures) -> Iterator[str]:
    """Each machine that took figures; usually one."""
    machines = {tuple(part["machine"].items()): part for part in figures.values()}
    for part in machines.values():
        named = part["machine"]
        hardware = (named[key] for key in ("processor", "cores", "memory", "system"))
        yield f"- {', '.join(hardware)}"
        yield f"- {named['ours']}"
        yield f"- Beside: {named['peers'] or 'no other program'}"
        if part["absent"]:
            yield f"- Not installed, so not measured: {', '.join(part['absent'])}"


def _when(part: Figures) -> str:
    busy = part["load_before"] > BUSY
    state = "BUSY with other work" if busy else "otherwise idle"
    return f"Taken {part['at']}, machine {state} (load {part['load_before']:.1f} before)."


def _curve_lines(rows: Sequence[Row]) -> Iterator[str]:
    sizes = sorted({row["n"] for row in rows})
    cells = {(row["step"], row["n"]): row for row in rows}
    yield from _table_head(["step", *(f"{_count(n)} rows" for n in sizes)])
    for step in dict.fromkeys(row["step"] for row in rows):
        found = (cells[step, n] for n in sizes)
        texts = [f"{row['by_floor']:.2f} x ({1e3 * row['seconds']:.0f} ms)" for row in found]
        yield _line([step, *texts])


def _peer_lines(rows: Sequence[Row]) -> Iterator[str]:
    names = ["subjects", "step", "peer", "its work", "peer s", "ours s", "peer / ours"]
    yield from _table_head(names)
    for row in rows:
        numbers = (_seconds(row["peer_seconds"]), _seconds(row["seconds"]), f"{row['times']:.1f}")
        yield _line([_count(row["n"]), row["step"], row["peer"], row["includes"], *numbers])


def _cox_lines(rows: Sequence[Row]) -> Iterator[str]:
    yield from _table_head(["patients", "rows", "kind", "seconds", "peak GiB"])
    for row in rows:
        numbers = (_seconds(row["seconds"]), f"{row['peak_bytes'] / GIB:.1f}")
        yield _line([_count(row["patients"]), f"{row['rows']:,}", row["kind"], *numbers])


def _default_lines(rows: Row) -> Iterator[str]:
    imports = rows["import_seconds"]
    yield from _table_head(["", "seconds"])
    yield _line(["the command, start to end", f"{rows['seconds']:.1f}"])
    for title, seconds in rows["steps"].items():
        yield _line([f"of these: {title}", f"{seconds:.1f}"])
    for module, seconds in imports.items():
        yield _line([f"beside it: importing {module}", f"{seconds:.1f}"])
    yield ""
    yield f"The command takes {rows['by_imports']:.2f} x the two imports."


def _change_lines(rows: Sequence[Row]) -> Iterator[str]:
    heads = ["changed", "seconds", "anew", "x", "CPU seconds", "anew", "x"]
    yield from _table_head(heads)
    for row in rows:
        wall = (f"{row['seconds']:.1f}", f"{row['seconds_anew']:.1f}", f"{row['ratio']:.2f}")
        cpu = (
            f"{row['cpu_seconds']:.1f}",
            f"{row['cpu_seconds_anew']:.1f}",
            f"{row['cpu_ratio']:.2f}",
        )
        yield _line([row["change"], *wall, *cpu])


def _growth_lines(rows: Sequence[Row]) -> Iterator[str]:
    sizes = [row["patients"] for row in rows]
    yield f"![Seconds and memory by step and number of patients]({CHART})"
    yield ""
    yield from _table_head(["seconds (peak GiB)", *(f"{_count(n)} patients" for n in sizes)])
    for title in rows[0]["steps"]:
        steps = (row["steps"][title] for row in rows)
        texts = [f"{step['seconds']:.1f} ({step['peak_bytes'] / GIB:.1f})" for step in steps]
        yield _line([title, *texts])
    yield _line(["in all", *(f"{row['seconds']:.0f} ({_peak(row):.1f})" for row in rows)])
    yield _line(["files, MB", *(f"{row['bytes'] / 1e6:.0f}" for row in rows)])
    yield _line(
        ["ms per patient", *(f"{1e3 * row['seconds'] / row['patients']:.1f}" for row in rows)]
    )


def _peak(row: Row) -> float:
    return float(max(step["peak_bytes"] for step in row["steps"].values()) / GIB)


def draw_growth(rows: Sequence[Row], path: Path) -> None:
    """Seconds and peak memory by step over the number of patients; the same bytes every time."""
    import matplotlib as mpl  # noqa: PLC0415  (slow to import)
    from matplotlib.figure import Figure  # noqa: PLC0415

    patients = [row["patients"] for row in rows]
    with mpl.rc_context({"svg.hashsalt": "plateau", "font.size": 8}):
        figure = Figure(figsize=(9, 4), layout="constrained")
        for axes, key, unit, label in zip(
            figure.subplots(1, 2),
            ("seconds", "peak_bytes"),
            (1, GIB),
            ("seconds", "peak memory, GiB"),
            strict=True,
        ):
            for number, title in enumerate(rows[0]["steps"]):
                values = [row["steps"][title][key] / unit for row in rows]
                style = "o-" if number < N_COLORS else "s--"
                axes.plot(patients, values, style, markersize=3, linewidth=1, label=title)
            axes.set(xscale="log", yscale="log", xlabel="patients", ylabel=label)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _table_head(names: Sequence[str]) -> Iterator[str]:
    yield _line(names)
    yield _line(["---"] * len(names))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _count(n: int) -> str:
    """A round number as a power of ten, any other with its thousands."""
    zeros = len(str(n)) - 1
    return f"10^{zeros}" if n == 10**zeros and zeros > 2 else f"{n:,}"


def _seconds(value: float) -> str:
    return f"{value:.3g}"
