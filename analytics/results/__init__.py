"""From the marts and the plan to the tables of schema `results`."""

import duckdb

from analytics.results.assembly import compute_results
from analytics.results.concordance import concordance_frame
from analytics.results.marts import read_marts
from analytics.results.schemas import RESULT_TABLES
from analytics.results.sensitivity import sensitivity_frame
from analytics.results.writing import write_frames
from analytics.study.published import load_published
from analytics.study.specification import StudySpecification

__all__ = ["RESULT_TABLES", "compute_results", "write_results"]


def write_results(study: StudySpecification, connection: duckdb.DuckDBPyConnection) -> None:
    """Estimate everything the plan asks for from schema `marts` and replace schema `results`.

    The reported values of the study's folder fill `published_concordance`, stand beside the
    numbers of `convention_sensitivity`, and change no number.
    Raises ResultsError when the marts contradict themselves, StudyError for a mistake in
    the reported values; the former tables then stay as they were.
    """
    marts = read_marts(connection)
    results = compute_results(study, marts)
    published = load_published(study.folder)
    beside = {
        "published_concordance": concordance_frame(published, results, study.parameters),
        "convention_sensitivity": sensitivity_frame(study, marts, results, published),
    }
    write_frames({**results, **beside}, connection)
