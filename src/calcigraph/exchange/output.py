"""Write exports: to a stream, to a file, or to a folder that appears at once and never over something else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from calcigraph.errors import BadFolder, BadOutput, ExportFailed
from calcigraph.places import appearing, appearing_file, check_parent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from calcigraph.exchange.formats import Format, Write
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source

OURS = ".calcigraph-export"
"""A file in each folder that an export made: such a folder may be written again."""


def to_stream(form: Format, source: Source, losses: Losses, stream: BinaryIO) -> None:
    """Write an export that is one file to a stream."""
    for _, write in form.files(source, losses):
        write(stream)


def to_path(form: Format, source: Source, losses: Losses, path: Path) -> None:
    """Write an export to a file, or to a folder if it has several files; nothing half-written stays under that name.

    Raises BadOutput or BadFolder for a place where it cannot stand, and ExportFailed if the disk refuses.
    """
    if not form.one_file:
        to_folder(form.files(source, losses), path)
        return
    check_file(path)
    try:
        with appearing_file(path) as fresh, fresh.open("wb") as file:
            to_stream(form, source, losses, file)
    except OSError as error:
        raise ExportFailed(f"The export could not be written to {path}: {error.strerror or error}.") from error


def to_nowhere(form: Format, source: Source, losses: Losses) -> None:
    """Make an export for the sake of its losses alone."""
    with Path(os.devnull).open("wb") as nowhere:
        for _, write in form.files(source, losses):
            write(nowhere)


def write_text(path: Path, text: str) -> None:
    """Write a text to a file, whole or not at all; raises ExportFailed if the disk refuses."""
    try:
        with appearing_file(path) as fresh:
            fresh.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ExportFailed(f"{path} could not be written: {error.strerror or error}.") from error


def check_file(path: Path) -> None:
    """Raise BadOutput if no file can be written there."""
    if path.is_dir():
        raise BadOutput(f"{path} is a folder: name a file in it.")
    check_parent(path)


def check_folder(folder: Path) -> None:
    """Raise BadFolder unless the folder is new, empty, or holds an export that was written before."""
    if folder.exists() and not folder.is_dir():
        raise BadFolder(f"{folder} is a file: name a folder for the export.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / OURS).is_file():
        raise BadFolder(f"{folder} holds other files, which would be lost: name a new or an empty folder.")


def to_folder(files: Iterable[tuple[str, Write]], folder: Path) -> None:
    """Write files, all of them or none, to a folder; one that an export made before is replaced.

    Raises BadFolder for a folder that holds something else, and ExportFailed if the disk refuses.
    """
    check_folder(folder)
    try:
        with appearing(folder) as fresh:
            for path, write in files:
                file = fresh / path
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("wb") as stream:
                    write(stream)
            (fresh / OURS).write_text("Written by calcigraph export; it may be written again.\n", encoding="utf-8")
    except OSError as error:
        raise ExportFailed(f"The export could not be written to {folder}: {error.strerror or error}.") from error
