"""Write a figure and its words to files so that both appear in whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.errors import BadOutput, FigureFailed
from calcigraph.places import appearing_file, check_parent

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
    check_parent(file)
    return form


def write_figure(drawing: Drawing, file: Path) -> Path:
    """Write a figure to a file and its words beside it, and return where the words are.

    Raises BadOutput for a file that no figure can be written to, and FigureFailed if the disk refuses.
    """
    content, words = drawing.content(check_output(file)), words_beside(file)
    try:
        with appearing_file(words) as new_words, appearing_file(file) as new_file:
            new_file.write_bytes(content)
            new_words.write_text(drawing.words(), encoding="utf-8", newline="")
    except OSError as error:
        raise FigureFailed(f"The figure could not be written to {file}: {error.strerror or error}.") from error
    return words


def words_beside(file: Path) -> Path:
    """Return the file that holds the words of a figure.

    >>> from pathlib import Path
    >>> words_beside(Path("map.svg")).name
    'map.svg.alt.txt'
    """
    return file.with_name(f"{file.name}.alt.txt")
