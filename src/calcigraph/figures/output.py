"""Write a figure and its words to files so that both appear in whole, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from calcigraph.errors import BadOutput, FigureFailed

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph.figures.drawing import Drawing

FORMS = ("svg", "png", "pdf")
"""The forms of a figure, by the ending of its file."""


def check_output(file: Path) -> str:
    """Return the form that the ending of a file asks for; raises BadOutput if no figure can be written there."""
    if file.is_dir():
        raise BadOutput(f"{file} is a folder: name a file in it.")
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        ends = f"ends in {file.suffix}" if file.suffix else "has no ending"
        raise BadOutput(f"{file} {ends}: end it in {', '.join(f'.{one}' for one in FORMS[:-1])} or .{FORMS[-1]}.")
    if not file.parent.is_dir():
        raise BadOutput(f"There is no folder {file.parent}: make it, or name another file.")
    if not os.access(file.parent, os.W_OK):
        raise BadOutput(f"Nothing can be written in {file.parent}: name a file in another folder.")
    return form


def write_figure(drawing: Drawing, file: Path) -> Path:
    """Write a figure to a file and its words beside it, and return where the words are.

    Raises BadOutput for a file that no figure can be written to, and FigureFailed if the disk refuses.
    """
    contents = {file: drawing.content(check_output(file)), words_beside(file): drawing.words().encode()}
    beside = {target: target.with_name(f".{target.name}-{os.getpid()}") for target in contents}
    try:
        for target, content in contents.items():
            beside[target].write_bytes(content)
        for target, fresh in beside.items():
            fresh.replace(target)
    except OSError as error:
        raise FigureFailed(f"The figure could not be written to {file}: {error.strerror or error}.") from error
    finally:
        for fresh in beside.values():
            fresh.unlink(missing_ok=True)
    return words_beside(file)


def words_beside(file: Path) -> Path:
    """Return the file that holds the words of a figure.

    >>> from pathlib import Path
    >>> words_beside(Path("map.svg")).name
    'map.svg.alt.txt'
    """
    return file.with_name(f"{file.name}.alt.txt")
