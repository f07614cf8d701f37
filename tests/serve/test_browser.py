"""What a person does with the pages in a real browser: with a mouse, by keyboard, on a phone, in the dark, aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Served

PHONE = {"width": 390, "height": 844}
PATHS = [
    "",
    "treatments",
    "sparql",
    "publications",
    "questions",
    "questions/treatments?condition=SSc",
    "search?q=minocycline",
    "study/alpha-2001",
    "review/gamma-2003",
    "term/Minocycline",
    "term/SystemicSclerosis",
    "term/OxfordModified-IV",
    "why?of=study/alpha-2001%23minocycline",
]
_SERIOUS = {"serious", "critical"}
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RULES = {
    "light": {"runOnly": {"type": "tag", "values": _ALL}},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
"""What is looked for: in the dark only what is of colours, since all else is the same."""


def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anyone(opened: Any, scheme: str) -> None:
    """axe-core finds no serious violation of WCAG 2.2 AA on any kind of page, in light and in dark, on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(PATHS[0], color_scheme=scheme, viewport=PHONE)
    for path in PATHS:
        page.goto(path or ".")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page, options=_RULES[scheme]).response["violations"]
        serious = [
            (path, one["id"], node["html"][:200], node.get("failureSummary", "")[:300])
            for one in found
            if one["impact"] in _SERIOUS
            for node in one["nodes"][:3]
        ]
        assert serious == []


def test_a_phone_never_scrolls_sideways(opened: Any) -> None:
    """At the width of a phone, and of the narrowest that WCAG names, only tables scroll, in their own frames."""
    page = opened(PATHS[0], viewport=PHONE)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for path in PATHS:
            page.goto(path or ".")
            assert sideways(page) <= 0, (path, width)


def test_the_map_opens_what_is_behind_a_cell(opened: Any) -> None:
    """A click on a cell of the evidence map leads to its findings, and from there to the study and its publication."""
    page = opened("")
    page.get_by_role("link", name="antibiotic in all conditions: 9 patients").click()
    assert "antibiotic" in page.locator("h1").inner_text().lower()
    page.locator("#findings ~ .frame a", has_text="Alpha A 2001").first.click()
    page.wait_for_url("**/study/alpha-2001*")
    assert page.locator("a[href='https://doi.org/10.1000/alpha']").is_visible()


def test_dark_is_dark_and_light_is_light(opened: Any) -> None:
    """The pages follow the reader's system."""
    shades = {}
    for scheme in ("dark", "light"):
        page = opened("term/Minocycline", color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    assert shades["dark"] < 200
    assert shades["light"] > 600


def test_search_works_by_keyboard_alone(opened: Any) -> None:
    """Typing lists matches, arrows move among them and tell so, Escape closes, Enter opens the one that is marked."""
    page = opened("treatments")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    field = page.get_by_role("combobox")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "find":
            break
    page.keyboard.type("minocyc")
    option = page.get_by_role("option", name="minocycline")
    option.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    page.keyboard.type("l")
    option.first.wait_for()
    page.keyboard.press("ArrowDown")
    marked = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{marked}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/term/Minocycline")


def test_search_works_without_scripts(opened: Any) -> None:
    """The field is a form: with scripts off it leads to a page of matches."""
    page = opened("", java_script_enabled=False)
    page.locator("#find").fill("minocyclin")
    page.locator("#find").press("Enter")
    page.locator(".found a", has_text="minocycline").first.click()
    assert page.locator("h1").inner_text() == "Minocycline"


def test_a_question_is_asked_by_a_form(opened: Any) -> None:
    """What is filled in stands in the address, the answer in a table, and each row leads to why."""
    page = opened("questions/treatments")
    page.get_by_label("Condition", exact=True).fill("SSc")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/questions/treatments?condition=SSc*")
    assert page.locator(".answer tbody tr").count() >= 1
    page.get_by_role("link", name="Why row 1").click()
    assert page.get_by_role("heading", name="Source").first.is_visible()


def test_a_question_opens_in_the_console(opened: Any) -> None:
    """Its query with what was filled in is run there, and gives as many rows."""
    page = opened("questions/treatments?condition=SSc")
    rows = page.locator(".answer tbody tr").count()
    page.get_by_role("link", name="Open in the console").click()
    page.locator("#shown tbody tr").first.wait_for()
    assert page.locator("#shown tbody tr").count() == rows
    assert "SystemicSclerosis" in page.url


def test_a_shared_link_shows_the_same(opened: Any, server: Served) -> None:
    """The link to an answer opens that answer."""
    page = opened("questions/treatments?condition=SSc&level=")
    link = page.get_by_role("link", name=server.address).get_attribute("href")
    rows = page.locator(".answer tbody tr").count()
    page.goto(link)
    assert page.locator(".answer tbody tr").count() == rows


def test_a_term_of_the_ontology_has_its_own_page(opened: Any) -> None:
    """The address of a term, whose end a server never sees, leads to that term's page."""
    page = opened("ontology#Minocycline")
    page.wait_for_url("**/term/Minocycline")


def test_a_phone_shows_a_forest_plot_whole(opened: Any) -> None:
    """Study, count and interval of each row stand side by side in the window, without scrolling."""
    page = opened("term/Minocycline", viewport=PHONE)
    bars = page.locator(".forest svg.bar")
    assert bars.count() >= 1
    for place in range(bars.count()):
        box = bars.nth(place).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"]


def test_a_phone_keeps_in_sight_what_a_row_is_about(opened: Any) -> None:
    """While a wide answer scrolls, the first column stays."""
    page = opened("questions/treatments?condition=SSc", viewport=PHONE)
    first = page.locator(".answer tbody th").first
    before = first.bounding_box()
    page.evaluate("document.querySelector('.answer').scrollLeft = 300")
    after = first.bounding_box()
    assert before is not None
    assert after is not None
    assert page.evaluate("document.querySelector('.answer').scrollLeft") == 300
    assert after["x"] == pytest.approx(before["x"], abs=1)


@pytest.mark.parametrize(
    ("path", "width"), [("", 680), ("term/Minocycline", 680), ("questions/treatments?condition=SSc", 1009)]
)
def test_paper_cuts_nothing_off(opened: Any, path: str, width: int) -> None:
    """At the width of A4 within its margins (an answer lies across) each frame shows all of its rows and columns."""
    page = opened(path, viewport={"width": width, "height": 400})
    page.emulate_media(media="print")
    frames = page.locator(".frame")
    assert frames.count() >= 1
    for place in range(frames.count()):
        cut = frames.nth(place).evaluate(
            "one => [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight]"
        )
        assert max(cut) <= 1, (path, place)
    assert page.evaluate("getComputedStyle(document.querySelector('.frame')).overflow") == "visible"


def test_paper_tells_what_was_searched_from_what_never_was(opened: Any) -> None:
    """A cell of the map for which nothing was searched is hatched in print, too, and the others are not."""
    page = opened("")
    page.emulate_media(media="print")
    hatched = page.locator("td.never").first.evaluate("one => getComputedStyle(one).backgroundImage")
    assert "rgb(153, 153, 153)" in hatched
    assert (
        page.locator("table.map tbody td:not(.never)").first.evaluate("one => getComputedStyle(one).backgroundImage")
        == "none"
    )


def test_paper_opens_what_was_left_out_and_why(opened: Any) -> None:
    """What says how a number came about is printed though it was closed; what only a screen can open is not."""
    page = opened("term/Minocycline?condition=SystemicSclerosis")
    shut = "all => all.map(one => [...one.children].slice(1).every(part => part.checkVisibility()))"
    assert page.locator("details.paper summary").first.is_visible()
    assert not any(page.locator("details.paper").evaluate_all(shut))
    page.emulate_media(media="print")
    opened_now = page.locator("details.paper").evaluate_all(shut)
    assert opened_now
    assert all(opened_now)
    assert not page.locator("details:not(.paper)").first.is_visible()


def test_paper_prints_nothing_small_larger_than_its_table(opened: Any) -> None:
    """What stands small in a table on the screen is the smaller on paper, too."""
    page = opened("term/Minocycline")
    page.emulate_media(media="print")
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    small = page.locator("#findings ~ .frame th small").first
    assert small.evaluate(size) < page.locator("#findings ~ .frame td").first.evaluate(size)


def test_paper_writes_buttons_as_text_and_addresses_once(opened: Any) -> None:
    """The way to the publication is dark on white, and an address that is its own name is not written twice."""
    page = opened("study/alpha-2001")
    page.emulate_media(media="print")
    button = page.locator(".button").first
    assert button.evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    page.goto("questions/treatments?condition=SSc")
    bare = page.locator("main a", has_text="http").first
    assert bare.evaluate("one => getComputedStyle(one, '::after').content") == "none"


def test_a_page_can_be_printed(opened: Any) -> None:
    """On paper there is no navigation, and addresses are written out."""
    page = opened("study/alpha-2001")
    page.emulate_media(media="print")
    assert not page.locator("header nav").is_visible()
    content = page.evaluate("getComputedStyle(document.querySelector('.links a[href^=http]'), '::after').content")
    assert "doi.org" in content
