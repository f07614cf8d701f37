"""Write a file or a folder so that it appears in whole, or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.errors import BadOutput

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def appearing_file(file: Path) -> Iterator[Path]:
    """Give a new file to write, which takes the place of `file` when the block ends well.

    Otherwise what was there stays, and what was begun is taken away. Raises OSError if the disk refuses.
    """
    beside = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        yield beside
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def check_parent(file: Path) -> None:
    """Raise BadOutput if there is no folder for the file, or if nothing can be written in it."""
    if not file.parent.is_dir():
        raise BadOutput(f"There is no folder {file.parent}: make it, or name another file.")
    if not os.access(file.parent, os.W_OK):
        raise BadOutput(f"Nothing can be written in {file.parent}: name a file in another folder.")


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Give a new folder to write in, which takes the place of `folder` when the block ends well.

    Otherwise what was there stays, and what was begun is taken away. Raises OSError if the disk refuses.
    """
    import shutil
    import tempfile

    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fresh = beside / "new"
        fresh.mkdir()
        yield fresh
        _swap(fresh, target, beside / "old")
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(fresh: Path, target: Path, old: Path) -> None:
    """Put the new folder where the old one was; if that fails, the old one comes back."""
    if not target.exists():
        fresh.rename(target)
        return
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
