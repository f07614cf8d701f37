"""QuickStatements: the gate lets through what it should and nothing else, and a strict reader takes each line apart.

The world is made up, and so are all items of Wikidata in it: their numbers are far above those given so far.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner

import calcigraph
from calcigraph.cli import export
from calcigraph.exchange.losses import Losses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calcigraph import Evidence
    from calcigraph.resources import Resources

    Exported = Callable[..., dict[str, bytes]]

CALCINOSIS = "Q9000000000"
DRUGS = {
    "Minocycline": "Q9000000001",
    "Diltiazem": "Q9000000002",
    "Warfarin": "Q9000000003",
    "Rituximab": "Q9000000004",
    "Colchicine": "Q9000000005",
    "Probenecid": "Q9000000006",
    "Pamidronate": "Q9000000007",
    "Alendronate": "Q9000000008",
    "Abatacept": "Q9000000009",
    "SodiumThiosulfate": "Q9000000010",
    "Adalimumab": "Q9000000011",
}
ARTICLE = "Q9000000100"
SSC, DM = "systemic sclerosis", "dermatomyositis"
FEW = "held back: fewer than 2 independent sources say so of this treatment in this condition"
ITEM, STRING = "item", "string"
TYPES = {"P2175": ITEM, "P248": ITEM, "P356": STRING, "P698": STRING}
"""The properties that an export may use, with the type of value that each has in Wikidata."""
FORMS = {"P356": r"10\.\d{4,9}/[^\sa-z]+", "P698": r"[1-9]\d{0,7}"}
"""What an external identifier looks like there; a DOI is in capitals."""


class Statement(NamedTuple):
    """A statement with the one reference that its line gives."""

    subject: str
    property: str
    value: str
    reference: tuple[tuple[str, str], ...]


def taken(content: bytes) -> list[Statement]:
    """Return the statements of a file; raises ValueError for whatever is not a statement with a reference."""
    text = content.decode("utf-8")
    if text and not text.endswith("\n"):
        message = "the last line does not end"
        raise ValueError(message)
    return [_statement(line) for line in text.split("\n")[:-1]]


def _statement(line: str) -> Statement:
    if "|" in line or "/*" in line or line != line.strip():
        raise ValueError(f"what other readers take apart in another way: {line!r}")
    subject, name, value, *rest = line.split("\t")
    if not rest or len(rest) % 2:
        raise ValueError(f"no reference, or half of one: {line!r}")
    if not re.fullmatch(r"Q[1-9]\d*", subject) or not re.fullmatch(r"P[1-9]\d*", name):
        raise ValueError(f"no statement on an item: {line!r}")
    keys, values = rest[::2], rest[1::2]
    if not all(re.fullmatch(r"S[1-9]\d*", key) for key in keys):
        raise ValueError(f"no source: {line!r}")
    named = [(f"P{key[1:]}", value) for key, value in zip(keys, values, strict=True)]
    return Statement(subject, name, _value(name, value), tuple((key, _value(key, given)) for key, given in named))


def _value(name: str, cell: str) -> str:
    kind = ITEM if re.fullmatch(r"Q[1-9]\d*", cell) else STRING
    match = re.fullmatch(r'Q\d+|"[^"\t]*"', cell)
    if match is None or TYPES.get(name) != kind or not re.fullmatch(FORMS.get(name, ".+"), cell.strip('"')):
        raise ValueError(f"{name} does not take {cell!r}")
    return cell.strip('"')


def record(kind: str, name: str, design: str, /, **more: Any) -> dict[str, Any]:
    """Return a record in the form in which curators write it."""
    return {
        "id": f"{kind}/{name}-2001",
        "type": kind,
        "title": f"{name} for the tests",
        "first_author": f"{name.title()} A",
        "year": 2001,
        "form": "journal article",
        "design": design,
        "design_basis": "stated by source",
        **more,
        "readings": {"abstract": {"part": "abstract"}},
        "curation": {"status": "curated", "curated_by": "Calcigraph tests", "curated_on": "2026-01-01"},
    }


def guideline(name: str, *treatments: str, condition: str = SSC, **more: Any) -> dict[str, Any]:
    """Return a guideline that recommends treatments."""
    claims = {
        treatment.replace(" ", "-"): {
            "kind": "recommendation",
            "statement": f"{treatment} should be given.",
            "treatment": treatment,
            "condition": condition,
            "stance": "recommended",
        }
        for treatment in treatments
    }
    return record("review", name, "clinical practice guideline", claims=claims, **more)


def study(name: str, *treatments: str, design: str, direction: str, **more: Any) -> dict[str, Any]:
    """Return a study that found the same of some treatments, against placebo if it is a trial."""
    compared = {"comparator": "placebo"} if design == "randomized controlled trial" else {}
    findings = {
        treatment.replace(" ", "-"): {
            "treatment": treatment,
            **compared,
            "condition": SSC,
            "purpose": "treat",
            "outcome": "calcinosis response",
            "patients": 20,
            "direction": direction,
            "direction_basis": "judged by curator",
            "harms_reporting": "harms not read",
        }
        for treatment in treatments
    }
    return record("study", name, design, enrolled=20, findings=findings, **more)


TRIAL, SERIES = "randomized controlled trial", "case series"
WORLD = (
    guideline(
        "alpha",
        *(
            "minocycline",
            "diltiazem",
            "warfarin",
            "rituximab",
            "infliximab",
            "probenecid",
            "pamidronate",
            "alendronate",
        ),
        "adalimumab",
        doi="10.1000/alpha",
    ),
    guideline("beta", "minocycline", "infliximab", doi="10.1000/(beta)a;2", pmid="2002"),
    guideline("gamma", "probenecid", same_work_as="review/alpha-2001", pmid="2003"),
    guideline("delta", "pamidronate"),
    guideline("epsilon", "alendronate", condition=DM, pmid="2005"),
    guideline("zeta", "adalimumab", cites="review/alpha-2001", pmid="2006"),
    study("eta", "diltiazem", "sodium thiosulfate", design=TRIAL, direction="benefit", pmid="3001"),
    study("theta", "rituximab", "colchicine", design=TRIAL, direction="no effect", pmid="3002"),
    study("iota", "colchicine", design=TRIAL, direction="no effect", pmid="3003"),
    study("kappa", "sodium thiosulfate", design=TRIAL, direction="benefit", pmid="3004", overlaps="study/eta-2001"),
    study("lambda", "abatacept", design=SERIES, direction="benefit", pmid="3005"),
    study("mu", "abatacept", design=SERIES, direction="benefit", pmid="3006"),
)
PASSED = [
    Statement(DRUGS["Minocycline"], "P2175", CALCINOSIS, (("P248", ARTICLE),)),
    Statement(DRUGS["Minocycline"], "P2175", CALCINOSIS, (("P356", "10.1000/(BETA)A;2"), ("P698", "2002"))),
    Statement(DRUGS["Diltiazem"], "P2175", CALCINOSIS, (("P248", ARTICLE),)),
    Statement(DRUGS["Diltiazem"], "P2175", CALCINOSIS, (("P698", "3001"),)),
]


def mapped(product: Resources, subjects: dict[str, str]) -> Resources:
    """Add to the mappings that these subjects are items of Wikidata."""
    lines = product.mappings.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    head, columns, rows = lines[:start], lines[start], lines[start + 1 :]
    head.append("#   WIKIDATA: http://www.wikidata.org/entity/")
    for subject, item in subjects.items():
        cells = dict.fromkeys(columns.split("\t"), "") | {
            "subject_id": subject,
            "subject_label": subject,
            "predicate_id": "skos:exactMatch",
            "object_id": f"WIKIDATA:{item}",
            "mapping_justification": "semapv:ManualMappingCuration",
            "comment": "Made up for a test.",
        }
        rows.append("\t".join(cells.values()))
    product.mappings.write_text("\n".join([*head, columns, *rows]) + "\n", encoding="utf-8")
    return product


def subjects() -> dict[str, str]:
    """Return what is mapped: all drugs but infliximab, calcinosis, and one of the articles."""
    drugs = {f"CG:{name}": item for name, item in DRUGS.items()}
    return drugs | {"CG:CalcinosisCutis": CALCINOSIS, "calcigraph:review/alpha-2001": ARTICLE}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the records."""
    folder = tmp_path_factory.mktemp("seeds")
    for one in WORLD:
        file = folder / f"{'studies' if one['type'] == 'study' else 'reviews'}/{one['id'].partition('/')[2]}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(one), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def unmapped(seeds: Path, shared_home: Path) -> Evidence:
    """Return the evidence of the world as it is, without a mapping to Wikidata."""
    return calcigraph.open(seeds=seeds, home=shared_home)


@pytest.fixture
def world(unmapped: Evidence, copied: Resources) -> Evidence:
    """Return the evidence of the world with its mappings."""
    return replace(unmapped, product=mapped(copied, subjects()))


def held(lost: Losses) -> Counter[tuple[str, str]]:
    """Return how much the gate held back, by kind and reason."""
    return Counter({(kind, why): n for (kind, what, why), n in lost.counted.items() if what == "treatment"})


def test_the_gate_passes_what_two_sources_say_and_nothing_else(world: Evidence, exported: Exported) -> None:
    """A guideline with another one, or with a controlled trial that found benefit; each line has its article."""
    lost = Losses()
    (content,) = exported(world, "quickstatements", lost).values()
    assert sorted(taken(content)) == sorted(PASSED)
    assert lost.carried == len(PASSED)


def test_what_is_held_back_is_counted_with_its_reason(world: Evidence, exported: Exported) -> None:
    """One source, one work, shared patients, a guideline on another, null results, no article, no item: each counts."""
    lost = Losses()
    exported(world, "quickstatements", lost)
    by_reason = held(lost)
    alone, by_two = ("warfarin", "rituximab", "pamidronate"), ("probenecid", "alendronate", "adalimumab")
    assert by_reason.pop(("claim", FEW)) == len(alone) + 2 * len(by_two)
    assert by_reason.pop(("finding", FEW)) == len(["sodium thiosulfate", "sodium thiosulfate"])
    nowhere = "held back: its article has no item of Wikidata, DOI or PubMed number to refer to"
    assert by_reason.pop(("claim", nowhere)) == 1
    assert by_reason.pop(("claim", "held back: no item of Wikidata is mapped to the treatment")) == 2
    assert sum(by_reason.values()) == len(["rituximab", "colchicine", "colchicine", "abatacept", "abatacept"])
    assert {kind for kind, _ in by_reason} == {"finding"}


def test_no_item_is_made_up(unmapped: Evidence, exported: Exported) -> None:
    """Without mappings the file is empty, and the losses say so, and why."""
    lost = Losses()
    (content,) = exported(unmapped, "quickstatements", lost).values()
    assert content == b""
    assert json.loads(lost.to_json("quickstatements"))["carried"] == 0
    assert held(lost)["claim", "held back: no item of Wikidata is mapped to the treatment"] == len(
        ["minocycline", "minocycline", "infliximab", "infliximab", "diltiazem"]
    )


def test_without_an_item_for_calcinosis_nothing_is_said(
    unmapped: Evidence, copied: Resources, exported: Exported
) -> None:
    """The object is calcinosis cutis, never the disease in which it was treated."""
    lost = Losses()
    others = {subject: item for subject, item in subjects().items() if "Calcinosis" not in subject}
    others["CG:SystemicSclerosis"] = "Q9000000200"
    (content,) = exported(replace(unmapped, product=mapped(copied, others)), "quickstatements", lost).values()
    assert content == b""
    assert ("claim", "held back: no item of Wikidata is mapped to calcinosis cutis") in held(lost)


def test_a_null_result_never_passes_whatever_the_table_says(world: Evidence, exported: Exported) -> None:
    """A slip in the table of predicates, by which any controlled trial treats, lets no null result through."""
    table = world.product.exchange / "predicates.tsv"
    text = table.read_text(encoding="utf-8")
    wrong = text.replace("\tbenefit\t\toutcome on deposits\tyes\ttreats", "\t\t\t\t\ttreats")
    assert wrong != text
    table.write_text(wrong, encoding="utf-8")
    lost = Losses()
    (content,) = exported(world, "quickstatements", lost).values()
    assert sorted(taken(content)) == sorted(PASSED)
    assert held(lost)["finding", "held back: it found no benefit"] == len(["rituximab", "colchicine", "colchicine"])


def test_the_bytes_are_the_same_whatever_the_order(world: Evidence, exported: Exported) -> None:
    """Twice the same, and the order of the mappings does not matter."""
    first = exported(world, "quickstatements")
    assert exported(world, "quickstatements") == first
    file = world.product.mappings
    lines = file.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if not line.startswith("#")) + 1
    file.write_text("\n".join([*lines[:start], *reversed(lines[start:])]) + "\n", encoding="utf-8")
    assert exported(world, "quickstatements") == first


@pytest.mark.parametrize(
    "line",
    [
        "Q1\tP2175\tQ2",
        "Q1\tP2175\tQ2\tS248",
        'Q1\tP2175\t"calcinosis cutis"\tS248\tQ3',
        'Q1\tP2175\tQ2\tS248\t"Q3"',
        "Q1\tP2175\tQ2\tS698\t2002",
        'Q1\tP2175\tQ2\tS356\t"10.1000/lower"',
        'Q1\tP2175\tQ2\tS9999\t"2002"',
        "cg:Minocycline\tP2175\tQ2\tS248\tQ3",
        'Q1\tP2175\tQ2\tS698\t"2002" /* said by us */',
    ],
)
def test_the_reader_refuses_what_is_wrong(line: str) -> None:
    """Without a reference, with a value of another type or form, or with an unknown source, a line is refused."""
    with pytest.raises(ValueError, match=r"reference|take|source|statement"):
        taken(f"{line}\n".encode())


def test_who_gets_nothing_is_told(shared_home: Path, seeds: Path, unmapped: Evidence) -> None:
    """Standard error says that nothing passed, and standard output holds nothing."""
    del unmapped
    ran = CliRunner().invoke(export.command, ["quickstatements", "--seeds", str(seeds), "--home", str(shared_home)])
    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert ran.stderr.endswith(
        "No statement passed the gate of quickstatements, so it holds nothing; `--losses` counts why.\n"
    )
