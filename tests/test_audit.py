"""The audit: what claims rest on is worked out again from the records, and all that is derived keeps its promises."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner

import calcigraph
from calcigraph.cli import cli
from calcigraph.graph.dataset import INFERRED
from calcigraph.graph.tables import verdict_quads
from calcigraph.names.vocabulary import load_vocabulary
from calcigraph.resources import record_files, resources
from calcigraph.store.local import Home
from calcigraph.validation.engines import validate_with_pyshacl, validate_with_pyshifty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcigraph import Evidence

BASE = "https://w3id.org/calcigraph/"
CG = BASE + "ontology#"
PRODUCT = resources()
WORLD = Path(__file__).parent / "questions" / "audit" / "given"
SHAPES = (PRODUCT.shapes / "audit.ttl").read_text(encoding="utf-8")
AUDIT = (
    *("rests-on", "review-totals", "results", "level-reached", "verdict", "strengthened", "contradictions"),
    *("differences", "evidence-map", "gaps", "priorities"),
)
"""The rules of the audit."""


@dataclass
class Terms:
    """Classes by label, with what is above each, what a combination is made of, and which are classes of treatments."""

    named: dict[str, str] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    components: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    @cache
    def read(cls) -> Terms:
        """Return what the Turtle files of the ontology say."""
        terms = cls()
        for path in PRODUCT.ontology_files():
            for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                subject, value = getattr(triple.subject, "value", ""), str(getattr(triple.object, "value", ""))
                match triple.predicate.value.rpartition("#")[2]:
                    case "label":
                        terms.named[value] = subject
                    case "subClassOf":
                        terms.parents[subject].add(value)
                    case "component":
                        terms.components[subject].add(value)
        return terms

    def above(self, term: str) -> set[str]:
        """Return a class and all classes above it."""
        reached, todo = {term}, [term]
        while todo:
            new = self.parents[todo.pop()] - reached
            reached |= new
            todo += new
        return reached


def listed(part: dict[str, Any], key: str) -> list[str]:
    """Return the values of a key as terms."""
    value = part.get(key, [])
    return [Terms.read().named[name] for name in (value if isinstance(value, list) else [value])]


@cache
def records() -> dict[str, dict[str, Any]]:
    """Return the YAML of all records by id."""
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in record_files(PRODUCT.seeds)]
    return {record["id"]: record for record in found}


def parts(kind: str) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Yield the record, the address and the content of each finding or claim."""
    for record in records().values():
        for name, part in record.get(kind, {}).items():
            yield record, f"{BASE}{record['id']}#{name}", part


def is_about(claim: dict[str, Any], finding: dict[str, Any], *, own: bool) -> bool:
    """Tell whether a finding's treatment is one that a claim is about, and given for the same purpose."""
    terms = Terms.read()
    purpose = "prevent" if claim["kind"] == "prevention conclusion" else "treat"
    (given,) = listed(finding, "treatment")
    if claim.get("purpose", purpose) != finding["purpose"] or given in (CG + "NoTreatment", CG + "Placebo"):
        return False
    wide = {CG + "AnyTreatment": CG + "Treatment", CG + "AnyDrug": CG + "DrugTreatment"}
    for named in listed(claim, "treatment"):
        about = wide.get(named, named)
        made_of = terms.components[given]
        if about in terms.above(given) or (made_of and all(about in terms.above(one) for one in made_of)):
            return True
        if own and given in terms.above(named):
            return True
    return False


def is_elsewhere(claim: dict[str, Any], finding: dict[str, Any]) -> bool:
    """Tell whether a finding is on other routes, outcomes or sites than those that a claim names."""
    terms = Terms.read()

    def sites(part: dict[str, Any]) -> set[str]:
        roots = {CG + "CalcinosisSite", CG + "SpinalCalcinosis"}
        return {one for one in listed(part, "phenotype") if terms.above(one) & roots}

    routes, outcomes = set(listed(claim, "route")), set(listed(claim, "outcome"))
    here, there = sites(claim), sites(finding)
    return (
        bool(routes and not routes & set(listed(finding, "route")))
        or bool(outcomes and not any(outcomes & terms.above(one) for one in listed(finding, "outcome")))
        or bool(here and there and not any(a in terms.above(b) or b in terms.above(a) for a in here for b in there))
    )


def is_firsthand(record: dict[str, Any], finding: dict[str, Any]) -> bool:
    """Tell whether a finding was read in its own source, and is not retold by a review."""
    named = finding.get("read_in", list(record["readings"]))
    readings = [record["readings"][name] for name in (named if isinstance(named, list) else [named])]
    return record["type"] != "review" and any(reading["part"] != "secondary" for reading in readings)


def was_there(record: dict[str, Any], study: dict[str, Any]) -> bool:
    """Tell whether a study was there when a record was made, as far as years tell."""
    limit = str(record.get("search", {}).get("search_to", record.get("year", "")))[:4]
    known = {name for key in ("cites", "includes") for name in record.get(key, [])}
    return record is study or not limit or study["id"] in known or str(study.get("year", "9999")) <= limit


def inside(claim: dict[str, Any], finding: dict[str, Any]) -> bool:
    """Tell whether all patients of a finding are within the conditions of a claim."""
    stated = set(listed(claim, "condition"))
    everyone = CG + "AnyCalcinosis" in stated
    return everyone or all(stated & Terms.read().above(one) for one in listed(finding, "condition"))


def test_a_claim_rests_on_the_findings_that_the_records_hold(evidence: Evidence) -> None:
    """For each claim, the findings that it rests on are those which the YAML files and the ontology give."""
    expected: dict[str, set[str]] = defaultdict(set)
    for record, address, claim in parts("claims"):
        if claim["kind"] == "practice survey result" or claim["stance"] == "stance not stated":
            continue
        for study, found, finding in parts("findings"):
            if (
                is_about(claim, finding, own=study is record)
                and not is_elsewhere(claim, finding)
                and is_firsthand(study, finding)
                and was_there(record, study)
                and inside(claim, finding)
            ):
                expected[address].add(found)
    derived: dict[str, set[str]] = defaultdict(set)
    for quad in quads(evidence, "rests-on"):
        if quad.predicate.value == CG + "restsOn":
            derived[quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    assert derived == expected
    assert len(expected) > 50


def quads(evidence: Evidence, rule: str) -> list[ox.Quad]:
    """Return what a rule derived from the real records."""
    store: ox.Store = evidence.endpoint.store  # type: ignore[attr-defined]
    return list(store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED + rule)))


def audit_graph(store: ox.Store) -> bytes:
    """Return all that the rules of the audit derived, as N-Triples."""
    found = [q for rule in AUDIT for q in store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED + rule))]
    text = ox.serialize((ox.Triple(q.subject, q.predicate, q.object) for q in found), format=ox.RdfFormat.N_TRIPLES)
    return bytes(text or b"")


def test_the_audit_of_the_real_records_conforms(evidence: Evidence) -> None:
    """Each verdict, check of totals, contradiction and cell has what the shapes ask for."""
    data = audit_graph(evidence.endpoint.store)  # type: ignore[attr-defined]
    assert data.count(b"\n") > 1000
    assert validate_with_pyshifty(data, SHAPES) == []


def test_both_engines_find_the_audit_of_a_world_sound(shared_home: Path) -> None:
    """So does the reference engine on the small world that has every verdict."""
    calcigraph.open(seeds=WORLD, home=shared_home)
    build = Home(shared_home).current(WORLD)
    assert build is not None
    data = audit_graph(build.open())
    assert validate_with_pyshifty(data, SHAPES) == validate_with_pyshacl(data, SHAPES) == []


def test_every_claim_ends_in_one_verdict(evidence: Evidence) -> None:
    """Each claim of each record has one verdict, one reason, and one description of how it came about."""
    claims = {address for _, address, _ in parts("claims")}
    answer = evidence.ask("audit")
    assert {row["claim"] for row in answer} == claims
    assert len(answer) == len(claims)
    for row in answer:
        assert str(row["because"]).endswith(f"So {row['verdict']}: {row['reason']}.")


def test_a_verdict_leads_to_the_findings_and_the_line_of_the_table(evidence: Evidence) -> None:
    """The trace of a claim names what its verdict was derived from."""
    trace = evidence.why("review/traineau-2020#rituximab-dm")
    (verdict,) = [one for one in trace.derived if one.property == "verdict"]
    assert {"verdict-rule/Promising/NoBenefitPrevails", "study/bader-meunier-2011#rituximab"} <= {
        one.removeprefix(BASE) for one in verdict.inputs
    }


def test_the_table_has_one_line_for_each_stance_and_picture() -> None:
    """A claim that evidence is lacking has pictures of its own; each other stance has a line for each other picture."""
    vocabulary = load_vocabulary(PRODUCT.ontology_files())
    lines = defaultdict(list)
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in verdict_quads(PRODUCT.verdicts, vocabulary):
        if isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
            cells[quad.subject.value][quad.predicate.value.rpartition("#")[2]] = quad.object.value.removeprefix(CG)
    for line in cells.values():
        lines[line["ofStance"]].append(line["ofResults"])
    members = {
        root: {one.removeprefix(CG) for one in vocabulary.members[CG + root]} for root in ("Stance", "ResultsPicture")
    }
    pictures = members["ResultsPicture"] - {"ResultsPicture"}
    lacking = {"ControlledBenefit", "NoControlledBenefit"}
    stances = members["Stance"] - {"Stance", "StanceNotStated"}
    expected = {
        stance: sorted(lacking if stance == "InsufficientEvidence" else pictures - lacking) for stance in stances
    }
    assert {stance: sorted(found) for stance, found in lines.items()} == expected


def test_the_votes_of_a_cell_are_at_most_its_studies(evidence: Evidence) -> None:
    """No cell of the map has more votes than studies, and a gap of no study has a state that says so."""
    for row in evidence.ask("gaps"):
        votes = [row[name] or 0 for name in ("benefit", "mixed", "no_benefit")]
        assert sum(int(str(vote)) for vote in votes) <= int(str(row["studies"]))
        assert (row["studies"] == 0) == (row["state"] in ("never searched", "searched and empty"))


def test_gaps_without_a_study_are_those_of_the_question_on_what_is_unstudied(evidence: Evidence) -> None:
    """Where no study has a finding at all, the map has none; it may lack more, since prevention does not count."""
    unstudied = {(row["condition"], row["treatment"]) for row in evidence.ask("unstudied")}
    empty = {(row["condition"], row["treatment"]) for row in evidence.ask("gaps") if row["studies"] == 0}
    assert unstudied
    assert unstudied <= empty


def test_a_priority_names_rules_that_hold(evidence: Evidence) -> None:
    """What a row says of benefit, contradiction and patients agrees with its counts."""
    rows = list(evidence.ask("priorities"))
    assert rows
    for row in rows:
        rules = str(row["priorities"]).split(", ")
        benefit, against, patients = (int(str(row[name])) for name in ("benefit", "no_benefit", "patients"))
        assert len(rules) == row["rules_met"]
        assert ("contradiction to settle" in rules) == (benefit > 0 < against)
        assert ("many patients treated" in rules) == (patients >= 20)
        assert "benefit to confirm" not in rules or benefit >= 2
    ranks = [(int(str(row["rules_met"])), int(str(row["patients"]))) for row in rows]
    assert all(first >= second for first, second in itertools.pairwise(ranks))


def run(*words: str, home: Path) -> Any:
    """Run the audit on the small world."""
    return CliRunner().invoke(cli, ["audit", *words, "--seeds", str(WORLD), "--home", str(home)])


def test_the_command_counts_the_verdicts(shared_home: Path) -> None:
    """Data goes to standard output, how often each verdict was given to standard error, and the code is 0."""
    ran = run("--verdict", "overtaken", "--format", "csv", home=shared_home)
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0].startswith("treatments,conditions,stance,verdict,reason,")
    assert len(ran.stdout.splitlines()) == 3
    assert ran.stderr.strip() == "2 claims: 2 overtaken."


def test_the_table_of_the_command_has_room(shared_home: Path) -> None:
    """In a table stand the columns that people compare; words and addresses are left to the other forms."""
    ran = run("--treatment", "rituximab", home=shared_home)
    assert ran.exit_code == 0
    assert "later findings turn it" in ran.stdout
    assert "So overtaken" not in ran.stdout


@pytest.mark.parametrize("words", [("--verdict", "overtakn"), ("--treatment", "rituximap")])
def test_a_name_that_is_none_is_refused(shared_home: Path, words: tuple[str, str]) -> None:
    """An unknown verdict or treatment is an error that names the nearest."""
    ran = run(*words, home=shared_home)
    assert isinstance(ran.exception, LookupError)
    assert str(ran.exception).count({"overtakn": "overtaken", "rituximap": "rituximab"}[words[1]]) == 1
