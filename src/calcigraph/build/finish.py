"""Finish a store that holds the facts: derive, weigh, and write what stands beside it in a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcigraph.store.local import WITHDRAWN, write_info

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyoxigraph as ox

    from calcigraph.resources import Resources
    from calcigraph.store.local import BuildInfo


def finish(
    product: Resources, store: ox.Store, folder: Path, info: BuildInfo, progress: Callable[[str], None] = lambda _: None
) -> None:
    """Take out what was withdrawn, add what rules derive and what findings add up to, and write all that a build has.

    `info` is written with the numbers of quads that there are in the end. Raises BuildFailed if a pool or a profile
    breaks a shape.
    """
    import pyoxigraph as ox

    from calcigraph.build.weigh import weigh
    from calcigraph.build.withdraw import withdraw
    from calcigraph.names.vocabulary import load_vocabulary
    from calcigraph.reasoning.rules import infer, load_rules

    gone = withdraw(product, store)
    if gone:
        ox.serialize(gone, str(folder / WITHDRAWN), format=ox.RdfFormat.N_QUADS)
    progress("Deriving")
    derived = infer(store, load_rules(product.rule_files()))
    vocabulary = load_vocabulary(product.ontology_files(), product.mappings, more=product.namespaces)
    progress("Weighing")
    derived += weigh(product, store, vocabulary)
    progress("Writing")
    store.optimize()
    store.flush()
    store.dump(str(folder / "graph.nq"), format=ox.RdfFormat.N_QUADS)
    (folder / "names.json").write_text(vocabulary.to_json(), encoding="utf-8")
    write_info(folder, info._replace(quads=len(store), derived=derived))
