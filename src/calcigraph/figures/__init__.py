"""Figures: the evidence as pictures, each with its counts, its sources and the same in words."""
