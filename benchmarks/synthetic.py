"""Write synthetic records of the real model: sound by construction, and the same bytes for the same seed.

Kinds of record, keys and lengths of lists come in the proportions of the curated records; names come from
the record context, a few of them often and most of them seldom. Nothing in them is evidence.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEED = 31302187
SHARD = 1000
"""Record files in one folder."""

Value: TypeAlias = "str | list[str] | Node"
Node: TypeAlias = dict[str, "Value"]

_CONTEXT = Path(__file__).resolve().parent.parent / "ontology" / "context.jsonld"
_KINDS = {"study": 76, "review": 65, "cohort": 19, "trial": 9}
_OFTEN = {
    "condition": (
        "systemic sclerosis",
        "juvenile dermatomyositis",
        "dermatomyositis",
        "calcinosis cutis of any cause",
        "adult dermatomyositis",
        "systemic lupus erythematosus",
    ),
    "treatment": ("surgical excision", "diltiazem", "sodium thiosulfate", "rituximab", "minocycline", "warfarin"),
    "design": ("case report", "case series", "retrospective cohort", "open-label trial", "cross-sectional study"),
    "direction": ("benefit", "no effect", "mixed", "worsening", "not stated", "not assessed"),
    "outcome": ("calcinosis response", "recurrence", "ulcer healing", "radiographic change", "pain"),
    "kind": ("treatment conclusion", "recommendation", "evidence gap"),
    "stance": ("insufficient evidence", "might be useful", "recommended", "promising"),
    "level": ("IV (modified Oxford CEBM)", "IB (modified Oxford CEBM)", "V (modified Oxford CEBM)"),
    "part": ("abstract", "full text", "bibliographic record"),
    "route": ("oral", "intravenous", "topical", "intralesional"),
}
_REVIEW_DESIGNS = ("narrative review", "clinical practice guideline", "systematic review", "expert consensus")
_QUIET = ("harms not read", "harms not read", "harms not read", "none observed", "not reported")
_CONCLUSIONS = ("treatment conclusion", "treatment conclusion", "recommendation", "evidence gap")
_OBSERVATIONS = ("prevalence", "clinical association", "risk factor", "autoantibody", "phenotype classification")
_TEXTS = (
    "response of deposits in patients with pain and ulceration after treatment for months at one centre was read as",
    "smaller or softer by the physician on radiographs while others stayed unchanged during follow-up",
)
_VOCABULARY = [word for text in _TEXTS for word in text.split()]
_SURNAMES = ("Abara", "Brandt", "Chaudhri", "Dumont", "Eklund", "Ferrari", "Gomes", "Haddad", "Ito", "Jansen", "Kovacs")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./()+-]|,(?= ))*")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many records, how many triples they state, and some of their identifiers."""

    records: int
    triples: int
    pmids: tuple[str, ...]


def write(folder: Path, *, triples: int, seed: int = SEED, context: Path = _CONTEXT) -> Written:
    """Write records to the folder until they state at least that many triples, and return what was written."""
    return _write(folder, Maker(seed, context), lambda _, stated: stated >= triples)


def write_records(folder: Path, *, records: int, seed: int = SEED, context: Path = _CONTEXT) -> Written:
    """Write that many records to the folder, and return what was written."""
    return _write(folder, Maker(seed, context), lambda written, _: written >= records)


def _write(folder: Path, maker: Maker, enough: Callable[[int, int], bool]) -> Written:
    stated = 0
    while not enough(len(maker.known), stated):
        number = len(maker.known)
        if number % SHARD == 0:
            shard = folder / f"shard-{number // SHARD:04}"
            shard.mkdir(parents=True)
        record = maker.record()
        stated += count(record)
        name = str(record["id"]).split("/", 1)[1]
        (shard / f"{name}.yaml").write_text(emit(record), encoding="utf-8")
    return Written(len(maker.known), stated, tuple(maker.pmids))


def count(record: Node) -> int:
    """Return how many triples the record states: one per value, and one per part for the link to it.

    >>> count({"id": "study/a", "type": "study", "findings": {"x": {"treatment": "warfarin"}}})
    3
    """
    return _count(record) - 1


def _count(node: Node) -> int:
    total = 0
    for key, value in node.items():
        if isinstance(value, str):
            total += 1
        elif isinstance(value, list):
            total += len(value)
        elif key in ("curation", "search"):
            total += 1 + _count(value)
        else:
            total += sum(1 + _count(part) for part in value.values() if isinstance(part, dict))
    return total


def emit(node: Node, indent: str = "") -> str:
    """Return the node as YAML."""
    lines = []
    for key, value in node.items():
        if isinstance(value, str):
            lines.append(f"{indent}{key}: {_scalar(value)}\n")
        elif isinstance(value, list):
            lines.append(f"{indent}{key}:\n" + "".join(f"{indent}- {_scalar(item)}\n" for item in value))
        else:
            lines.append(f"{indent}{key}:\n{emit(value, indent + '  ')}")
    return "".join(lines)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


@dataclass(slots=True)
class Maker:
    """Makes one record after another; it remembers their ids, so that later ones can refer to earlier ones."""

    seed: int
    context: Path
    known: list[str] = field(default_factory=list)
    pmids: list[str] = field(default_factory=list)
    _random: random.Random = field(init=False)
    _names: dict[str, tuple[list[str], list[float]]] = field(init=False)

    def __post_init__(self) -> None:
        """Read the names that each key takes."""
        self._random = random.Random(self.seed)
        table = json.loads(self.context.read_text(encoding="utf-8"))["@context"]
        self._names = {
            key: _ranked(sorted(entry["@context"]), _OFTEN.get(key, ()))
            for key, entry in table.items()
            if isinstance(entry, dict) and "@context" in entry
        }

    def record(self) -> Node:
        """Return the next record."""
        number = len(self.known) + 1
        kind = self._random.choices(list(_KINDS), list(_KINDS.values()))[0]
        name = f"NCT{number:08}" if kind == "trial" else f"synthetic-{number:07}"
        record: Node = {"id": f"{kind}/{name}", "type": kind}
        readings = {"abstract": self._reading()} | ({"further": self._reading()} if self._chance(0.4) else {})
        makers: dict[str, Callable[[Node, int, list[str]], None]] = {
            "study": self._study,
            "review": self._review,
            "cohort": self._cohort,
            "trial": self._trial,
        }
        makers[kind](record, number, list(readings))
        record["readings"] = dict(readings)
        record["curation"] = self._curation()
        self.known.append(f"{kind}/{name}")
        return record

    def _bibliography(self, record: Node, number: int) -> None:
        record["title"] = f"Synthetic record {number}: {self._words(8)}"
        self._maybe(record, 0.75, "first_author", lambda: f"{self._random.choice(_SURNAMES)} {self._letter()}")
        self._maybe(record, 0.9, "journal", lambda: f"Journal of Synthetic Records {self._random.randrange(40)}")
        self._maybe(record, 0.87, "year", lambda: str(self._random.randrange(1970, 2026)))
        self._maybe(record, 0.63, "volume", lambda: str(self._random.randrange(1, 200)))
        self._maybe(record, 0.54, "issue", lambda: str(self._random.randrange(1, 12)))
        self._maybe(
            record, 0.65, "pages", lambda: f"{self._random.randrange(1, 999)}-{self._random.randrange(1000, 1999)}"
        )
        self._maybe(record, 0.63, "doi", lambda: f"10.5555/synthetic.{number}")
        self._maybe(record, 0.12, "pmcid", lambda: f"PMC{90_000_000 + number}")
        if self._chance(0.38):
            record["pmid"] = str(90_000_000 + number)
            self.pmids.append(str(record["pmid"]))
        record["form"] = self._name("form")
        self._maybe(record, 0.3, "country", lambda: f"Country {self._random.randrange(60)}")
        self._maybe(
            record, 0.35, "authors", lambda: [f"{name} {self._letter()}" for name in self._random.sample(_SURNAMES, 5)]
        )
        for key, share in (("cites", 0.05), ("similar_to", 0.03), ("same_work_as", 0.02), ("overlaps", 0.02)):
            if self.known and self._chance(share):
                record[key] = self._earlier()

    def _study(self, record: Node, number: int, readings: list[str]) -> None:
        self._bibliography(record, number)
        record["design"] = self._name("design")
        record["design_basis"] = "judged by curator"
        self._maybe(record, 0.5, "design_detail", lambda: self._words(10))
        size = 1 if record["design"] == "case report" else self._random.randrange(2, 40)
        findings = [self._finding(size, readings) for _ in range(self._size(1.5))]
        record["enrolled"] = str(size * len(findings))
        record["findings"] = {f"finding-{index}": finding for index, finding in enumerate(findings, 1)}
        if self._chance(0.12):
            record["claims"] = self._parts("claim", 1.4, lambda: self._claim(readings))
        if self._chance(0.11):
            record["observations"] = self._parts("observation", 2.2, lambda: self._observation(readings))

    def _review(self, record: Node, number: int, readings: list[str]) -> None:
        self._bibliography(record, number)
        record["design"] = self._random.choice(_REVIEW_DESIGNS)
        record["design_basis"] = "judged by curator"
        self._maybe(record, 0.97, "covers", lambda: self._name("condition"))
        self._maybe(record, 0.45, "scope_note", lambda: self._words(14))
        if self._chance(0.14):
            record["search"] = {
                "databases": ["MEDLINE", "Embase"],
                "search_from": str(self._random.randrange(1950, 1990)),
                "search_to": f"20{self._random.randrange(10, 25)}-0{self._random.randrange(1, 9)}",
            }
            record["studies_included"] = str(self._random.randrange(3, 60))
        if self.known and self._chance(0.1):
            record["includes"] = sorted({self._earlier() for _ in range(3)})
        if self._chance(0.5):
            record["claims"] = self._parts("claim", 3.1, lambda: self._claim(readings))
        if self._chance(0.29):
            record["observations"] = self._parts("observation", 2.1, lambda: self._observation(readings))

    def _cohort(self, record: Node, number: int, readings: list[str]) -> None:
        self._bibliography(record, number)
        record["design"] = self._random.choice(("retrospective cohort", "cross-sectional study"))
        record["design_basis"] = "judged by curator"
        record["design_detail"] = self._words(12)
        record["enrolled"] = str(self._random.randrange(20, 500))
        record["covers"] = self._name("condition")
        record["observations"] = self._parts("observation", 4, lambda: self._observation(readings))

    def _trial(self, record: Node, number: int, readings: list[str]) -> None:
        del readings
        record["title"] = f"Synthetic trial {number}: {self._words(10)}"
        record["registry_id"] = f"NCT{number:08}"
        record["design"] = "interventional study"
        record["design_basis"] = "judged by curator"
        record["design_detail"] = self._words(10)
        record["enrolled"] = str(self._random.randrange(5, 200))
        record["condition"] = self._name("condition")
        record["treatment"] = self._name("treatment")
        self._maybe(record, 0.75, "route", lambda: self._name("route"))
        self._maybe(record, 0.67, "phenotype", lambda: self._name("phenotype"))
        self._maybe(record, 0.67, "dose", lambda: self._words(6))
        record["trial_status"] = self._name("trial_status")
        record["phase"] = self._name("phase")
        record["sponsor"] = f"Sponsor {self._random.randrange(300)}"
        self._maybe(record, 0.33, "primary_outcome", lambda: self._words(8))

    def _finding(self, patients: int, readings: list[str]) -> Node:
        finding: Node = {"treatment": self._name("treatment")}
        self._maybe(finding, 0.44, "treatment_as_reported", lambda: self._words(6))
        self._maybe(finding, 0.28, "dose", lambda: self._words(6))
        self._maybe(finding, 0.57, "route", lambda: self._name("route"))
        self._conditions(finding, pooled=True)
        self._maybe(finding, 0.76, "phenotype", lambda: self._several("phenotype", 2))
        self._maybe(finding, 0.52, "phenotype_as_reported", lambda: self._words(7))
        finding["purpose"] = "treat"
        finding["outcome"] = self._name("outcome")
        self._maybe(finding, 0.56, "measure", lambda: self._words(5))
        finding["direction"] = self._name("direction")
        finding["direction_basis"] = "judged by curator"
        finding["result"] = self._words(10)
        if self._chance(0.87):
            finding["patients"] = str(patients)
            finding.update(self._ledger(patients, str(finding["direction"])))
        if self._chance(0.16):
            finding["harms_reporting"] = "harms reported"
            finding["harms"] = self._parts("harm", 1.4, lambda: self._harm(patients))
        else:
            finding["harms_reporting"] = self._random.choice(_QUIET)
        self._maybe(finding, 0.28, "note", lambda: self._words(12))
        self._maybe(finding, 0.24, "follow_up", lambda: f"{self._random.randrange(1, 60)} months")
        self._maybe(finding, 0.19, "read_in", lambda: self._random.choice(readings))
        return finding

    def _ledger(self, patients: int, direction: str) -> Node:
        """Return counts that exclude each other, sum to at most the patients, and fit the direction."""
        most = patients // 2 + 1 if direction in ("benefit", "no effect") else patients // 3
        first = self._random.randrange(most, patients + 1) if most <= patients else patients
        better = self._random.choice(("complete", "partial", "improved"))
        rest = str(patients - first)
        every: dict[str, dict[str, str]] = {
            "benefit": {better: str(first)} | ({"unchanged": rest} if self._chance(0.4) else {}),
            "no effect": {"unchanged": str(first)} | ({"improved": rest} if self._chance(0.3) else {}),
            "worsening": {"worse": str(first)},
            "mixed": {"improved": str(first), "unchanged": rest},
        }
        return {**every.get(direction, {})}

    def _harm(self, patients: int) -> Node:
        harm: Node = {"event": self._name("event"), "event_as_reported": self._words(5)}
        if self._chance(0.64):
            harm["affected"] = str(self._random.randrange(patients + 1))
            harm["out_of"] = str(patients)
        return harm

    def _claim(self, readings: list[str]) -> Node:
        claim: Node = {"kind": self._random.choice(_CONCLUSIONS), "treatment": self._several("treatment", 2)}
        self._conditions(claim, pooled=False)
        self._maybe(claim, 0.33, "phenotype", lambda: self._name("phenotype"))
        claim["stance"] = self._name("stance")
        self._maybe(claim, 0.25, "level", lambda: self._name("level"))
        claim["statement"] = self._words(14)
        self._maybe(claim, 0.49, "read_in", lambda: self._random.choice(readings))
        return claim

    def _observation(self, readings: list[str]) -> Node:
        observation: Node = {"kind": self._random.choice(_OBSERVATIONS), "condition": self._name("condition")}
        observation["statement"] = self._words(14)
        self._maybe(observation, 0.53, "factor", lambda: self._words(3))
        self._maybe(observation, 0.3, "phenotype", lambda: self._name("phenotype"))
        if self._chance(0.19):
            total = self._random.randrange(10, 500)
            observation["with_calcinosis"] = str(self._random.randrange(total + 1))
            observation["total"] = str(total)
        if self._chance(0.15):
            tenths = self._random.randrange(10, 90)
            observation["odds_ratio"] = f"{tenths / 10}"
            observation["low"] = f"{(tenths - 5) / 10}"
            observation["high"] = f"{(tenths + 15) / 10}"
        self._maybe(observation, 0.46, "read_in", lambda: self._random.choice(readings))
        return observation

    def _reading(self) -> Node:
        reading: Node = {"part": self._name("part")}
        self._maybe(reading, 0.7, "extent", lambda: self._words(5))
        self._maybe(reading, 0.67, "url", lambda: f"https://example.org/{self._random.randrange(10**9)}")
        return reading

    def _curation(self) -> Node:
        curation: Node = {"status": "curated", "curated_by": "Nobody", "curated_on": "2026-01-01"}
        self._maybe(curation, 0.7, "notes", lambda: [self._words(12) for _ in range(self._size(1.6))])
        self._maybe(curation, 0.24, "left_out", lambda: self._words(14))
        return curation

    def _conditions(self, node: Node, *, pooled: bool) -> None:
        node["condition"] = self._name("condition")
        if self._chance(0.1):
            node["condition"] = self._several("condition", 2)
            if pooled:
                node["pooled"] = "true"

    def _parts(self, name: str, mean: float, make: Callable[[], Node]) -> Node:
        return {f"{name}-{index}": make() for index in range(1, self._size(mean) + 1)}

    def _several(self, key: str, mean: float) -> list[str]:
        return sorted({self._name(key) for _ in range(self._size(mean))})

    def _name(self, key: str) -> str:
        names, weights = self._names[key]
        return self._random.choices(names, cum_weights=weights)[0]

    def _earlier(self) -> str:
        return self._random.choice(self.known)

    def _words(self, length: int) -> str:
        return " ".join(self._random.choices(_VOCABULARY, k=length))

    def _letter(self) -> str:
        return self._random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def _size(self, mean: float) -> int:
        """Return a whole number from 1 on with about that mean."""
        return 1 + min(int(self._random.expovariate(1 / (mean - 0.5))), 12) if mean > 1 else 1

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _maybe(self, node: Node, share: float, key: str, make: Callable[[], Value]) -> None:
        if self._chance(share):
            node[key] = make()


def _ranked(names: Sequence[str], often: Sequence[str]) -> tuple[list[str], list[float]]:
    """Return the names, those that come often first, with weights that fall as their rank rises."""
    ranked = [name for name in often if name in names] + [name for name in names if name not in often]
    return ranked, list(accumulate(1 / rank for rank in range(1, len(ranked) + 1)))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=False))
@click.option("--triples", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
def main(folder: Path, triples: int, seed: int) -> None:
    """Write synthetic records that state that many triples to a new folder."""
    written = write(folder, triples=triples, seed=seed)
    click.echo(f"{written.records} records, {written.triples} triples")


if __name__ == "__main__":
    main()
