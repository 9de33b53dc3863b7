"""Plateau: from SDTM files to survival results as SQL tables."""

__version__ = "0.2.0"
