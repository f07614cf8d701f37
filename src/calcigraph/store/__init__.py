"""Stores: the embedded one on disk, and distant endpoints that answer the same questions."""
