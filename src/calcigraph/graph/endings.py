"""The RDF format of a file, by the end of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from pathlib import Path


def rdf_format(path: Path) -> ox.RdfFormat | None:
    """Return the RDF format that the end of a file's name stands for, or None if it stands for none.

    >>> from pathlib import Path
    >>> rdf_format(Path("PIZZA.OWL")) == ox.RdfFormat.RDF_XML, rdf_format(Path("seeds/lee-1990.yaml"))
    (True, None)
    """
    ending = path.suffix.removeprefix(".").casefold()
    # The engine knows all endings but that of ontologies.
    return ox.RdfFormat.RDF_XML if ending == "owl" else ox.RdfFormat.from_extension(ending)
