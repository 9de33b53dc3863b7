"""The programs that made the data of the embedded studies; no part of a build."""
