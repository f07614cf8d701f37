"""Networks for GraphML and Cytoscape: treatments and conditions are nodes, what is reported and claimed are edges."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calcigraph.exchange.assertions import assertions
from calcigraph.exchange.source import compact

if TYPE_CHECKING:
    from typing import BinaryIO

    from calcigraph.exchange.assertions import Assertion
    from calcigraph.exchange.formats import Files
    from calcigraph.exchange.losses import Losses
    from calcigraph.exchange.source import Source


def network(source: Source, losses: Losses) -> Any:
    """Return a networkx graph with an edge per assertion, from treatment to condition; its key is the assertion's."""
    import networkx as nx

    graph = nx.MultiDiGraph(name="Calcigraph", date=source.stamp, note="Reported response is not efficacy.")
    for one in assertions(source, losses):
        for iri, kind in ((one.treatment, "treatment"), (one.condition, "condition")):
            graph.add_node(compact(iri), label=source.label(iri), kind=kind)
        graph.add_edge(compact(one.treatment), compact(one.condition), key=compact(one.iri), **_edge(one))
    losses.add_unread(source)
    return graph


def _edge(one: Assertion) -> dict[str, str | int]:
    part, record = one.part, one.record
    said = {"finding": "direction", "claim": "stance", "trial": "trialStatus"}[part.kind]
    attributes = {
        "predicate": one.predicate,
        "bearing": part.kind,
        "says": part.label(said),
        "part": compact(part.iri),
        "record": compact(record.iri),
        "citation": record.text("label"),
        "design": ", ".join(record.labels("design")),
        "year": record.text("hasPublicationYear"),
        "patients": part.number("patients"),
        "responders": part.number("responders"),
    }
    return {key: value for key, value in attributes.items() if value not in (None, "")}


def graphml(source: Source, losses: Losses) -> Files:
    """Yield the network as GraphML."""

    def write(file: BinaryIO) -> None:
        import networkx as nx

        graph = network(source, losses)
        file.write(b"<?xml version='1.0' encoding='utf-8'?>\n")
        file.writelines(f"{line}\n".encode() for line in nx.generate_graphml(graph, named_key_ids=True))

    yield "calcigraph.graphml", write


def cytoscape(source: Source, losses: Losses) -> Files:
    """Yield the network as Cytoscape JSON."""

    def write(file: BinaryIO) -> None:
        import networkx as nx

        graph = nx.cytoscape_data(network(source, losses))
        file.write((json.dumps(graph, indent=1, ensure_ascii=False) + "\n").encode())

    yield "calcigraph.cyjs", write
