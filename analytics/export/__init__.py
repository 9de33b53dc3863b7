"""A release in the formats that other systems read: ADaM datasets and analysis results data."""
