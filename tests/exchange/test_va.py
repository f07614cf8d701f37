"""VA-Spec evidence lines, held to the models of ga4gh.va_spec."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from ga4gh.va_spec.base import EvidenceLine

from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import scoped
from calcigraph.names.vocabulary import TERMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcigraph import Evidence

    Exported = Callable[..., dict[str, bytes]]


def test_each_line_is_an_evidence_line(evidence: Evidence, exported: Exported) -> None:
    """The model accepts every line, with its proposition, document and extensions."""
    (content,) = exported(evidence, "va-spec").values()
    lines = json.loads(content)
    for line in lines:
        made = EvidenceLine(**line)
        assert made.targetProposition is not None
    assert len({line["id"] for line in lines}) == len(lines) > 100


def test_a_line_without_a_direction_is_refused(tiny: Evidence, exported: Exported) -> None:
    """The model does check: a direction that it does not have is refused."""
    (content,) = exported(tiny, "va-spec").values()
    line = json.loads(content)[0]
    with pytest.raises(ValueError, match="directionOfEvidenceProvided"):
        EvidenceLine(**line | {"directionOfEvidenceProvided": "proves"})


def test_what_was_not_looked_at_is_not_called_neutral(evidence: Evidence, exported: Exported) -> None:
    """Neutral is for mixed results alone; what was not assessed, or not stated, is left out and counted."""
    lost = Losses()
    (content,) = exported(evidence, "va-spec", lost).values()
    parts = scoped(evidence).parts
    for line in json.loads(content):
        part = parts[line["hasEvidenceItems"][0]]
        says = {value.text.removeprefix(TERMS) for value in (*part.peek("direction"), *part.peek("stance"))}
        if line["directionOfEvidenceProvided"] == "neutral":
            assert says <= {"MixedEffect", "MixedStance"}
    assert any((kind, what) == ("finding", "direction") for kind, what, _ in lost.counted)


def test_every_direction_and_stance_has_a_line_in_the_table(tiny: Evidence) -> None:
    """No direction and no stance of the ontology is without a word on what becomes of it."""
    text = (tiny.product.exchange / "va-directions.tsv").read_text(encoding="utf-8")
    told = {line.split("\t")[1] for line in text.splitlines()[1:]}
    source = scoped(tiny)
    own = (source.below("EffectDirection") | source.below("Stance")) - {TERMS + "EffectDirection", TERMS + "Stance"}
    assert told == {source.label(iri) for iri in own}
