"""Curation: what makes adding a paper easy, from a source's own data to a record that a person completes."""
