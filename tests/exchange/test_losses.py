"""What each format cannot carry of the small world is what `losses.tsv` lists: a change there is a change for users."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcigraph.exchange.formats import FORMATS
from calcigraph.exchange.losses import Losses

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

TABLE = Path(__file__).parent / "losses.tsv"
ONTOLOGY = {"obo", "obo-graphs"}
"""What these lose depends on the ontology, not on the records; their own tests hold it."""


def held() -> dict[str, set[tuple[str, str]]]:
    """Return what each format loses: kinds, and what of each."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in FORMATS}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["format"]].add((row["kind"], row["what"]))
    return found


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ONTOLOGY])
def test_a_format_loses_what_is_listed(name: str, tiny: Evidence, exported: Exported) -> None:
    """No format loses more than is listed, and none less."""
    lost = Losses()
    exported(tiny, name, lost)
    assert {(kind, what) for kind, what, _ in lost.counted} == held()[name]
    assert all(count > 0 for count in lost.counted.values())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_makes_the_files_that_it_names(name: str, tiny: Evidence, exported: Exported) -> None:
    """One stream has the name that the list of formats gives it, and several files go to a folder."""
    lost = Losses()
    form, files = FORMATS[name], exported(tiny, name, lost)
    assert (list(files) == [form.file]) == form.one_file
    assert all(files.values()) or lost.carried == 0
