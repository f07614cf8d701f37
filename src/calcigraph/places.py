"""Write a folder so that it appears in whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Give a new folder to write in, which takes the place of `folder` when the block ends well.

    Otherwise what was there stays, and what was begun is taken away. Raises OSError if the disk refuses.
    """
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
