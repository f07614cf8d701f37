"""The page of publications: a list that can be narrowed, and that is shown part by part."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from calcigraph.resources import resources
from calcigraph.serve.pages.publications import publications_page

from .conftest import Served, opened_build

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph import Evidence

HTML = {"Accept": "text/html"}
TITLES = {
    "alpha": "/study/alpha-2001",
    "beta": "/study/beta-2002",
    "gamma": "/review/gamma-2003",
    "trial": "/trial/NCT00000001",
}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"alpha", "beta", "gamma", "trial"}),
        ("kind=&treatment=&from=", {"alpha", "beta", "gamma", "trial"}),
        ("kind=Review", {"gamma"}),
        ("kind=RegisteredTrial", {"trial"}),
        ("condition=juvenile+dermatomyositis&kind=Study", {"beta"}),
        ("treatment=sodium+thiosulfate&kind=RegisteredTrial", {"trial"}),
        ("from=2002", {"beta", "gamma"}),
        ("to=2001", {"alpha"}),
        ("from=2002&to=2002&utm_source=mail", {"beta"}),
    ],
)
def test_publications_are_narrowed_by_what_is_asked(server: Served, asked: str, found: set[str]) -> None:
    """Kind, treatment and condition with what is below them, and years narrow; what is empty does not."""
    text = server.get(f"publications?{asked}", headers=HTML).text
    assert {name for name, link in TITLES.items() if f'href="{link}"' in text} == found
    assert f"{len(found)} of 4 records" in text or len(found) == 4


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ("kind=Studdy", 400, "Nearest: Study"),
        ("treatment=minocyklin", 400, "Nearest: minocycline"),
        ("from=19", 400, "four digits"),
        ("page=2", 404, "there are 1"),
        ("page=%C2%B2", 404, "there are 1"),
        ("kind=Study&kind=Review", 400, "give it once"),
    ],
)
def test_what_cannot_be_asked_is_told(server: Served, asked: str, status: int, told: str) -> None:
    """A kind, a name, a year or a page that there is not is refused with what there is."""
    answer = server.get(f"publications?{asked}", headers={"Accept": "text/plain"})
    assert (answer.status_code, told in answer.text) == (status, True), answer.text


def test_each_record_is_on_one_page_and_each_page_leads_on(evidence: Evidence, shared_home: Path) -> None:
    """Following what leads to the next page shows each record of the evidence once."""
    assert evidence.info is not None

    async def followed() -> list[str]:
        async with opened_build(shared_home, resources().seeds) as world:
            records: list[str] = []
            for number in range(1, 100):
                make = partial(publications_page, base="", given={"page": str(number)})
                text = await world.library.run(make)
                records += re.findall(r'<th scope="row"><a href="([^"]+)"', text)
                if 'rel="next"' not in text:
                    break
                assert f'href="/publications?page={number + 1}" rel="next"' in text
            assert len(records) == len(world.library.records)
            return records

    records = asyncio.run(followed())
    assert len(set(records)) == len(records) > 100
