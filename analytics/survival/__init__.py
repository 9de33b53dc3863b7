"""Survival analysis in SQL: the functions of schema `survival`, kept in the warehouse file.

Each `.sql` file of this package creates table macros of DuckDB, in the order of
`functions.FUNCTION_FILES`. They estimate what nobody planned from the marts, by the conventions of
the study, and give the numbers of `analytics.results` for what somebody did plan.
"""
