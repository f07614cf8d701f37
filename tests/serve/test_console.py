"""The SPARQL console in a real browser: typing, completing, running, and handing on what was found."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Served

PHONE = {"width": 390, "height": 844}
COUNTED = (
    "SELECT ?name (COUNT(?finding) AS ?findings) { ?finding <https://w3id.org/calcigraph/ontology#treatment>"
    "/<http://www.w3.org/2000/01/rdf-schema#label> ?name } GROUP BY ?name ORDER BY DESC(?findings)"
)


def write(page: Page, text: str) -> None:
    """Put a text in the place of what is in the editor, by keyboard."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def known(page: Page) -> None:
    """Wait until the console has heard of terms and examples."""
    page.locator("#examples option").nth(10).wait_for(state="attached")


def test_a_term_is_completed_and_the_query_runs(opened: Any) -> None:
    """Part of a label becomes the term, with its prefix declared; Ctrl+Enter gives a table that leads to pages."""
    page = opened("sparql")
    known(page)
    write(page, "SELECT ?finding { ?finding ?about ")
    page.keyboard.type("minocyc", delay=30)
    page.locator(".cm-tooltip-autocomplete li", has_text="cg:Minocycline").first.wait_for()
    # An Enter that comes as soon as the list does is meant for the text.
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    assert page.locator(".cm-line").first.inner_text() == "PREFIX cg: <https://w3id.org/calcigraph/ontology#>"
    page.keyboard.type(" }")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    link = page.locator("#shown td a[href*='/study/alpha-2001']").first
    link.wait_for()
    assert "row" in page.locator("#state").inner_text()
    link.click()
    page.wait_for_url("**/study/alpha-2001*")


def test_the_answer_is_shown_in_three_ways_and_downloaded(opened: Any, server: Served) -> None:
    """Table, bars and text tell the same; tabs go by arrow keys; a download is the endpoint's own answer."""
    expected = server.ask(COUNTED).json()["results"]["bindings"]
    page = opened("sparql")
    # Once it knows the prefixes it draws an answer anew, and rows that were found before then have no layout any more.
    page.locator("#examples option").nth(1).wait_for(state="attached")
    write(page, COUNTED)
    page.get_by_role("button", name="Run").click()
    page.locator("#shown tbody tr").first.wait_for()
    rows = [row.split("\t") for row in page.locator("#shown tbody tr").all_inner_texts()]
    assert rows == [[row["name"]["value"], row["findings"]["value"]] for row in expected]
    page.get_by_role("tab", name="Table").press("ArrowRight")
    assert page.locator("#shown svg rect").count() == len(expected)
    widths = [float(str(bar.get_attribute("width"))) for bar in page.locator("#shown svg rect").all()]
    assert widths == sorted(widths, reverse=True)
    page.get_by_role("tab", name="Chart").press("ArrowRight")
    assert '"findings"' in page.locator("#shown pre").inner_text()
    with page.expect_download() as downloading:
        page.locator("#downloads a", has_text="csv").click()
    assert downloading.value.suggested_filename == "answer.csv"
    table = list(csv.reader(io.StringIO(downloading.value.path().read_text())))
    assert table[1:] == rows


def test_a_link_to_a_query_opens_and_runs_it(opened: Any) -> None:
    """Whoever opens the link sees the same query and the same answer."""
    page = opened("sparql")
    write(page, COUNTED)
    page.get_by_role("button", name="Link to this query").click()
    link = page.locator("#link").input_value()
    other = opened("questions")
    other.goto(link)
    other.locator("#shown tbody tr").first.wait_for()
    assert other.locator(".cm-content").inner_text() == COUNTED


def test_queries_are_remembered_in_the_browser(opened: Any) -> None:
    """What ran can be had again after the page is loaded anew, until the history is cleared."""
    page = opened("sparql")
    write(page, COUNTED)
    page.keyboard.press("Control+Enter")
    page.locator("#shown tbody tr").first.wait_for()
    page.reload()
    page.locator("#past").select_option(index=1)
    assert page.locator(".cm-content").inner_text() == COUNTED
    page.get_by_role("button", name="Clear history").click()
    assert page.locator("#past").is_disabled()


def test_examples_are_the_questions(opened: Any, server: Served) -> None:
    """Each question is an example; the one that is chosen runs as it stands."""
    page = opened("sparql")
    known(page)
    listed = server.get("questions").json()["questions"]
    names = page.locator("#examples option").all_inner_texts()[1:]
    assert names == [one["summary"] for one in listed]
    page.locator("#examples").select_option(label="Which treatments have evidence of a level in a condition?")
    page.get_by_role("button", name="Run").click()
    page.locator("#shown tbody tr").first.wait_for()


def test_what_is_wrong_is_said_and_shown(browser: Any, server: Served) -> None:
    """An error has its message, and the cursor goes to its place; markup in it stays text."""
    page = browser.new_page(base_url=server.address)
    page.goto("sparql")
    write(page, "SELECT *\n{ ?s ?p <img src=x onerror=alert(1)> }")
    page.get_by_role("button", name="Run").click()
    page.locator("#wrong").wait_for()
    assert page.locator("#wrong").inner_text().strip()
    assert page.locator("#wrong img").count() == 0
    assert not page.locator("#answer").is_visible()
    page.close()


def test_graphs_and_booleans_are_shown(opened: Any) -> None:
    """CONSTRUCT gives Turtle, ASK a yes or no."""
    page = opened("sparql")
    write(page, "CONSTRUCT WHERE { <https://w3id.org/calcigraph/study/alpha-2001> ?p ?o }")
    page.keyboard.press("Control+Enter")
    page.locator("#shown pre").wait_for()
    assert "alpha-2001" in page.locator("#shown pre").inner_text()
    assert page.get_by_role("tab", name="Table").is_disabled()
    write(page, "ASK {}")
    page.keyboard.press("Control+Enter")
    page.locator("#shown p", has_text="Yes").wait_for()


def test_nothing_of_an_answer_is_read_as_markup(opened: Any) -> None:
    """A value with tags is shown as it is, in the table and in the chart; a script is no link."""
    page = opened("sparql")
    query = 'SELECT ?a ?b ?n { VALUES (?a ?b ?n) { ("<b id=x>bold</b>" <javascript:alert(1)> 3) } }'
    page.goto("sparql#query=" + quote(query))
    page.reload()
    page.locator("#shown tbody tr").first.wait_for()
    assert "<b id=x>bold</b>" in page.locator("#shown").inner_text()
    assert page.locator("#shown a").count() == 0
    page.get_by_role("tab", name="Chart").click()
    assert "<b id=x>" in str(page.locator("#shown svg").text_content())
    assert page.locator("#x").count() == 0


def test_a_phone_has_room_for_it(opened: Any) -> None:
    """With an answer shown, the page does not scroll sideways."""
    page = opened("sparql", viewport=PHONE)
    page.get_by_role("button", name="Run").click()
    page.locator("#shown tbody tr").first.wait_for()
    page.get_by_role("tab", name="Chart").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_it_is_a_form(opened: Any, server: Served) -> None:
    """The field, the format and the button do as forms do."""
    page = opened("sparql", java_script_enabled=False)
    assert page.locator("#query").is_visible()
    assert not page.locator("#bar").is_visible()
    answer = httpx.get(
        server.address + "sparql", params={"query": page.locator("#query").input_value(), "format": "csv"}
    )
    assert answer.text.startswith("name,findings,publications")


def test_all_that_the_console_needs_comes_from_the_server(opened: Any, server: Served) -> None:
    """No request goes to another host, and the policy forbids inline scripts and styles."""
    page = opened("questions")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("sparql")
    known(page)
    assert len(asked) > 4
    assert all(url.startswith(server.address) for url in asked)
    policy = server.get("sparql", headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert "unsafe" not in policy
