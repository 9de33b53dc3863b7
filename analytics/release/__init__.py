"""Releases: the folder a build is made in, what identifies it, and how it is published."""
