"""Imports beside the records: what spans records is compared across both, and told with its graph and node."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import calcigraph
from calcigraph.errors import InvalidRecords
from calcigraph.exchange.imports import IMPORTS, take
from calcigraph.graph.dataset import GRAPHS
from calcigraph.names.vocabulary import BASE, TERMS
from calcigraph.resources import resources
from calcigraph.store.local import Home

if TYPE_CHECKING:
    from calcigraph import Evidence
    from calcigraph.exchange.imports import Imported

TINY = Path(__file__).parents[1] / "worlds" / "tiny"
ZETA = BASE + "study/zeta-2002"
GRAPH = "https://example.org/registry"


@pytest.fixture(scope="module")
def twin(tiny: Evidence) -> str:
    """Return a study of others as N-Quads: the record beta under another address, its identifiers the same."""
    assert tiny.dump is not None
    quads = [
        quad
        for quad in ox.parse(path=str(tiny.dump), format=ox.RdfFormat.N_QUADS)
        if quad.graph_name == ox.NamedNode(GRAPHS + "study/beta-2002")
    ]
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode()
    return text.replace(GRAPHS + "study/beta-2002", GRAPH).replace("study/beta-2002", "study/zeta-2002")


@pytest.fixture(scope="module")
def zeta(twin: str) -> str:
    """Return a study of others that no record is: it has a PMID of its own."""
    return twin.replace('"1002"', '"99990001"')


def _take(text: str, home: Path, name: str = "others", seeds: Path = TINY) -> Imported:
    home.mkdir(exist_ok=True)
    file = home / f"{name}.nq"
    file.write_text(text, encoding="utf-8")
    product = resources(seeds=seeds)
    return take([file], name, product, Home(home), when=datetime(2026, 11, 25, tzinfo=UTC))


def _link(name: str) -> str:
    return f"<{ZETA}> <{TERMS}overlaps> <{BASE}study/{name}> <{GRAPH}> .\n"


def _told(text: str, home: Path, name: str = "others") -> list[str]:
    """Return what is said of a study that is refused."""
    with pytest.raises(InvalidRecords) as raised:
        _take(text, home, name)
    return [one.message for one in raised.value.problems]


def test_an_identifier_of_a_record_is_refused(twin: str, tmp_path: Path) -> None:
    """A publication that is a record already is no second one: the message names node, graph and record."""
    told = _told(twin, tmp_path)
    place, record = f"{ZETA} in {IMPORTS}others/1", "study/beta-2002"
    assert told == [f"{place}: The PMID 1002 stands in {record} too: one publication is one record."]
    assert not Home(tmp_path).import_files()


def test_a_link_may_lead_from_an_import_to_a_record(zeta: str, tmp_path: Path) -> None:
    """What an import refers to may be a record, which must be there."""
    assert _take(zeta + _link("alpha-2001"), tmp_path).graphs == 1
    (told,) = _told(zeta + _link("nobody-1999"), tmp_path, name="more")
    assert told.startswith(f"{ZETA} in {IMPORTS}more/1: overlaps names a record that does not exist")


def test_what_an_import_says_of_a_record_is_compared_too(tmp_path: Path) -> None:
    """A statement about a record, in a graph of others, can break what spans records as well."""
    alpha = f"{BASE}study/alpha-2001"
    (told,) = _told(f"<{alpha}> <{TERMS}overlaps> <{alpha}> <{GRAPH}> .\n", tmp_path)
    assert told == f"{alpha} in {IMPORTS}others/1: The record refers to itself: name another one, or take it out."


def test_a_record_does_not_come_by_a_second_value(twin: str, tmp_path: Path) -> None:
    """Who claims to describe a record may say the same again, and not that its one PMID is another one."""
    again = twin.replace("zeta-2002", "beta-2002")
    assert _take(again, tmp_path).graphs == 1
    (told,) = _told(again.replace('"1002"', '"99990001"'), tmp_path)
    assert told.startswith(f"{BASE}study/beta-2002 in {IMPORTS}others/1: ")
    assert "pmid" in told.lower()


def test_imports_are_compared_with_each_other(zeta: str, tmp_path: Path) -> None:
    """The same publication from two sources is told at the second; an import made again takes its own place."""
    _take(zeta, tmp_path)
    _take(zeta, tmp_path)
    (told,) = _told(zeta.replace("zeta-2002", "eta-2002"), tmp_path, name="more")
    assert "The PMID 99990001 stands in study/zeta-2002 too" in told
    assert [path.stem for path in Home(tmp_path).import_files()] == ["others"]


def test_questions_take_sound_imports_in_or_leave_them_out(zeta: str, tmp_path: Path) -> None:
    """A study of others is in an answer when it is asked for with imports, and not otherwise."""
    _take(zeta, tmp_path)
    studies = [
        {str(row["study"]) for row in calcigraph.open(seeds=TINY, home=tmp_path, imports=imports).ask("studies")}
        for imports in (False, True)
    ]
    assert studies[1] - studies[0] == {ZETA}


def test_a_record_that_came_later_is_told_when_imports_are_taken_in(zeta: str, tmp_path: Path) -> None:
    """Records may change after an import: it then stands in no answer until one of the two is taken away."""
    seeds, home = tmp_path / "seeds", tmp_path / "home"
    shutil.copytree(TINY, seeds)
    _take(zeta, home, seeds=seeds)
    beta = seeds / "studies" / "beta-2002.yaml"
    beta.write_text(beta.read_text(encoding="utf-8").replace("'1002'", "'99990001'"), encoding="utf-8")
    with pytest.raises(InvalidRecords) as raised:
        calcigraph.open(seeds=seeds, home=home, imports=True)
    (told,) = raised.value.problems
    assert (told.file, "stands in study/beta-2002 too" in told.message) == ("import/others", True)
    assert told.message.endswith("take the import away by `calcigraph import --remove`.")
    assert len(calcigraph.open(seeds=seeds, home=home).ask("studies"))
