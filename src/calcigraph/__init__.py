"""Calcigraph: the open, computable evidence base for treating calcinosis cutis."""
