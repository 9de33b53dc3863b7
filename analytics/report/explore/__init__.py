"""The page to explore a release with: offline, without patient rows, beside the report.

`offered` says what may be asked, `estimates` answers it from the warehouse, `planned` takes the
analyses of the plan from schema bi, `writing` makes the page of both.
"""
