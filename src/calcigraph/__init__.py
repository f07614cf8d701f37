"""Calcigraph: the open, computable evidence base for treating calcinosis cutis.

>>> import calcigraph
>>> evidence = calcigraph.open()                                    # doctest: +SKIP
>>> evidence.ask("treatments", condition="JDM", level="IV")         # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calcigraph.api import Evidence, connect
    from calcigraph.api import open_evidence as open  # noqa: A004 -- reads as calcigraph.open()

__version__ = "0.1.0"
__all__ = ["Evidence", "__version__", "connect", "open"]


def __getattr__(name: str) -> Any:
    """Return a name of the Python API, imported when it is first used: the command line does without."""
    if name not in __all__:
        raise AttributeError(name)
    from calcigraph import api

    return getattr(api, "open_evidence" if name == "open" else name)
