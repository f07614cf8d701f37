"""Run CONSTRUCT rules until nothing new comes; what each rule derives goes to a named graph of its own.

A rule file's header says its name, what it derives and why:

    # rule: level-by-design
    # derives: the level that a design earns
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from calcigraph.graph.dataset import INFERRED, rule_iri, rule_quads
from calcigraph.names.vocabulary import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_HEADER = re.compile(r"^# (rule|derives): (.+)$", re.MULTILINE)
_LOCAL = re.compile(r"[#/]")
_NAMED = r"[:#/]{}(?![\w/-])"
"""A property or class as a query writes it, with a prefix or whole; a variable or a text of that name is none."""
_WORDS = re.compile(r'^\s*#.*$|"[^"\n]*"|\bBIND\(\s*\w*:\w+\s+AS\b|=\s*\w*:\w+', re.MULTILINE)
"""What no pattern matches: comments, texts, names that a variable is set to, and names that it is compared with."""
_ANY_TYPE = re.compile(r"(?:(?<![?$])\ba|rdf:type)\s+[?$]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it derives, and its query."""

    name: str
    derives: str
    query: str

    @property
    def graph(self) -> str:
        """The named graph of what this rule derives."""
        return INFERRED + self.name

    def reads(self, quads: Sequence[ox.Quad]) -> bool:
        """Tell whether the rule may match one of these quads by its property or its type, so that it must run again."""
        where = _WORDS.sub("", self.query.partition("WHERE")[2])
        properties = {quad.predicate.value for quad in quads}
        classes = {quad.object.value for quad in quads if quad.predicate.value == RDF_TYPE}  # type: ignore[union-attr]
        if classes and _ANY_TYPE.search(where):
            return True
        names = (properties | classes) - {RDF_TYPE}
        return any(re.search(_NAMED.format(re.escape(_LOCAL.split(name)[-1])), where) for name in names)

    @property
    def iri(self) -> str:
        """The rule itself."""
        return rule_iri(self.name)


def load_rules(files: Iterable[Path]) -> list[Rule]:
    """Return the rules in the files, in their order; raises ValueError for a file without its header."""
    rules = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        header = dict(_HEADER.findall(text))
        if header.keys() != {"rule", "derives"}:
            message = f"{path.name}: a rule starts with `# rule: name` and `# derives: what`"
            raise ValueError(message)
        rules.append(Rule(header["rule"], header["derives"], text))
    return rules


def infer(store: ox.Store, rules: Iterable[Rule]) -> int:
    """Add to the store what the rules derive, and return how many quads that is.

    Each rule runs until it finds nothing new. Rules run in their order, so that a rule may ask for the
    absence of what an earlier one derives.
    """
    count = 0
    for rule in rules:
        store.extend(rule_quads(rule.name, rule.derives, rule.graph))
        graph = ox.NamedNode(rule.graph)
        while True:
            derived: list[ox.Triple] = list(store.query(rule.query, use_default_graph_as_union=True))  # type: ignore[arg-type]
            used = {name for name in {triple.predicate for triple in derived} if _holds(store, None, name, None)}
            new = [
                ox.Quad(triple.subject, triple.predicate, triple.object, graph)
                for triple in derived
                if triple.predicate not in used or not _holds(store, triple.subject, triple.predicate, triple.object)
            ]
            store.bulk_extend(new)
            count += len(new)
            if not rule.reads(new):
                break
    return count


def _holds(store: ox.Store, subject: Any, predicate: ox.NamedNode, value: Any) -> bool:
    """Tell whether some graph of the store has such a triple."""
    return next(store.quads_for_pattern(subject, predicate, value, None), None) is not None
