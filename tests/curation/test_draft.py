"""Drafts: every format gives back the facts of real records, and what is no fact is marked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import yaml

from calcigraph.curation import make
from calcigraph.curation.formats import read_source
from calcigraph.errors import AlreadyThere, BadSource
from calcigraph.records.context import RecordContext, load_context
from calcigraph.records.read import read_record
from calcigraph.resources import Resources, record_files, resources

KEYS = ("title", "authors", "journal", "year", "volume", "issue", "pages", "doi", "pmid")


def _plain(record: dict[str, Any]) -> bool:
    names = record["authors"]
    return isinstance(names, list) and all(re.fullmatch(r".* [A-Z]{1,3}", name) for name in names)


def _papers() -> list[dict[str, Any]]:
    """Return the records of articles that say all that a citation says, names in the form of indexes."""
    records = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in record_files(resources().seeds)]
    return [record for record in records if all(key in record for key in KEYS) and _plain(record)]


PAPERS = _papers()
NCT: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT03267277",
            "officialTitle": "An Open-label Study of Sodium Thiosulfate for Treatment of Calcinosis Associated With "
            "Juvenile and Adult Dermatomyositis",
        },
        "statusModule": {"overallStatus": "COMPLETED", "startDateStruct": {"date": "2017-10-05"}},
        "sponsorCollaboratorsModule": {
            "leadSponsor": {"name": "National Institute of Environmental Health Sciences (NIEHS)"}
        },
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "designInfo": {"allocation": "NA", "maskingInfo": {"masking": "NONE"}},
            "enrollmentInfo": {"count": 15, "type": "ESTIMATED"},
        },
        "conditionsModule": {"conditions": ["Dermatomyositis", "Juvenile Dermatomyositis"]},
        "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Sodium Thiosulfate"}]},
        "contactsLocationsModule": {"locations": [{"country": "United States"}]},
    },
    "hasResults": False,
}


def _nbib(paper: dict[str, Any]) -> str:
    lines = [("PMID", paper["pmid"]), ("VI", paper["volume"]), ("IP", paper["issue"]), ("DP", str(paper["year"]))]
    lines += [("TI", paper["title"] + "."), ("PG", paper["pages"]), ("LID", f"{paper['doi']} [doi]")]
    for name in paper["authors"]:
        family, _, initials = name.rpartition(" ")
        lines += [("FAU", f"{family}, {initials}"), ("AU", name)]
    lines += [("LA", "eng"), ("PT", "Journal Article"), ("JT", paper["journal"])]
    return "".join(f"{tag:<4}- {value}\n" for tag, value in lines)


def _ris(paper: dict[str, Any]) -> str:
    first, _, last = paper["pages"].partition("-")
    names = [name.rpartition(" ") for name in paper["authors"]]
    lines = [("TY", "JOUR"), ("TI", paper["title"])]
    lines += [("AU", f"{family}, {'. '.join(initials)}.") for family, _, initials in names]
    lines += [("JO", paper["journal"]), ("PY", str(paper["year"])), ("VL", paper["volume"]), ("IS", paper["issue"])]
    lines += [("SP", first), *([("EP", last)] if last else []), ("DO", paper["doi"]), ("AN", paper["pmid"]), ("ER", "")]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines)


def _xml(paper: dict[str, Any]) -> str:
    safe = {key: escape(str(value)) for key, value in paper.items()}
    authors = "".join(
        f"<Author><LastName>{escape(family)}</LastName><Initials>{initials}</Initials></Author>"
        for family, _, initials in (name.rpartition(" ") for name in paper["authors"])
    )
    return (
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>{safe['pmid']}</PMID><Article><Journal><JournalIssue>"
        f"<Volume>{safe['volume']}</Volume>"
        f"<Issue>{safe['issue']}</Issue><PubDate><Year>{safe['year']}</Year></PubDate>"
        f"</JournalIssue><Title>{safe['journal']}</Title></Journal><ArticleTitle>{safe['title']}.</ArticleTitle>"
        f"<Pagination><MedlinePgn>{safe['pages']}</MedlinePgn></Pagination><AuthorList>{authors}</AuthorList>"
        "<Language>eng</Language></Article></MedlineCitation><PubmedData><ArticleIdList>"
        f"<ArticleId IdType='doi'>{safe['doi']}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>"
        "</PubmedArticleSet>"
    )


def _crossref(paper: dict[str, Any]) -> str:
    names = [name.rpartition(" ") for name in paper["authors"]]
    message = {
        "DOI": paper["doi"],
        "title": [paper["title"]],
        "author": [{"family": family, "given": " ".join(initials)} for family, _, initials in names],
        "container-title": [paper["journal"]],
        "published-print": {"date-parts": [[paper["year"]]]},
        "volume": paper["volume"],
        "issue": paper["issue"],
        "page": paper["pages"],
    }
    return json.dumps({"status": "ok", "message": message})


def _page(paper: dict[str, Any], listed: str = "") -> str:
    names = ", ".join(f"{name} {n}" for n, name in enumerate(paper["authors"], 1))
    return (
        f"{paper['journal']}\n. {paper['year']} Feb;{paper['volume']}({paper['issue']}):{paper['pages']}.\n"
        f" doi: {paper['doi']}.\n{paper['title']}\n{names}\nAffiliations\nPMID: {paper['pmid']} DOI: {paper['doi']}\n"
        f"Abstract\nNothing of it is kept here.\nKeywords: calcinosis.\n{listed}"
    )


@pytest.fixture(scope="module")
def context() -> RecordContext:
    """Return the record context."""
    return load_context(resources().context)


def _without(tmp_path: Path, name: str) -> Resources:
    """Return the product without one record."""
    seeds = Path(shutil.copytree(resources().seeds, tmp_path / "seeds"))
    (seeds / name).unlink()
    return resources(seeds=seeds)


@pytest.mark.parametrize("write", [_nbib, _ris, _xml, _crossref, _page])
def test_a_citation_comes_back_from_each_format(write: Any, context: RecordContext) -> None:
    """What a real record says of its paper comes back from that format, key by key."""
    assert len(PAPERS) >= 20
    wrong = []
    for paper in PAPERS:
        facts = read_source(write(paper).encode(), context).facts
        for key in KEYS:
            if key == "pmid" and write is _crossref:
                continue
            if facts.get(key) != (paper[key] if key == "authors" else str(paper[key])):
                wrong.append((paper["id"], key, facts.get(key), paper[key]))
    assert not wrong


def test_a_trial_comes_back_from_its_registry(context: RecordContext) -> None:
    """What the record of a trial says comes back from the registry's JSON."""
    seed = yaml.safe_load((resources().seeds / "trials" / "NCT03267277.yaml").read_text(encoding="utf-8"))
    source = read_source(json.dumps(NCT).encode(), context)
    for key in ("title", "registry_id", "design", "design_basis", "trial_status", "started", "phase", "sponsor"):
        assert source.facts[key] == seed[key]
    assert source.facts["country"] == [seed["country"]]
    assert source.remarks == ["15 is the number planned."]


def test_posted_results_stand_in_the_draft() -> None:
    """Posted outcomes of a trial (an invented one) are shown with group, denominator and value, as comments only."""
    results = {
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "title": "Change in calcinosis",
                    "unitOfMeasure": "participants",
                    "groups": [{"id": "OG000", "title": "All"}],
                    "denoms": [{"counts": [{"groupId": "OG000", "value": "15"}]}],
                    "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "4"}]}]}],
                }
            ]
        }
    }
    named = {"nctId": "NCT00000000", "briefTitle": "No real trial"}
    section = NCT["protocolSection"] | {"identificationModule": named}
    data = json.dumps({"protocolSection": section, "resultsSection": results, "hasResults": True}).encode()
    text = make.record(data, resources()).text
    assert "# posted: Change in calcinosis: All (n = 15): 4 participants\n" in text
    assert yaml.safe_load(text)["results_posted"] is True


def test_a_paper_that_is_there_is_refused() -> None:
    """Its PMID, its DOI or, of a registry's entry, its number leads to the record."""
    paper = next(paper for paper in PAPERS if paper["pmid"] == "31302187")
    for write in (_nbib, _crossref, _page):
        with pytest.raises(AlreadyThere, match="review/traineau-2020") as refused:
            make.record(write(paper).encode(), resources())
        assert refused.value.file.endswith("reviews/traineau-2020.yaml")
    with pytest.raises(AlreadyThere, match="trial/NCT03267277"):
        make.record(json.dumps(NCT).encode(), resources())


def test_a_near_duplicate_is_told(tmp_path: Path) -> None:
    """The congress abstract of a review is named, and why; so is a trial that the paper's abstract names."""
    paper = next(paper for paper in PAPERS if paper["pmid"] == "31302187")
    nbib = _nbib(paper) + "AB  - Sodium thiosulfate, as in NCT03267277.\n"
    made = make.record(nbib.encode(), _without(tmp_path, "reviews/traineau-2020.yaml"))
    told = dict(line.split(": ", 1) for line in made.near)
    assert "the same first author" in told["review/traineau-2019-abstract"]
    assert told["trial/NCT03267277"] == "it names NCT03267277 too"


def test_similar_articles_become_links_where_they_are_known(tmp_path: Path) -> None:
    """Of the articles that a page lists, those with a record are linked; the others are left out."""
    paper = next(paper for paper in PAPERS if paper["pmid"] == "31302187")
    other = next(paper for paper in PAPERS if paper["pmid"] != "31302187")
    page = _page(paper, f"Similar articles\nOne. PMID: {other['pmid']}\nAnother. PMID: 99999999\nCited by\n")
    made = make.record(page.encode(), _without(tmp_path, "reviews/traineau-2020.yaml"))
    assert yaml.safe_load(made.text)["similar_to"] == other["id"]


def test_suggestions_show_their_words_and_are_no_facts(tmp_path: Path, context: RecordContext) -> None:
    """A treatment, a condition, a design and a count are comments; the keys say FILL and are refused."""
    seed = next(paper for paper in PAPERS if paper["type"] == "study")
    abstract = "In this case series, nine patients with JDM had minocycline. It is not the ad hoc DM of others."
    folder = next(path for path in record_files(resources().seeds) if path.stem == seed["id"].partition("/")[2])
    product = _without(tmp_path, str(folder.relative_to(resources().seeds)))
    text = make.record(f"{_nbib(seed)}AB  - {abstract}\n".encode(), product).text
    assert '# treatment? minocycline: "… patients with JDM had minocycline. It is not …"' in text
    assert '# condition? juvenile dermatomyositis: "… series, nine patients with JDM had' in text
    assert '# enrolled? 9: "… In this case series, nine patients with JDM had' in text
    assert '# design? case series: "' in text
    data = yaml.safe_load(text)
    assert data["findings"]["first"]["treatment"] == "FILL"
    assert data["design"] == "FILL"
    problems = read_record(text.encode(), f"{data['id'].partition('/')[2]}.yaml", context).problems
    assert {problem.code for problem in problems} == {"to-fill"}
    assert len(problems) == text.count(": FILL\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no PubMed page"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "JSON cannot be read"),
        (b"{}", "neither of CrossRef"),
        (b'{"protocolSection": []}', "not in the form"),
        (b'{"protocolSection": {}}', "nctId is missing"),
        (b"<a/>", "0 PubMed articles"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "cannot be read"),
        (b"TY  - JOUR\nER  - \nTY  - JOUR\nER  - \n", "2 publications"),
    ],
)
def test_what_cannot_be_read_is_answered_with_why(data: bytes, said: str, context: RecordContext) -> None:
    """Other text, broken data, entities and several publications are refused in words."""
    with pytest.raises(BadSource, match=said):
        read_source(data, context)


def test_the_command_writes_a_file_and_never_over_one(tmp_path: Path) -> None:
    """A draft goes to standard output or to a new file; a paper that is there ends with exit code 1."""
    paper = next(paper for paper in PAPERS if paper["pmid"] == "31302187")
    product = _without(tmp_path, "reviews/traineau-2020.yaml")
    file = tmp_path / "in.nbib"
    file.write_text(_nbib(paper), encoding="utf-8")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "calcigraph", "draft", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    written = run(file, "--seeds", product.seeds, "-o", tmp_path)
    assert written.returncode == 0
    assert (tmp_path / "traineau-2020.yaml").read_text(encoding="utf-8") == run(file, "--seeds", product.seeds).stdout
    assert run(file, "--seeds", product.seeds, "-o", tmp_path).returncode == 2
    there = run(file)
    assert (there.returncode, there.stdout) == (1, "")
    assert "review/traineau-2020" in there.stderr
