"""Write the site to a folder so that it appears at once, and never over something else."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from calcigraph.errors import BadFolder, SiteFailed
from calcigraph.places import appearing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_OURS = '<meta name="generator" content="calcigraph docs">'


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> int:
    """Write files, each with its path, to a folder, all of them or none, and return how many they are.

    Raises BadFolder for a folder that holds something else, and SiteFailed if the disk refuses.
    """
    check_folder(folder)
    count = 0
    try:
        with appearing(folder) as fresh:
            for path, content in files:
                file = fresh / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                count += 1
    except OSError as error:
        raise SiteFailed(f"The pages could not be written to {folder}: {error.strerror or error}.") from error
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
