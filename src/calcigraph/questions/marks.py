"""The marks on sources (retracted, doubted, corrected, superseded, preprint), and the answers that rest on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calcigraph.names.vocabulary import BASE
from calcigraph.questions.answers import rows
from calcigraph.questions.trace import row_nodes

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from calcigraph.questions.answers import Answer
    from calcigraph.questions.ask import Endpoint


class Mark(NamedTuple):
    """One mark on the source of a record.

    `since` is a day, month or year; `address` is that of the notice, `instead` the record that took its place. If
    the source is `withdrawn`, `left_out` of its findings, claims and observations are gone, which were on
    `treatments`; else `parts` of them count on.
    """

    record: str
    label: str
    standing: str
    since: str
    address: str
    instead: str
    by: str
    on: str
    note: str
    withdrawn: bool
    left_out: int
    parts: int
    treatments: frozenset[str]

    @property
    def words(self) -> str:
        """The mark in a sentence."""
        instead = f", in its place {self.instead.removeprefix(BASE)}" if self.instead else ""
        effect = f"{self.left_out} of its statements are left out" if self.withdrawn else "what it says counts on"
        return f"{self.label} is a {self.standing} since {self.since} ({self.address}){instead}: {effect}."


def marks(endpoint: Endpoint, query: str) -> dict[str, list[Mark]]:
    """Return all marks by record; raises EndpointFailed if a distant endpoint does not answer."""
    return by_record(endpoint.select(query))


def by_record(results: bytes) -> dict[str, list[Mark]]:
    """Return the marks by record that the results of `queries/standing/marked.rq` tell of, in the SPARQL JSON form."""
    found: dict[str, list[Mark]] = {}
    for row in rows(results):
        mark = Mark(
            record=row["record"],
            label=row["record_label"],
            standing=row["standing"],
            since=row["since"],
            address=row["address"],
            instead=row.get("instead", ""),
            by=row.get("by", ""),
            on=row.get("on", ""),
            note=row.get("note", ""),
            withdrawn=row["withdrawn"],
            left_out=row["left_out"],
            parts=row["parts"],
            treatments=frozenset(row.get("treatments", "").split()),
        )
        found.setdefault(mark.record, []).append(mark)
    return found


def on_answer(answer: Answer, known: Mapping[str, Sequence[Mark]]) -> list[Mark]:
    """Return the marks on the records that the rows of an answer name or rest on."""
    if not known:
        return []
    return on_records((node for row in range(1, len(answer) + 1) for node in row_nodes(answer, row)), known)


def on_records(nodes: Iterable[str], known: Mapping[str, Sequence[Mark]]) -> list[Mark]:
    """Return the marks on the records of these addresses, which may be those of their parts."""
    records = dict.fromkeys(node.partition("#")[0] for node in nodes) if known else {}
    return [mark for record in records for mark in known.get(record, ())]


def on_treatments(nodes: Iterable[str], treatments: Container[str], known: Mapping[str, Sequence[Mark]]) -> list[Mark]:
    """Return the marks on the records of these addresses, and on those withdrawn that said something on a treatment."""
    withdrawn = [
        record for record, many in known.items() if any(one in treatments for mark in many for one in mark.treatments)
    ]
    return on_records([*nodes, *withdrawn], known)
