"""A release in a database server, for tools that open no file: Postgres."""
