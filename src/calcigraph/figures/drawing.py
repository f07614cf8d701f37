"""A finished figure: its picture as SVG, PNG or PDF, the same bytes each time, and the same in words."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import matplotlib as mpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

_DPI = 300
SETTINGS: Mapping[str, object] = {
    "svg.fonttype": "none",  # text that can be searched and read aloud
    "svg.hashsalt": "calcigraph",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "text.hinting": "none",  # letters as wide as they were measured
    "path.simplify": False,
}
_NOT_IN_IT: Mapping[str, Mapping[str, str | None]] = {
    "svg": {"Date": None, "Creator": "Calcigraph"},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": "Calcigraph"},
}
_FONTS = ("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
"""The font, and with what stands in for it where it is missing: Verdana has the same widths."""


@dataclass(frozen=True)
class Drawing:
    """A figure with its title, a short text in its place, and all that it shows in words; height is in millimetres."""

    title: str
    short: str
    long: str
    height: float
    figure: Figure

    def content(self, form: str) -> bytes:
        """Return the picture as `svg`, `png` or `pdf`."""
        metadata = {**_NOT_IN_IT[form], "Title": self.title}
        if form == "png":
            metadata["Description"] = self.short
        out = io.BytesIO()
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(SETTINGS)  # type: ignore[arg-type]  # the stubs list every key as a literal
            self.figure.savefig(out, format=form, dpi=_DPI, metadata=metadata)
        return _with_words(out.getvalue().decode(), self).encode() if form == "svg" else out.getvalue()

    def words(self) -> str:
        """Return the text that stands in the figure's place: first in short, then all that it shows."""
        return f"{self.title}\n\n{self.short}\n\n{self.long}"


def _with_words(svg: str, drawing: Drawing) -> str:
    """Return the SVG with its title named and its description added, for those who do not see it."""
    root, _, inside = svg.partition("<title>")
    name, _, rest = inside.partition("</title>")
    root = root.replace("<svg ", '<svg role="img" aria-labelledby="title description" ', 1)
    description = f'<desc id="description">{escape(drawing.short)}</desc>'
    return f'{root}<title id="title">{name}</title>\n {description}{rest.replace(*_FONTS)}'
