"""Calcigraph: the open, computable evidence base for treating calcinosis cutis.

>>> import calcigraph
>>> evidence = calcigraph.open()                                    # doctest: +SKIP
>>> evidence.ask("treatments", condition="JDM", level="IV")         # doctest: +SKIP
"""

from calcigraph.api import Evidence, connect
from calcigraph.api import open_evidence as open  # noqa: A004 -- reads as calcigraph.open()

__version__ = "0.1.0"
__all__ = ["Evidence", "__version__", "connect", "open"]
