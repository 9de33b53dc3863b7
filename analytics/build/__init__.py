"""The walk of a build: what is checked, run, estimated and published, in order."""
