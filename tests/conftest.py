"""What tests in several files need: one home for all builds of a run, and the evidence that comes with Calcigraph.

Hypothesis sets no time limit: how long an example takes says nothing about the fact.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import settings

import calcigraph
from calcigraph.exchange.formats import find_format
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped
from calcigraph.resources import Resources, resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]

TINY = Path(__file__).parent / "worlds" / "tiny"

settings.register_profile("calcigraph", deadline=None)
settings.load_profile("calcigraph")


@pytest.fixture(scope="session")
def graph() -> ox.Store:
    """Return the ontology, the derived hierarchy included, in a store for reading."""
    store = ox.Store()
    for path in resources().ontology_files():
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


@pytest.fixture
def copied(tmp_path: Path) -> Resources:
    """Return the product with a copy of the ontology that a test may change."""
    product = resources()
    return product._replace(ontology=Path(shutil.copytree(product.ontology, tmp_path / "ontology")))


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of builds that all workers of this run share, so that each build is made once."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home"


@pytest.fixture(scope="session")
def evidence(shared_home: Path) -> Evidence:
    """Return the evidence of the real records."""
    return calcigraph.open(home=shared_home)


@pytest.fixture(scope="session")
def tiny(shared_home: Path) -> Evidence:
    """Return the evidence of a few records."""
    return calcigraph.open(seeds=TINY, home=shared_home)


@pytest.fixture(scope="session")
def exported() -> Exported:
    """Return a function that makes an export in memory and returns its files by path."""

    def export(evidence: Evidence, name: str, losses: Losses | None = None, **asked: str) -> dict[str, bytes]:
        files = {}
        counted = Losses() if losses is None else losses
        for path, write in find_format(name).files(scoped(evidence, **asked), counted):
            file = io.BytesIO()
            write(file)
            files[path] = file.getvalue()
        return files

    return export
