"""From the marts and the plan to the tables of schema `results`."""

import duckdb

from analytics.results.assembly import Computed, compute_or_take, compute_results
from analytics.results.attrition import populations_judged
from analytics.results.concordance import concordance_frame
from analytics.results.marts import read_marts
from analytics.results.reuse import Earlier, Ingredients, read_results
from analytics.results.schemas import RESULT_TABLES
from analytics.results.sensitivity import sensitivity_frame
from analytics.results.writing import write_frames
from analytics.study.published import load_published
from analytics.study.specification import StudySpecification

__all__ = [
    "RESULT_TABLES",
    "Computed",
    "Earlier",
    "compute_results",
    "read_results",
    "write_results",
]

SENSITIVITY = "convention_sensitivity"


def write_results(
    study: StudySpecification,
    connection: duckdb.DuckDBPyConnection,
    program: str = "",
    earlier: Earlier | None = None,
) -> Computed:
    """Estimate everything the plan asks for from schema `marts` and replace schema `results`.

    The reported values of the study's folder fill `published_concordance`, stand beside the
    numbers of `convention_sensitivity`, and change no number. What `earlier` has of the same
    ingredients is taken from there; `program` is the digest of the code that computes.
    Raises ResultsError when the marts contradict themselves, StudyError for a mistake in
    the reported values; the former tables then stay as they were.
    """
    earlier = earlier or Earlier()
    marts = read_marts(connection, judged=populations_judged(study))
    ingredients = Ingredients(program, study, marts)
    computed = compute_or_take(ingredients, earlier)
    results, published = computed.frames, load_published(study.folder)
    digest = ingredients.digest_of_estimates(published)
    sensitivity = earlier.table(SENSITIVITY, digest)
    taken = computed.taken if sensitivity is None else (*computed.taken, SENSITIVITY)
    if sensitivity is None:
        sensitivity = sensitivity_frame(
            ingredients.estimating, ingredients.marts, results, published
        )
    beside = {
        "published_concordance": concordance_frame(published, results, study.parameters),
        SENSITIVITY: sensitivity,
    }
    made_of = {**computed.made_of, SENSITIVITY: digest}
    write_frames({**results, **beside}, connection)
    return Computed({**results, **beside}, made_of, taken)
