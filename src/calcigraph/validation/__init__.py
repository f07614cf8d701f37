"""Validation: SHACL results as values, and the file, line and column that each belongs to."""
