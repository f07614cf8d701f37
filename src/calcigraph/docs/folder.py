"""Write the site to a folder so that it appears at once, and never over something else."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.errors import BadFolder, SiteFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

_OURS = '<meta name="generator" content="calcigraph docs">'


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> int:
    """Write files, each with its path, to a folder, all of them or none, and return how many they are.

    Raises BadFolder for a folder that holds something else, and SiteFailed if the disk refuses.
    """
    target = folder.resolve()
    check_folder(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise SiteFailed(f"Nothing can be written beside {folder}: {error.strerror or error}.") from error
    try:
        fresh = beside / "new"
        count = 0
        for path, content in files:
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            count += 1
        _swap(fresh, target, beside / "old")
    except OSError as error:
        raise SiteFailed(f"The pages could not be written to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def check_folder(folder: Path) -> None:
    """Raise BadFolder unless the folder is new, empty, or holds a documentation that was written before."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadFolder(f"{folder} is a file: name a folder for the pages.")
    if not any(folder.iterdir()):
        return
    with suppress(OSError, UnicodeDecodeError):
        if _OURS in (folder / "index.html").read_text(encoding="utf-8"):
            return
    raise BadFolder(f"{folder} holds other files, which would be lost: name a new or an empty folder.")


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
