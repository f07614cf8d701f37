"""Builds on disk: each is written beside the others, then appears in whole; readers never see half of one.

HOME/builds/DIGEST/store/     the quads, for pyoxigraph
HOME/builds/DIGEST/graph.nq   the same, as text
HOME/builds/DIGEST/withdrawn.nq what withdrawn sources said, if there are any
HOME/builds/DIGEST/names.json the names of all terms
HOME/builds/DIGEST/build.json what was built from what
HOME/imports/NAME.nq          what was imported, which a build takes in when it is asked to
HOME/current/SEEDS            the digest of the newest good build of a folder of records
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.errors import AmbiguousName, BuildFailed, UnknownName
from calcigraph.places import appearing_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyoxigraph as ox

_KEPT_SECONDS = 24 * 3600
_SHOWN = 5


def default_home() -> Path:
    """Return the folder in which builds live unless another is named: the user's cache."""
    from platformdirs import user_cache_path

    return user_cache_path("calcigraph", appauthor=False)


class BuildInfo(NamedTuple):
    """What a build holds: how many records, quads and derived quads, and how many warnings and remarks.

    A view of an earlier day also says that day (`as_of`), how many records it lacks because they say no date at all
    (`undated`), or none precise enough to tell (`unsure`), and how many came later.
    `drafts` counts the records that are drafts, which are left out unless the build is one `with_drafts`.
    """

    digest: str
    records: int
    quads: int
    derived: int
    warnings: int
    remarks: int
    as_of: str = ""
    undated: int = 0
    unsure: int = 0
    later: int = 0
    drafts: int = 0
    with_drafts: bool = False


WITHDRAWN = "withdrawn.nq"
"""The file of what withdrawn sources said, which a build has beside its graph if there are any."""


class Build(NamedTuple):
    """A finished build on disk."""

    path: Path

    @property
    def info(self) -> BuildInfo:
        """What the build holds."""
        return BuildInfo(**json.loads((self.path / "build.json").read_text(encoding="utf-8")))

    @property
    def dump(self) -> Path:
        """The file that holds the whole graph as N-Quads."""
        return self.path / "graph.nq"

    def names(self) -> str:
        """Return the names of all terms, as JSON text."""
        return (self.path / "names.json").read_text(encoding="utf-8")

    def open(self) -> ox.Store:
        """Return the store, open for reading only."""
        import pyoxigraph as ox

        return ox.Store.read_only(str(self.path / "store"))

    def load(self) -> ox.Store:
        """Return a copy of the store in memory, which answers some three times as fast as the one on disk."""
        import pyoxigraph as ox

        store = ox.Store()
        store.bulk_load(path=str(self.dump), format=ox.RdfFormat.N_QUADS)
        return store


class Home(NamedTuple):
    """The folder in which builds live."""

    path: Path

    @property
    def imports(self) -> Path:
        """The folder of what was imported."""
        return self.path / "imports"

    def import_files(self) -> list[Path]:
        """Return the files of what was imported, by name."""
        return sorted(self.imports.glob("[!.]*.nq"))

    def find(self, digest: str) -> Build | None:
        """Return the build of that digest, if it is there."""
        path = self.path / "builds" / digest
        return Build(path) if (path / "build.json").is_file() else None

    def named(self, start: str) -> Build:
        """Return the build whose digest begins so; raises UnknownName or AmbiguousName with those that there are."""
        every = sorted(path.parent.name for path in (self.path / "builds").glob("[!.]*/build.json"))
        found = [digest for digest in every if digest.startswith(start)]
        if not found:
            raise UnknownName(start, every[:_SHOWN], kind="build")
        if len(found) > 1 and start not in found:
            raise AmbiguousName(start, found[:_SHOWN], kind="build")
        return Build(self.path / "builds" / found[0])

    def current(self, seeds: Path) -> Build | None:
        """Return the newest good build of a folder of records, if there is one."""
        try:
            digest = self._pointer(seeds).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return self.find(digest)

    def point_to(self, digest: str, seeds: Path) -> None:
        """Make the build of that digest the current one of a folder of records."""
        pointer = self._pointer(seeds)
        with suppress(FileNotFoundError):
            if pointer.read_text(encoding="utf-8") == digest:
                return
        pointer.parent.mkdir(parents=True, exist_ok=True)
        with appearing_file(pointer) as fresh:
            fresh.write_text(digest, encoding="utf-8")

    def _pointer(self, seeds: Path) -> Path:
        return self.path / "current" / hashlib.blake2b(str(seeds.resolve()).encode(), digest_size=8).hexdigest()

    def found_or_made(self, digest: str, make: Callable[[Path], None]) -> Build:
        """Return the build of that digest, which `make` writes into the folder that it is given unless it is there.

        Raises BuildFailed if the disk refuses, or if the build is taken away as soon as it is made.
        """
        found = self.find(digest)
        if found is None:
            with self.writing(digest) as folder:
                make(folder)
            found = self.find(digest)
        if found is None:
            message = f"The build {digest} was taken away as soon as it was made: is something else using {self.path}?"
            raise BuildFailed(message)
        return found

    @contextmanager
    def writing(self, digest: str) -> Iterator[Path]:
        """Give a new folder to write a build in; it becomes a build when the block ends well.

        Raises BuildFailed if the disk refuses; whatever was begun is taken away.
        """
        import shutil
        import tempfile
        import traceback

        try:
            (self.path / "builds").mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self.path / "builds"))
        except OSError as error:
            message = f"No build can be written to {self.path}: {error.strerror or error}."
            raise BuildFailed(message) from error
        try:
            yield folder
            self._appear(folder, digest)
        except BaseException as error:
            # A store that the failed frames still hold would go on writing while its folder is taken away.
            traceback.clear_frames(error.__traceback__)
            if not isinstance(error, OSError):
                raise
            message = (
                f"The build could not be written to {self.path}: {error.strerror or error}. The last one stays in use."
            )
            raise BuildFailed(message) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.sweep()

    def _appear(self, folder: Path, digest: str) -> None:
        import shutil

        final = self.path / "builds" / digest
        try:
            folder.rename(final)
        except OSError:
            if self.find(digest) is None:
                shutil.rmtree(final, ignore_errors=True)
                folder.rename(final)

    def sweep(self) -> None:
        """Take away builds that are neither current nor a day young, and what killed builds left behind."""
        import shutil

        current = {path.read_text(encoding="utf-8") for path in (self.path / "current").glob("[!.]*")}
        limit = time.time() - _KEPT_SECONDS
        for path in (self.path / "builds").iterdir():
            with suppress(FileNotFoundError):
                if path.name not in current and path.stat().st_mtime < limit:
                    shutil.rmtree(path, ignore_errors=True)


def write_info(folder: Path, info: BuildInfo) -> None:
    """Write what the build holds; it is written last, and a folder without it is no build."""
    (folder / "build.json").write_text(json.dumps(info._asdict(), indent=1) + "\n", encoding="utf-8")
