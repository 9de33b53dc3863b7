"""Apache Spark as the engine up to the marts: the same models, run by dbt-spark.

DuckDB loads the files before and everything that follows the marts reads the DuckDB file.
"""

from analytics.transform.spark.marts import build_marts_on_spark
from analytics.transform.spark.session import SparkOptions, check_installed

__all__ = ["SparkOptions", "build_marts_on_spark", "check_installed"]
