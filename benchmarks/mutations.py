"""Break the records that come with Calcigraph in many small ways, and see whether validation says so at the right line.

Each mutant is one record with one fault: a needed key left out, a key or a value misspelt, a value of another type,
two values swapped, a value out of range, or a reference that leads elsewhere. Free text has no wrong values, so it is
not mutated; nor is a key left out that a record may lack. Only the record that was changed is read and validated; what
spans records is looked at together with the sound records. A fault between two values of one node counts as found at
the right line when it is told at either of them.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import click
from measure import table, versions

from calcigraph.errors import Severity
from calcigraph.records.context import XSD, Field, FieldKind, load_context
from calcigraph.records.tree import Items, Mapping, Scalar, parse_tree
from calcigraph.resources import record_files, resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from calcigraph.errors import Problem
    from calcigraph.records.read import Document

TARGET = 98
SEED = 20261126
_SH = "http://www.w3.org/ns/shacl#"
_COUNTS = ("complete", "partial", "improved", "unchanged", "worse", "recurred", "developed")
_NEEDED_BY = {
    "patients": _COUNTS,
    "harms": ("harms_reporting",),
    "reviewed_by": ("reviewed_on",),
    "reviewed_on": ("reviewed_by",),
}
"""Keys that a node may lack, and the keys beside which it may not; harms only where harms are reported."""
_RANGES: dict[str, tuple[str, ...]] = {
    XSD + "integer": ("-1", "1000000"),
    XSD + "decimal": ("-999999",),
    XSD + "gYear": ("1066", "3003"),
    XSD + "gYearMonth": ("1066-01", "3003-01"),
    XSD + "date": ("1066-10-14", "3003-01-01"),
}
_UNBOUND = frozenset({"citations_screened", "lesions", "value", "low", "high", "odds_ratio", "total"})
"""Numbers that have no upper bound, or may be below zero: what they measure decides, and no record says it."""
PRODUCT = resources()
CONTEXT = load_context(PRODUCT.context)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A record with one fault: its file, the way it was broken, the key, its text, and the lines that may be told."""

    path: Path
    way: str
    key: str
    data: bytes
    line: int
    lines: frozenset[int]
    was: str = ""
    now: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of the mutants: how many there were and were found, by way, and those that were not."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    at_line: Counter[str] = field(default_factory=Counter)
    escaped: list[Mutant] = field(default_factory=list)

    def add(self, mutant: Mutant, problems: Iterable[Problem]) -> None:
        """Count a mutant by the lines at which violations and warnings are told."""
        told = {problem.line for problem in problems if problem.severity is not Severity.INFO}
        self.made[mutant.way] += 1
        self.found[mutant.way] += bool(told)
        right = bool(told & mutant.lines)
        self.at_line[mutant.way] += right
        if not right:
            self.escaped.append(mutant)


@cache
def needed() -> dict[str, frozenset[str]]:
    """Return the keys that the shapes ask for, by the key or the type of the node that they stand in."""
    from rdflib import SH, Graph, URIRef

    rules = Graph()
    for path in PRODUCT.shape_files():
        rules.parse(path)
    names = {iri: kind for kind, iri in CONTEXT.types.items()}
    names |= {iri: known.key for iri, known in CONTEXT.by_iri.items()}
    asked: dict[str, set[str]] = {}
    for target in (SH.targetClass, SH.targetObjectsOf):
        for shape, node in rules.subject_objects(target):
            for rule in rules.objects(shape, SH.property):
                path = rules.value(rule, SH.path)
                strict = rules.value(rule, SH.severity) == SH.Violation
                once = isinstance(path, URIRef) and rules.value(rule, SH.minCount) and strict
                if once and str(node) in names and str(path) in CONTEXT.by_iri:
                    asked.setdefault(names[str(node)], set()).add(CONTEXT.by_iri[str(path)].key)
    return {name: frozenset(keys) for name, keys in asked.items()}


class Breaker:
    """Makes the mutants of one record."""

    def __init__(self, path: Path, identifiers: list[str], chance: random.Random) -> None:
        self.path = path
        self.data = path.read_bytes()
        tree = parse_tree(self.data).tree
        assert tree is not None, path  # noqa: S101 -- the records are sound
        self.tree = tree
        self.lines = self.data.decode("utf-8").splitlines(keepends=True)
        self.identifiers = identifiers
        self.chance = chance

    def mutants(self) -> Iterator[Mutant]:
        """Yield all mutants."""
        kind = self.tree.entries["type"]
        assert isinstance(kind, Scalar)  # noqa: S101
        yield from self.in_node(self.tree, kind.text, 1)

    def in_node(self, node: Mapping, kind: str, at: int) -> Iterator[Mutant]:
        """Yield the mutants of a node and of those below it; `at` is the line of its name."""
        whole = frozenset({at, *(line for line, _ in node.keys.values())})
        known = {key: CONTEXT.fields[key] for key in node.entries if key in CONTEXT.fields}
        for key, about in known.items():
            yield from self.without(node, key, kind, whole)
            yield from self.misspelt_key(node, key)
            value = node.entries[key]
            scalars = value.items if isinstance(value, Items) else [value]
            for scalar in scalars:
                if isinstance(scalar, Scalar):
                    yield from self.wrong_value(about, scalar, whole)
            if isinstance(value, Mapping):
                children = [(key, value)] if about.kind is FieldKind.NODE else list(value.entries.items())
                for name, child in children:
                    if isinstance(child, Mapping):
                        place = node.keys[key] if about.kind is FieldKind.NODE else value.keys[name]
                        yield from self.in_node(child, key, place[0])
        yield from self.swaps(node, known, whole)

    def without(self, node: Mapping, key: str, kind: str, whole: frozenset[int]) -> Iterator[Mutant]:
        """Yield the record without a key, if the node may not lack it."""
        beside = [other for other in _NEEDED_BY.get(key, ()) if other in node.entries]
        reporting = node.entries.get("harms_reporting")
        if key == "harms" and isinstance(reporting, Scalar):
            beside = ["harms_reporting"] if reporting.text == "harms reported" else []
        if key not in needed().get(kind, ()) and not beside and not (key == "pooled" and _several(node)):
            return
        first = node.keys[key][0]
        column = node.keys[key][1]
        last = first
        while last < len(self.lines) and self._inside(self.lines[last], column):
            last += 1
        text = "".join(self.lines[: first - 1] + self.lines[last:])
        gone = last - first + 1
        moved = frozenset(line if line < first else line - gone for line in whole)
        if len(node.entries) > 1:
            yield Mutant(self.path, "needed key left out", key, text.encode(), first, moved | {first})

    @staticmethod
    def _inside(line: str, column: int) -> bool:
        """Whether a line belongs to the value of the key that begins in the column."""
        bare = line.lstrip(" ")
        indent = len(line) - len(bare) + 1
        return not bare.strip() or indent > column or (indent == column and bare.startswith("- "))

    def misspelt_key(self, node: Mapping, key: str) -> Iterator[Mutant]:
        """Yield the record with a letter too few in a key, or one too many."""
        line, column = node.keys[key]
        letter = self.chance.randrange(1, len(key)) if len(key) > 1 else 0
        wrong = key[:letter] + key[letter + 1 :] if len(key) > 3 else f"{key}q"
        yield self.put("key misspelt", key, (line, column), key, wrong)

    def put(
        self, way: str, key: str, place: tuple[int, int], was: str, now: str, lines: frozenset[int] = frozenset()
    ) -> Mutant:
        """Return a mutant in which another text stands at a place."""
        line, column = place
        text = self.lines[line - 1]
        changed = text[: column - 1] + now + text[column - 1 + len(was) :]
        whole = "".join([*self.lines[: line - 1], changed, *self.lines[line:]])
        return Mutant(self.path, way, key, whole.encode(), line, lines | {line}, was, now)

    def stands(self, scalar: Scalar) -> str:
        """Return the text of a value as the file has it, if it stands on one line without escapes."""
        line = self.lines[scalar.line - 1][scalar.column - 1 :]
        for form in (scalar.text, f"'{scalar.text}'", f'"{scalar.text}"'):
            if line.startswith(form):
                return form
        return ""

    def wrong_value(self, known: Field, scalar: Scalar, whole: frozenset[int]) -> Iterator[Mutant]:
        """Yield the record with wrong values in the place of one."""
        was = self.stands(scalar)
        place = scalar.line, scalar.column
        key, text = known.key, scalar.text
        if not was:
            return
        strict = known.kind is not FieldKind.LITERAL or known.datatype != XSD + "string"
        identifier = key in ("doi", "pmid", "pmcid", "registry_id", "published_online", "started")
        if strict or identifier:
            yield self.put("value misspelt", key, place, was, f"{_misspelt(key, text, self.chance)}")
            other = "7.5" if known.kind is FieldKind.TERM else "[x: y]"
            yield self.put("value of another type", key, place, was, other)
        for value in _RANGES.get(known.datatype, ()):
            if key not in _UNBOUND or (value == "-1"):
                yield self.put("value out of range", key, place, was, value, whole)
        if known.kind is FieldKind.REFERENCE and key != "url":
            yield from self.links(key, place, was, text)
        if key in ("pmid", "doi"):
            other = self.chance.choice(_others(key, text))
            yield self.put("identifier of another record", key, place, was, f"'{other}'")

    def links(self, key: str, place: tuple[int, int], was: str, text: str) -> Iterator[Mutant]:
        """Yield the record with references that lead elsewhere."""
        way = "reference elsewhere"
        own = self.tree.entries["id"]
        assert isinstance(own, Scalar)  # noqa: S101
        if key in ("read_in", "same_patients_as"):
            wrong = next((name for part in ("curation", "findings", "readings") for name in self._names(part, key)), "")
            yield self.put(way, key, place, was, f"{text}-other")
            yield self.put(way, key, place, was, f"'{self.chance.choice(self.identifiers)}'")
            if wrong:
                yield self.put(way, key, place, was, wrong)
        else:
            yield self.put(way, key, place, was, own.text)
            yield self.put(way, key, place, was, f"{text}0")
            yield self.put(way, key, place, was, "curation")

    def _names(self, part: str, key: str) -> Iterator[str]:
        node = self.tree.entries.get(part)
        if part == "curation":
            yield "curation"
        elif isinstance(node, Mapping) and (part == "findings") == (key == "read_in"):
            yield from node.entries

    def swaps(self, node: Mapping, known: dict[str, Field], whole: frozenset[int]) -> Iterator[Mutant]:
        """Yield swaps of neighbours whose values cannot stand for each other, or that are counts."""
        single = [
            (key, value)
            for key, value in node.entries.items()
            if key in known and isinstance(value, Scalar) and self.stands(value)
        ]
        for (one, first), (two, second) in pairwise(single):
            if first.text == second.text or _alike(known[one], known[two]):
                continue
            lines = list(self.lines)
            for value, text in ((first, self.stands(second)), (second, self.stands(first))):
                line = lines[value.line - 1]
                after = line[value.column - 1 + len(self.stands(value)) :]
                lines[value.line - 1] = line[: value.column - 1] + text + after
            at = frozenset({first.line, second.line})
            told = whole if one in _COUNTS and two in (*_COUNTS, "patients") else at
            data = "".join(lines).encode()
            both = f"{one} and {two}"
            yield Mutant(self.path, "values swapped", both, data, first.line, told, first.text, second.text)


def _several(node: Mapping) -> bool:
    value = node.entries.get("condition")
    pooled = node.entries.get("pooled")
    return isinstance(value, Items) and len(value.items) > 1 and isinstance(pooled, Scalar) and pooled.text == "true"


def _alike(one: Field, two: Field) -> bool:
    """Whether nobody could see that the values of two keys were swapped: both are text, or the same kind of value."""
    literal = {one.kind, two.kind} == {FieldKind.LITERAL}
    return (literal and one.datatype == two.datatype) or (one.kind is two.kind and one.names == two.names)


def _misspelt(key: str, text: str, chance: random.Random) -> str:
    if key in ("pmid", "pmcid", "registry_id"):
        return f"{text}x"
    if key == "url":
        return text.replace("http", "htp", 1)
    if key == "doi":
        return text.replace("/", " ", 1)
    if text.isdigit() and key != "read_in":
        return f"{text}O"
    at = chance.randrange(1, max(len(text) - 1, 2))
    return f"{text[:at]}q{text[at:]}"


@cache
def _others(key: str, text: str) -> list[str]:
    return [value for value in _identifiers(key) if value != text]


@cache
def _identifiers(key: str) -> list[str]:
    trees = [parse_tree(path.read_bytes()).tree for path in record_files(PRODUCT.seeds)]
    values = [tree.entries.get(key) for tree in trees if tree is not None]
    return sorted({value.text for value in values if isinstance(value, Scalar)})


class Checker:
    """Reads and validates mutants, one of each record at a time, beside the sound records."""

    def __init__(self, files: list[Path]) -> None:
        from calcigraph.build.inputs import shown
        from calcigraph.records.read import read_record
        from calcigraph.validation.shapes import load_shapes

        self.shapes = load_shapes(PRODUCT.shape_files())
        self.shown = {path: shown(path, PRODUCT) for path in files}
        self.sound: dict[Path, bytes] = {}
        self.names: dict[str, str] = {}
        for path in files:
            document = read_record(path.read_bytes(), self.shown[path], CONTEXT).document
            assert document is not None, path  # noqa: S101
            self.sound[path] = self.spanning(self.triples(document))
            self.names[document.id] = self.shown[path]

    @staticmethod
    def triples(document: Document) -> bytes:
        """Return the facts of a record."""
        from calcigraph.graph.dataset import record_quads, triples_of

        return triples_of(record_quads([document]))

    def spanning(self, triples: bytes) -> bytes:
        """Return the facts on which records are compared."""
        from calcigraph.validation.shapes import project

        return project([triples], self.shapes.spanning_properties)

    def together(self, mutants: dict[Path, tuple[Mutant, Document]]) -> dict[Path, list[Problem]]:
        """Return what is found in mutants of different records."""
        from calcigraph.validation.engines import validate_with_pyshifty
        from calcigraph.validation.locate import locate

        triples = {path: self.triples(document) for path, (_, document) in mutants.items()}
        results = validate_with_pyshifty(b"".join(triples.values()), self.shapes.local)
        across = b"".join(
            self.spanning(triples[path]) if path in triples else sound for path, sound in self.sound.items()
        )
        results += validate_with_pyshifty(across, self.shapes.spanning)
        data = {self.shown[path]: mutant.data for path, (mutant, _) in mutants.items()}
        mine = [r for r in results if self.names.get(r.focus.removeprefix(CONTEXT.base).partition("#")[0]) in data]
        problems = locate(mine, CONTEXT, self.names, lambda name: data[name], known=self.names)
        return {path: [p for p in problems if p.file == self.shown[path]] for path in mutants}


def run(*, most: int, seed: int) -> Outcome:
    """Make mutants of all records, at most that many, and check them."""
    from calcigraph.records.read import read_record

    chance = random.Random(seed)
    files = record_files(PRODUCT.seeds)
    checker = Checker(files)
    identifiers = sorted(checker.names)
    mutants = [mutant for path in files for mutant in Breaker(path, identifiers, chance).mutants()]
    if len(mutants) > most:
        mutants = chance.sample(mutants, most)
    outcome = Outcome()
    waiting: dict[Path, list[tuple[Mutant, Document]]] = {}
    for mutant in mutants:
        read = read_record(mutant.data, checker.shown[mutant.path], CONTEXT)
        if read.document is None:
            outcome.add(mutant, read.problems)
        else:
            waiting.setdefault(mutant.path, []).append((mutant, read.document))
    while waiting:
        batch = {path: rest.pop() for path, rest in waiting.items()}
        waiting = {path: rest for path, rest in waiting.items() if rest}
        for path, problems in checker.together(batch).items():
            outcome.add(batch[path][0], problems)
    return outcome


@click.command()
@click.option("--most", type=click.IntRange(1), default=6000, show_default=True, help="Mutants that are checked.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--show", type=int, default=60, show_default=True, help="Those that escaped and are listed.")
def main(most: int, seed: int, show: int) -> None:
    """Say which share of the mutants validation finds, and which escape."""
    outcome = run(most=most, seed=seed)
    click.echo(f"{versions()}\n")
    rows = [_row(way, outcome.made[way], outcome.found[way], outcome.at_line[way]) for way in sorted(outcome.made)]
    made, found, at_line = (sum(c.values()) for c in (outcome.made, outcome.found, outcome.at_line))
    click.echo(table(["fault", "mutants", "found", "at the right line"], [*rows, _row("all", made, found, at_line)]))
    share = 100 * at_line / made
    reached = "yes" if share >= TARGET else "NO"
    click.echo(f"\n{share:.2f} % are found at the right line; wanted: {TARGET} %: {reached}.")
    grouped = Counter((m.way, m.key) for m in outcome.escaped)
    click.echo(
        "\nWhat escaped, by key:\n" + "\n".join(f"{n:5} {way}: {key}" for (way, key), n in grouped.most_common())
    )
    for mutant in outcome.escaped[:show]:
        click.echo(f"  {mutant.path.name}:{mutant.line} {mutant.way}: {mutant.key} {mutant.was!r} → {mutant.now!r}")


def _row(name: str, made: int, found: int, at_line: int) -> list[str]:
    return [name, f"{made:,}", f"{100 * found / made:.1f} %", f"{100 * at_line / made:.1f} %"]


if __name__ == "__main__":
    main()
