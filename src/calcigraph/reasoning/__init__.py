"""Reasoning: rules that run at build time, and OWL classification that runs when the ontology changes."""
