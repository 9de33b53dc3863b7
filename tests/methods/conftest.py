"""R's data sets and R's numbers (tests/reference), and short ways to make counts and Cox rows."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest
from designs import REFERENCE

from analytics.methods.arrays import IntArray
from analytics.methods.counts import counts_from_times
from analytics.methods.cox import CoxData


@pytest.fixture(scope="session")
def reference() -> Callable[[str], pl.DataFrame]:
    def read(name: str) -> pl.DataFrame:
        return pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=None)

    return read


@pytest.fixture(scope="session")
def data_sets(reference) -> dict[str, pl.DataFrame]:
    """The data sets by name, with the columns that R derives too (tests/reference/common.R)."""
    died = (pl.col("status") == 2).cast(pl.Int64)
    progressed = pl.col("pstat") == 1
    row = pl.int_range(1, pl.len() + 1)
    cell_types = {"smallcell": 2, "adeno": 3, "large": 4}
    derived = {
        "lung": {
            "died": pl.col("status") - 1,
            "sampling": 50 / pl.col("age"),
            "copies": "sex",
            "age_2": pl.col("age") ** 2,
            "age_3": pl.col("age") ** 3,
            "age_near": pl.col("age") + 1e-3 * 37 * (row % 101) / 101,
            "age_extreme": pl.when(row == 5).then(1e6).otherwise("age"),
            "marked": (row % 7 == 1).cast(pl.Int64),
            "died_unmarked": (pl.col("status") - 1) * (row % 7 != 1),
        },
        "mgus2": {
            "time": pl.when(progressed).then("ptime").otherwise("futime"),
            "code": pl.when(progressed).then(1).otherwise(2 * pl.col("death")),
            "progressed": progressed.cast(pl.Int64),
            "male": (pl.col("sex") == "M").cast(pl.Int64),
            "age_months": 12 * pl.col("age"),
            "end_months": 12 * pl.col("age") + pl.col("futime"),
        },
        "heart": {},
        "myeloma": {},
        "myeloid_rows": {},
        "cgd": {},
        "pbcseq": {
            "died": died,
            "log_bili": pl.col("bili").log(),
            "log_protime": pl.col("protime").log(),
        },
        "pbc": {"died": died},
        "colon": {"arm": pl.col("lev") + 2 * pl.col("lev5fu")},
        "ovarian": {},
        "kidney": {},
        "gbsg": {},
        "veteran": {
            name: (pl.col("celltype") == code).cast(pl.Int64) for name, code in cell_types.items()
        },
        "rats": {},
    }
    return {name: reference(name).with_columns(**columns) for name, columns in derived.items()}


@pytest.fixture(scope="session")
def lung(data_sets) -> pl.DataFrame:
    return data_sets["lung"]


@pytest.fixture(scope="session")
def mgus2(data_sets) -> pl.DataFrame:
    """First of progression (event) and death (competing), in months."""
    return data_sets["mgus2"]


@pytest.fixture(scope="session")
def heart(data_sets) -> pl.DataFrame:
    return data_sets["heart"]


@pytest.fixture(scope="session")
def myeloma(data_sets) -> pl.DataFrame:
    return data_sets["myeloma"]


@pytest.fixture(scope="session")
def counts_of() -> Callable[..., pl.DataFrame]:
    """Counts of a data set by the names of its time, event and entry columns."""

    def counts(data: pl.DataFrame, time: str, event: str, entry: str | None = None) -> pl.DataFrame:
        return counts_from_times(data[time], data[event], entry=data[entry] if entry else None)

    return counts


@pytest.fixture(scope="session")
def cox_rows_of() -> Callable[..., CoxData]:
    """Cox rows of a data set, complete cases, by the names of its columns.

    `stratum`: the stratification factors, parted by blanks.
    """

    def rows(  # noqa: PLR0913
        data: pl.DataFrame,
        time: str,
        event: str,
        covariates: Sequence[str],
        *,
        start: str | None = None,
        stratum: str | None = None,
        weight: str | None = None,
    ) -> CoxData:
        factors = (stratum or "").split()
        data = data.drop_nulls([*covariates, *factors])
        return CoxData(
            tstart=data[start].cast(pl.Float64).to_numpy() if start else np.zeros(len(data)),
            tstop=data[time].cast(pl.Float64).to_numpy(),
            event=data[event].cast(pl.Int64).to_numpy(),
            covariates=data.select(pl.col(covariates).cast(pl.Float64)).to_numpy(),
            names=tuple(covariates),
            stratum=_combinations(data, factors) if factors else None,
            weight=data[weight].cast(pl.Float64).to_numpy() if weight else None,
        )

    return rows


def _combinations(data: pl.DataFrame, factors: Sequence[str]) -> IntArray:
    """The combinations of the factors' values, numbered."""
    numbers = data.select(pl.struct(factors).alias("combination")).with_row_index()
    first = pl.col("index").min().over("combination").cast(pl.Int64)
    return numbers.select(first).to_series().to_numpy()


@pytest.fixture
def small_cox() -> Callable[..., CoxData]:
    """Cox rows typed in a test: (tstart, tstop, event, covariate values ...)."""

    def rows(*typed: tuple[float, ...], names: Sequence[str] = ("x",)) -> CoxData:
        table = np.array(typed, dtype=np.float64)
        return CoxData(
            tstart=table[:, 0],
            tstop=table[:, 1],
            event=table[:, 2].astype(np.int64),
            covariates=table[:, 3:],
            names=tuple(names),
        )

    return rows
