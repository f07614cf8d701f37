"""Templates of pages: they escape whatever they are given, and name what they are not given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from pathlib import Path


def environment(folder: Path, *, auto_reload: bool = True) -> Environment:
    """Return the templates in a folder; without `auto_reload` a file is read once, also if it changes."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=auto_reload,
    )
