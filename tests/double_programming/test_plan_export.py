"""What R is told of the plan."""

from export import plan_rows


def test_lists_of_the_plan_are_written_out() -> None:
    plan = {
        "lists": {"patients": [{"factor": "sex"}, {"factor": "age"}]},
        "analyses": [
            {"id": "one", "groups": ["all", "men"], "characteristics": "patients"},
            {"id": "two", "characteristics": [{"factor": "race"}, "patients"]},
        ],
    }
    assert plan_rows(plan) == {
        "analyses": [{"id": "one", "groups": "all|men"}, {"id": "two"}],
        "characteristics": [
            {"analysis_id": "one", "factor": "sex"},
            {"analysis_id": "one", "factor": "age"},
            {"analysis_id": "two", "factor": "race"},
            {"analysis_id": "two", "factor": "sex"},
            {"analysis_id": "two", "factor": "age"},
        ],
    }
