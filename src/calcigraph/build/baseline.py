"""The records of one git tree, reduced to what is compared between records: an index in SQLite.

The index describes one tree at a time, whose object id it holds. It is led to another tree by what differs between the
two, so that the time depends on the change; nothing is there but what can be made anew.

One process uses an index at a time: another one waits. A process that is killed leaves the index as it was.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from calcigraph.build.chunk import Account
from calcigraph.build.revision import NO_TREE, between, contents
from calcigraph.errors import IndexFailed
from calcigraph.resources import code_files, is_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager
    from pathlib import Path

    from calcigraph.resources import Resources

    Pool = Callable[[int], AbstractContextManager[Executor | None]]

_BATCH = 500
_WAIT_SECONDS = 600
_KEPT_SECONDS = 7 * 24 * 3600
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tree (name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (path BLOB PRIMARY KEY, id TEXT, sound INT NOT NULL, spanning BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tie (value TEXT NOT NULL, path BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS elsewhere (path BLOB PRIMARY KEY);
CREATE INDEX IF NOT EXISTS record_id ON record (id);
CREATE INDEX IF NOT EXISTS tie_value ON tie (value);
CREATE INDEX IF NOT EXISTS tie_path ON tie (path);
"""


class Row(NamedTuple):
    """What the index keeps of a record file."""

    path: bytes
    id: str | None
    sound: bool
    spanning: bytes
    ties: frozenset[str]


class Part(NamedTuple):
    """Files of a tree for one process to read: their paths and blobs."""

    product: Resources
    files: Sequence[tuple[str, str]]


class Baseline:
    """The index, open: the records of its tree by id, and by what ties them to others."""

    def __init__(self, connection: sqlite3.Connection, product: Resources) -> None:
        self._connection = connection
        self._product = product
        connection.executescript(_SCHEMA)

    def lead_to(self, tree: str, pool: Pool, progress: Callable[[str], None]) -> None:
        """Make the index that of another tree of the folder; the processes that the pool gives read the files."""
        (known,) = self._connection.execute("SELECT name FROM tree").fetchone() or (NO_TREE,)
        if tree == known:
            return
        with self._connection as db:
            folder = self._product.seeds
            entries = list(between(folder, known, tree))
            for path in (os.fsencode(entry.path) for entry in entries):
                for table in ("record", "tie", "elsewhere"):
                    db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))  # noqa: S608 -- a name from above
            there = [entry for entry in entries if entry.blob]
            links = [(os.fsencode(entry.path),) for entry in there if not entry.plain]
            db.executemany("INSERT INTO elsewhere VALUES (?)", links)
            files = [(e.path, e.blob) for e in there if e.plain and is_record(e.path)]
            parts = [Part(self._product, files[at : at + _BATCH]) for at in range(0, len(files), _BATCH)]
            with pool(len(files)) as executor:
                run: Callable[..., Iterable[list[Row]]] = map if executor is None else executor.map
                for done, rows in enumerate(run(read_part, parts), start=1):
                    progress(f"Indexed {min(done * _BATCH, len(files)):,} of {len(files):,} records of the revision")
                    db.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", [row[:4] for row in rows])
                    ties = [(tie, row.path) for row in rows for tie in row.ties]
                    db.executemany("INSERT INTO tie VALUES (?, ?)", ties)
            db.execute("DELETE FROM tree")
            db.execute("INSERT INTO tree VALUES (?)", (tree,))

    def at(self, name: str) -> Account | None:
        """Return the account of the file that messages call so, if it was there."""
        path = name.removeprefix(f"{self._product.seeds.name}/")
        return next(self._accounts("path = ?", os.fsencode(path)), None)

    def with_id(self, identifier: str) -> list[Account]:
        """Return the accounts of the files whose records have or claim an id."""
        return list(self._accounts("id = ?", identifier))

    def tied(self, value: str) -> list[Account]:
        """Return the accounts of the files whose records hold a value, or name a record."""
        return list(self._accounts("path IN (SELECT path FROM tie WHERE value = ?)", value))

    def ids(self) -> Iterator[tuple[str, str]]:
        """Yield the file and the id of each sound record."""
        for path, identifier in self._connection.execute("SELECT path, id FROM record WHERE sound"):
            yield self._name(path), identifier

    def elsewhere(self) -> list[str]:
        """Return the paths at which the tree has links or other repositories, of which git does not tell changes."""
        return [os.fsdecode(path) for (path,) in self._connection.execute("SELECT path FROM elsewhere")]

    def _accounts(self, where: str, value: str | bytes) -> Iterator[Account]:
        asked = f"SELECT path, id, sound, spanning FROM record WHERE {where} ORDER BY path"  # noqa: S608 -- from above
        for path, identifier, sound, spanning in self._connection.execute(asked, (value,)):
            yield Account(self._name(path), identifier, bool(sound), spanning)

    def _name(self, path: bytes) -> str:
        """Return what messages call a file."""
        return f"{self._product.seeds.name}/{os.fsdecode(path)}"


def read_part(part: Part) -> list[Row]:
    """Return what the index is to keep of some files of a tree."""
    from calcigraph.graph.dataset import record_quads, triples_of
    from calcigraph.records.context import context_of
    from calcigraph.records.read import read_record
    from calcigraph.records.tree import MAX_BYTES
    from calcigraph.validation.shapes import linked, load_shapes, project

    context = context_of(part.product)
    properties = load_shapes(part.product.shape_files(), part.product.severity).spanning_properties
    rows = []
    blobs = contents(part.product.seeds, (blob for _, blob in part.files), MAX_BYTES)
    for (path, _), data in zip(part.files, blobs, strict=True):
        read = read_record(data, path, context)
        spanning, ties = b"", frozenset[str]()
        if read.document is not None:
            spanning = project([triples_of(record_quads([read.document]))], properties)
            ties = frozenset(linked(spanning, context.base))
        rows.append(Row(os.fsencode(path), read.claimed_id, read.document is not None, spanning, ties))
    return rows


@contextmanager
def baseline(product: Resources, home: Path) -> Iterator[Baseline]:
    """Give the index of a folder of records, which nobody else uses for the time.

    An index that is damaged is taken away when it is met: sqlite3.DatabaseError then says to begin again. Raises
    IndexFailed if the disk refuses, or if another process does not finish.
    """
    place = home / "baselines"
    name = hashlib.blake2b(os.fsencode(product.seeds.resolve()), digest_size=8).hexdigest()
    file = place / f"{name}-{_digest(product)}.sqlite"
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(place, error) from error
    with _alone(place / f"{name}.lock"):
        _sweep(place, name, file)
        try:
            with closing(sqlite3.connect(file)) as connection:
                yield Baseline(connection, product)
        except sqlite3.OperationalError as error:
            raise _failed(place, error) from error
        except sqlite3.DatabaseError:
            _take_away(file)
            raise


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process holds the lock; it is given up when the process ends, however it does."""
    try:
        connection = sqlite3.connect(lock, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        raise _failed(lock.parent, error) from error
    with closing(connection):
        yield


def _failed(place: Path, error: Exception) -> IndexFailed:
    return IndexFailed(f"The index of the records cannot be kept in {place}: {error}. Name another folder by --home.")


def _digest(product: Resources) -> str:
    """Return the digest of what an index depends on besides the records."""
    digest = hashlib.blake2b(digest_size=8)
    for path in [product.context, *product.shape_files(), *code_files()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sweep(place: Path, name: str, mine: Path) -> None:
    """Take away indexes of the same folder that were made by another Calcigraph, and not used for a week."""
    if mine.exists():
        return
    for path in place.glob(f"{name}-*.sqlite"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _KEPT_SECONDS:
                _take_away(path)


def _take_away(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
