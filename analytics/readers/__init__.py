"""What reads a published release: queries, differences, status, documents, explanations."""
