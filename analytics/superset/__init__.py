"""A dashboard on a published release, as a bundle that Apache Superset imports."""
