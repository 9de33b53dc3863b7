"""The dbt project and the engine that runs it."""

from analytics.transform.dbt_run import Transformation

__all__ = ["Transformation"]
