"""Graphs: records as quads in named graphs, and graphs in one canonical form."""
