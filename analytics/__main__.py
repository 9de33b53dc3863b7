"""`python -m analytics` is the command `plateau`."""

from analytics.cli import app

app(prog_name="plateau")
