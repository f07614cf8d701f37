"""Build: seeds → records → graph → reasoning → validation → store; the only place that knows the order."""

from calcigraph.build.assemble import build
from calcigraph.build.check import check

__all__ = ["build", "check"]
