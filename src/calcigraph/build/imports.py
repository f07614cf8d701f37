"""A build with what was imported: the same records, and the graphs of imports, with rules and pools made anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from calcigraph.resources import Resources
    from calcigraph.store.local import Build, Home


def with_imports(
    product: Resources, home: Home, made: Build, progress: Callable[[str], None] = lambda _: None
) -> Build:
    """Return the build with all imports of its home, made now unless it was made before; without imports, the build.

    Raises BuildFailed if it cannot be written.
    """
    files = home.import_files()
    if not files:
        return made
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    name = f"{made.info.digest}-with-{digest.hexdigest()}"
    return home.found_or_made(name, lambda folder: _make(product, made, files, name, folder, progress))


def _make(
    product: Resources, made: Build, files: Sequence[Path], digest: str, folder: Path, progress: Callable[[str], None]
) -> None:
    import pyoxigraph as ox

    from calcigraph.build.finish import finish
    from calcigraph.build.stated import stated

    store = ox.Store(str(folder / "store"))
    store.bulk_extend(stated(made))
    for path in files:
        store.bulk_extend(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))
    info = made.info._replace(digest=digest, quads=0, derived=0)
    finish(product, store, folder, info, progress)
