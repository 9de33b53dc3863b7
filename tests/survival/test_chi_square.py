"""The P value that SQL computes is that of scipy, over all degrees of freedom a test may have."""

import duckdb
import numpy as np
import pytest
from scipy.special import chdtrc
from survival_warehouse import warehouse

from analytics.methods.chi_square import quadratic_form

STATISTICS = np.concatenate(
    [
        [0, 1e-300, 1e-12, 1e-5],
        np.linspace(0.01, 60, 600),
        [7.999999, 8, 8.000001],  # where the series of erfc ends and its fraction begins
        np.linspace(60, 1300, 200),
    ]
)


@pytest.fixture(scope="module")
def small() -> duckdb.DuckDBPyConnection:
    return warehouse([("A", "OS", 1.0, 1)])


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 6, 7, 10, 31, 60, 100])
def test_the_p_value_is_that_of_scipy(small: duckdb.DuckDBPyConnection, df: int) -> None:
    found = small.execute(
        "select survival.chi_square_p(x, $1) from (select unnest($2::double[]) as x)",
        [df, STATISTICS.tolist()],
    ).fetchall()
    expected = chdtrc(df, STATISTICS)
    normal = expected > 1e-290  # below, a double has fewer digits
    np.testing.assert_allclose(np.array(found)[normal, 0], expected[normal], rtol=1e-12)


def test_by_hand_two_degrees_of_freedom(small: duckdb.DuckDBPyConnection) -> None:
    """With two degrees of freedom the tail is exp(-x / 2)."""
    (found,) = small.sql(
        "select survival.chi_square_p(3, 2), survival.chi_square_p(null, 2)"
    ).fetchall()
    assert found == (pytest.approx(np.exp(-1.5), rel=1e-15), None)


@pytest.mark.parametrize(
    "call", ["chi_square_p(-1, 1)", "chi_square_p(1, 0)", "chi_square_p(1, 1.5)"]
)
def test_what_is_no_chi_square_is_refused(small: duckdb.DuckDBPyConnection, call: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="degrees of freedom are 1, 2, 3"):
        small.sql(f"select survival.{call}").fetchall()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_quadratic_form_is_that_of_numpy(small: duckdb.DuckDBPyConnection, size: int) -> None:
    draw = np.random.default_rng(size)
    root = draw.normal(size=(size + 2, size)) * 10.0 ** np.arange(size)
    matrix, vector = root.T @ root, draw.normal(size=size)
    ((found,),) = small.execute(
        "select survival.quadratic_form($1::double[], $2::double[][])",
        [vector.tolist(), matrix.tolist()],
    ).fetchall()
    assert found == pytest.approx(quadratic_form(vector, matrix), rel=1e-10)


def test_a_singular_matrix_has_no_form(small: duckdb.DuckDBPyConnection) -> None:
    matrix = "[[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 1.0]]"
    sql = f"select survival.quadratic_form([1.0::double, 1, 1], {matrix}::double[][])"
    assert small.sql(sql).fetchall() == [(None,)]
