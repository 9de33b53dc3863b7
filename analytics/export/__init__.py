"""A release in the shapes other systems take: ADaM datasets and analysis results data."""
