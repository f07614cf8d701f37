"""Pages for people: each thing has one, all of them lead somewhere, and what was recorded is never taken for markup."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

import pytest

from .conftest import TINY, running

if TYPE_CHECKING:
    import httpx

    from calcigraph import Evidence

    from .conftest import Served

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = [
    "",
    "treatments",
    "conditions",
    "publications",
    "questions",
    "questions/treatments",
    "questions/treatments?condition=SSc",
    "search?q=minocycline",
    "study/alpha-2001",
    "review/gamma-2003",
    "trial/NCT00000001",
    "term/Minocycline",
    "term/Minocycline?condition=SystemicSclerosis",
    "term/SystemicSclerosis",
    "term/OxfordModified-IV",
    "why?of=study/alpha-2001%23minocycline",
    "why?question=treatments&row=1",
    "ontology",
]
_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "option"})


class Page(HTMLParser):
    """What tests ask of a page: its links, anchors, inline scripts and styles, headings, text and what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: list[str] = []
        self.inline: list[str] = []
        self.headings: list[int] = []
        self.data: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        told = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(told.get("href", ""))
        if tag in {"script", "link", "img"}:
            self.loaded += [told[name] for name in ("src", "href") if name in told and told.get("rel") != "canonical"]
        if "id" in told:
            self.anchors.append(told["id"])
        if (tag == "script" and "src" not in told and told.get("type") != "application/ld+json") or tag == "style":
            self.inline.append(tag)
        self.inline += [name for name in told if name == "style" or name.startswith("on")]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over a shape of a drawing, which closes itself."""

    def handle_endtag(self, tag: str) -> None:
        """Close a tag, which must be the one that was opened last."""
        if tag in _VOID or tag == "p":
            self.open = [one for one in self.open if one != "p"] if tag == "p" else self.open
            return
        if self.open and self.open[-1] == "p":
            self.open.pop()
        assert self.open, tag
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        """Note text, and what stands in JSON-LD apart."""
        if self.open and self.open[-1] == "script":
            self.data.append(data)
        else:
            self.text += data


def got(server: Served, path: str) -> httpx.Response:
    """Return a page."""
    answer = server.client.get(path, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.text[:300])
    assert answer.headers["content-type"] == "text/html; charset=utf-8", path
    return answer


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(server: Served, path: str) -> None:
    """Tags are closed, no heading skips a level, anchors are single, nothing is inline or foreign."""
    page = Page(got(server, path).text)
    assert not [tag for tag in page.open if tag != "p"]
    assert page.headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.anchors) == len(set(page.anchors))
    assert page.inline == []
    assert all(address.startswith("/") for address in page.loaded if not address.endswith("format=jsonld"))
    assert "research tool, not medical advice" in page.text
    for address in page.links:
        assert address, "a link leads nowhere"
        assert "[" not in address
        assert not address.startswith("#") or address[1:] in page.anchors, address


def test_every_link_leads_to_an_answer(server: Served) -> None:
    """All links within the site, from one page of each kind, answer; an anchor that they name is there."""
    pages: dict[str, Page] = {}
    wanted: set[str] = set()
    for path in PAGES:
        if path == "ontology":
            continue
        for link in Page(got(server, path).text).links:
            if link.startswith("/"):
                wanted.add(link)
    kinds: dict[str, list[str]] = {}
    for link in sorted(wanted):
        kinds.setdefault(re.sub(r"[^/]*$", "", link.partition("?")[0]), []).append(link)
    tried = [link for links in kinds.values() for link in links[:12]]
    assert len(tried) > 60
    for link in tried:
        address, anchor = urldefrag(urljoin(server.address, link))
        if address not in pages:
            answer = server.client.get(address, headers=HTML, follow_redirects=True)
            assert answer.status_code == 200, link
            is_page = answer.headers["content-type"].startswith("text/html")
            pages[address] = Page(answer.text if is_page else "")
        # A query behind the sign is what the console's script reads.
        if anchor and pages[address].anchors and not anchor.startswith("query="):
            assert anchor in pages[address].anchors, link


def test_each_cell_of_the_map_leads_to_its_findings(server: Served) -> None:
    """A cell with patients opens the page of its treatment in its condition, which counts as many."""
    home = got(server, "").text
    cells = re.findall(r'<a href="/term/(\w+)\?condition=(\w+)" title="([^"]*)"', home)
    studied = [(treatment, condition, words) for treatment, condition, words in cells if " patients, best" in words]
    assert len(studied) >= 3
    for treatment, condition, words in studied[:6]:
        page = Page(got(server, f"term/{treatment}?condition={condition}").text)
        number = re.search(r": (\S+) patients", words)
        assert number is not None
        assert number[1] in page.text, words
        assert any(link.startswith("/study/") for link in page.links), words


def test_a_profile_says_what_the_evidence_says(server: Served, tiny: Evidence) -> None:
    """Its counts are those of the profile, every study in it has a link, and a derived number its reason."""
    made = tiny.profile("minocycline")
    page = Page(got(server, "term/Minocycline").text)
    text = " ".join(page.text.split())
    assert made.findings
    assert " ".join(made.reading) in text
    for one in made.findings:
        assert f"/{one.finding.removeprefix('https://w3id.org/calcigraph/')}" in page.links
        assert any(link.startswith("/why?of=") and one.record.rpartition("/")[2] in link for link in page.links)
    for row in made.any_response.studies:
        assert f"{row.events} of {row.patients}" in text


def test_each_number_of_the_reading_leads_to_its_studies(server: Served) -> None:
    """Every figure in the plain words is a link to the section where its figures stand with their studies."""
    text = got(server, "term/Minocycline").text
    said = re.search(r'class="prose reading">(.*?)</div>', text, re.DOTALL)
    assert said is not None
    linked = re.findall(r'<a href="#([^"]+)">[^<]*\d[^<]*</a>', said[1])
    assert linked
    assert set(linked) <= set(Page(text).anchors)
    assert not re.search(r"\d", re.sub(r"<a .*?</a>", "", said[1]))
    assert said[1].count("<p>") > 1, "plain words come in paragraphs"


@pytest.mark.parametrize("path", ["term/Minocycline", "term/SystemicSclerosis"])
def test_each_number_beside_a_name_leads_to_its_findings(server: Served, path: str) -> None:
    """Patients by condition and by treatment lead to the findings that they are counted in."""
    text = got(server, path).text
    table = text[text.index('id="across"') :]
    table = table[table.index("<tbody>") : table.index("</tbody>")]
    numbers = re.findall(r'<td class="n">(<a href="([^"]*)" aria-label="[^"]*">\d[^<]*</a>)', table)
    assert numbers
    assert all(address.endswith("#findings") for _, address in numbers)
    assert len(numbers) == len(re.findall(r'<th scope="row">', table)) - table.count('<td class="n">·</td><td>')


def test_a_condition_is_told_in_plain_words(server: Served) -> None:
    """Who has the condition reads what there is on it; no response is pooled over unlike treatments."""
    text = got(server, "term/SystemicSclerosis").text
    said = re.search(r'class="prose reading">(.*?)</div>', text, re.DOTALL)
    assert said is not None
    plain = Page(said[1]).text
    assert "systemic sclerosis" in plain
    assert "A reported response is not efficacy" in plain
    assert "pooled" not in plain


def test_each_number_of_the_trees_leads_to_its_findings(server: Served) -> None:
    """The number of findings beside a treatment or a condition is part of a link to those findings."""
    for path in ("treatments", "conditions"):
        text = got(server, path).text
        numbers = re.findall(r"<small>\d+</small>", text)
        assert numbers
        assert len(re.findall(r'<a href="/term/\w+#findings">[^<]+ <small>\d+</small></a>', text)) == len(numbers)


@pytest.mark.parametrize("path", ["study/alpha-2001", "trial/NCT00000001", "why?of=study/alpha-2001%23minocycline"])
def test_a_property_is_called_as_people_call_it(server: Served, path: str) -> None:
    """What names a relation in the ontology (has condition) is the heading of a value here (condition)."""
    text = got(server, path).text
    assert "condition" in text
    assert not re.search(r">has \w", text)


def test_why_is_told_of_a_publication(server: Served) -> None:
    """The heading names the treatment and the paper; the address stands below it."""
    assert "<h1>Why: minocycline in Alpha A 2001</h1>" in got(server, "why?of=study/alpha-2001%23minocycline").text


def test_a_level_says_what_it_means_where_it_stands(server: Served) -> None:
    """The abbreviation of the scale is written out beside the levels, with which end is the stronger."""
    text = " ".join(Page(got(server, "term/Minocycline").text).text.split())
    assert "(CEBM: Centre for Evidence-Based Medicine), from I, the strongest, to V, the weakest" in text
    assert "Centre for Evidence-Based Medicine" in got(server, "").text


def test_a_treatment_without_a_study_has_no_patients(server: Served, tiny: Evidence) -> None:
    """Where no study reports, the count is zero: that patients are not reported is said of studies only."""
    assert tiny.profile("golimumab").total.studies == 0
    assert re.search(r"Patients, each once</dt><dd><a [^>]*>0</a>", got(server, "term/Golimumab").text)


def test_a_page_that_is_not_there_offers_a_search(server: Served) -> None:
    """Who follows a broken link is told so plainly and can search for the last word of it, which is never markup."""
    answer = server.get("treatments/systemic-sclerosis", headers=HTML)
    assert answer.status_code == 404
    assert "<h1>There is no such page</h1>" in answer.text
    assert 'name="q" type="search" value="systemic sclerosis"' in answer.text
    assert "<script>alert" not in server.get('nothing-"><script>alert(1)', headers=HTML).text


def test_home_begins_with_what_is_asked_in_clinic(server: Served) -> None:
    """A newcomer is shown some of the questions, and where all of them are."""
    text = got(server, "").text
    begin = text[text.index("Where to begin") :]
    shown = set(re.findall(r'href="/questions/([\w-]+)"', begin))
    every = set(re.findall(r'<li><a href="/questions/([\w-]+)"', got(server, "questions").text))
    assert "treatments" in shown < every
    assert f"All {len(every)} questions" in begin


def test_a_row_of_an_answer_has_a_heading(server: Served) -> None:
    """A screen reader says of each number whose it is."""
    text = got(server, "questions/treatments?condition=SSc").text
    rows = text[text.index('class="frame answer"') :].count("<tr>") - 1
    assert text.count('<th scope="row"') == rows > 0


def test_every_sign_of_the_map_is_in_its_key(server: Served) -> None:
    """Marked corners and the signs that stand for numbers are explained above the map."""
    text = got(server, "").text
    key = text[text.index('aria-label="Key"') : text.index('class="map"')]
    for sign in (">?<", ">*<", ">0<", "combined", "more", "never"):
        assert sign in key, sign


def test_every_page_tells_of_the_feed(server: Served) -> None:
    """A reader of feeds finds what changed from any page."""
    for path in ("", "study/alpha-2001"):
        found = re.search(
            r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', got(server, path).text
        )
        assert found is not None
        assert server.client.get(found[1]).text.startswith("<?xml")


def test_a_record_shows_all_that_is_recorded(server: Served) -> None:
    """Every part of a record is on its page, with its own anchor and its trace, and the way to the publication."""
    triples = server.get("study/alpha-2001.nt").text
    findings = set(re.findall(r"<https://w3id.org/calcigraph/ontology#finding> <[^>]*#([^>]*)>", triples))
    page = Page(got(server, "study/alpha-2001").text)
    assert findings
    assert findings <= set(page.anchors)
    for name in findings:
        assert f"/why?of=study%2Falpha-2001%23{name}" in page.links
    assert any(link.startswith(("https://doi.org/", "https://pubmed.ncbi.nlm.nih.gov/")) for link in page.links)
    [schema] = [json.loads(text) for text in page.data]
    assert schema["@type"] == "MedicalScholarlyArticle"
    assert schema["@id"] == "https://w3id.org/calcigraph/study/alpha-2001"


def test_a_record_says_where_its_numbers_stand(tmp_path: Path) -> None:
    """Who reads the page finds the number in the paper."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    record = seeds / "studies" / "alpha-2001.yaml"
    where = "located:\n  counts: {in: minocycline, of: [patients, improved], page: 268, table: 2}\nreadings:"
    record.write_text(record.read_text(encoding="utf-8").replace("readings:", where), encoding="utf-8")
    with running(tmp_path, home=tmp_path / "home", seeds=seeds) as served:
        text = got(served, "study/alpha-2001").text
    assert "Where it stands in the source: improved, patients: page 268, table 2." in text


def test_why_leads_from_a_number_to_the_paper(server: Served) -> None:
    """The trace of a finding gives rule, reason, inputs and source; a wrong address or row is told so."""
    text = got(server, "why?of=study/alpha-2001%23minocycline").text
    assert "/rule/" in text
    assert "<h3>Source</h3>" in text
    assert server.get("why?of=study/alpha-2001%23minocyclin", headers=HTML).status_code == 400
    assert server.get("why?question=treatments&row=99999", headers=HTML).status_code == 400
    assert server.get("why", headers=HTML).status_code == 400
    assert server.get("why?question=nothing&row=1", headers=HTML).status_code == 404


def test_why_gives_percentages_their_sign(server: Served) -> None:
    """A proportion that a rule derived is recorded as a percentage, and told as one."""
    text = got(server, "why?of=study/alpha-2001%23minocycline").text
    assert re.search(r"<h3>proportion: [\d.]+\N{NO-BREAK SPACE}%</h3>", text)


def test_the_address_of_a_server_is_what_the_client_calls_it(server: Served) -> None:
    """What is to be copied names the host of the request, and a host that is none breaks out of nothing."""
    path = "questions/treatments"
    named = server.get(path, headers={"Accept": "text/html", "Host": "evidence.example:8080"}).text
    assert "curl &#39;http://evidence.example:8080/questions/treatments?format=csv&#39;" in named
    odd = server.get(path, headers={"Accept": "text/html", "Host": "x'\"><script>alert(1)</script>"}).text
    assert "<script>alert" not in odd
    assert ".invalid" not in named + odd


def test_a_question_is_a_form_with_its_answer(server: Served) -> None:
    """The page shows the rows that programs get, and how to get them; names that are not known are told so."""
    path = "questions/treatments?condition=SSc"
    rows = server.get(path + "&format=json").json()["results"]["bindings"]
    text = got(server, path).text
    page = Page(text)
    assert rows
    for row in rows:
        assert row["treatment_label"]["value"] in page.text
    assert "/questions/treatments?condition=SSc&format=csv" in page.links
    assert f"curl '{server.address}questions/treatments?condition=SSc&format=csv'" in page.text
    assert "/why?question=treatments&condition=SSc&row=1" in page.links
    assert 'value="SSc"' in text
    for link in [link for link in page.links if "format=" in link]:
        assert server.client.get(link).status_code == 200
    assert server.get("questions/treatments?condition=nothing", headers=HTML).status_code == 400
    assert "Fill in" in got(server, "questions/lookup").text
    assert server.get(path, headers={"Accept": "*/*"}).headers["content-type"].startswith("application/sparql-results")


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("minocycline", "minocycline"),
        ("MINOCYLINE", "minocycline"),
        ("minocy", "minocycline"),
        ("minosyc", "minocycline"),
        ("JDM", "juvenile dermatomyositis"),
        ("sclerodrma", "scleroderma"),
        ("NCT00000001", "NCT00000001"),
        ("MONDO:0008054", "juvenile dermatomyositis"),
    ],
)
def test_search_forgives(server: Served, asked: str, first: str) -> None:
    """A label, its beginning, a synonym, an identifier, in any case and with a slip, leads to the thing."""
    answer = server.get("search", params={"q": asked}, headers={"Accept": "application/json"})
    found = answer.json()["matches"]
    assert found[0]["name"] == first
    assert server.client.get(found[0]["address"], headers=HTML, follow_redirects=True).status_code == 200
    assert first in Page(got(server, f"search?q={asked}").text).text


def test_search_of_nonsense_finds_nothing(server: Served) -> None:
    """Nothing is found where nothing is alike, and no text is too odd."""
    for text in ("qqqqxxzz", "", " ", "\x00", "%", '"><script>', "é" * 5000):
        answer = server.get("search", params={"q": text}, headers={"Accept": "application/json"})
        assert answer.status_code == 200, text
        assert answer.json()["matches"] == [] or text == "%", text


def test_a_file_of_the_pages_never_changes(server: Served) -> None:
    """Style and scripts are kept for ever under a name made of their content; another name is not found."""
    page = Page(got(server, "").text)
    files = [one for one in page.loaded if "/static/" in one]
    assert {Path(one).suffix for one in files} == {".css", ".js", ".svg"}
    for one in files:
        answer = server.client.get(one)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert server.get("static/style.css").status_code == 404
    assert server.get("static/..%2fapp.py").status_code == 404


def test_a_browser_may_keep_a_page_while_the_build_lasts(server: Served) -> None:
    """A page has a tag, and is not sent again to who has it."""
    first = got(server, "term/Minocycline")
    again = server.get("term/Minocycline", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_what_is_recorded_is_never_markup(tmp_path: Path) -> None:
    """A title, a result and a note that are scripts are text on every page, in the JSON-LD and in the search."""
    seeds = Path(shutil.copytree(TINY, tmp_path / "seeds"))
    record = seeds / "studies" / "alpha-2001.yaml"
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    text = record.read_text(encoding="utf-8")
    changed = re.sub(r"^title: .*$", f'title: "{evil}"\njournal: "{evil}"', text, flags=re.MULTILINE)
    changed = changed.replace("    purpose: treat\n", f'    purpose: treat\n    result: "{evil}"\n    dose: "{evil}"\n')
    assert changed.count(evil) == 4
    record.write_text(changed, encoding="utf-8")
    with running(tmp_path, "--base", "/x", home=tmp_path / "home", seeds=seeds) as served:
        for path in (
            "study/alpha-2001",
            "publications",
            "term/Minocycline",
            "questions/studies",
            "why?of=study/alpha-2001%23minocycline",
            "search?q=alert(1)",
            f"search?q={evil}",
        ):
            answer = served.client.get(path, headers=HTML)
            assert answer.status_code == 200, path
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path
            page = Page(answer.text)
            assert page.inline == [], path
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert all(link.startswith(("/x/", "#", "http")) for link in page.links), path
        [schema] = [json.loads(data) for data in Page(served.get("study/alpha-2001", headers=HTML).text).data]
        assert schema["name"] == evil
        query = "SELECT ?t { ?s <http://purl.org/dc/terms/title> ?t }"
        for form in ("csv", "tsv", "json", "xml"):
            listed = served.get("sparql", params={"query": query, "format": form})
            assert listed.status_code == 200
            assert listed.headers["x-content-type-options"] == "nosniff"
