"""From the marts and the plan to the tables of schema `results`."""
