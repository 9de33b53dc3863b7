"""The dashboard, whatever the tool that shows it: datasets, charts, rows and filters."""
