"""Great Expectations suites, one reviewable YAML file per table, and what runs them."""
