"""Trusty URIs: an address that holds a hash of what stands under it, so that any change shows.

The recipe is that of module RA at https://trustyuri.net/spec/v1.html: the quads are built under an address in which a
space stands for the hash, sorted, written line by line and hashed with SHA-256; then the hash takes the space's place.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable

    Quad = tuple[str, str, str, str | ox.Literal]
    """Graph, subject, predicate and object: addresses as texts."""

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def trusty(quads: Iterable[Quad], base: str) -> tuple[str, list[ox.Quad]]:
    """Return the trusty address and the quads under it; each is given as graph, subject, predicate and object.

    Addresses that begin with `base` and a space are those of what is built. There are no blank nodes.
    """
    every = _sorted(quads)
    code = _code(every)
    start = base + " "

    def placed(address: str) -> ox.NamedNode:
        return ox.NamedNode(base + code + address.removeprefix(start) if address.startswith(start) else address)

    return base + code, [
        ox.Quad(placed(s), placed(p), o if isinstance(o, ox.Literal) else placed(o), placed(g)) for g, s, p, o in every
    ]


def normal_form(quads: Iterable[Quad]) -> str:
    """Return the text that is hashed, and signed: the terms of the sorted quads, one a line."""
    return "".join(f"{_line(term)}\n" for quad in _sorted(quads) for term in quad)


def _sorted(quads: Iterable[Quad]) -> list[Quad]:
    return sorted(set(quads), key=_order)


def _order(quad: Quad) -> tuple[object, ...]:
    """Return what quads are sorted by: addresses by their bytes, literals after them, by text, type and language."""
    graph, subject, predicate, value = quad
    if isinstance(value, ox.Literal):
        datatype = "" if value.language else value.datatype.value
        last = (1, value.value.encode(), datatype, value.language or "")
    else:
        last = (0, value.encode(), "", "")
    return (str(graph).encode(), str(subject).encode(), str(predicate).encode(), last)


def _code(quads: Iterable[Quad]) -> str:
    digest = hashlib.sha256(normal_form(quads).encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _line(term: str | ox.Literal) -> str:
    if isinstance(term, str):
        return term
    text = term.value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"@{term.language.lower()} {text}" if term.language else f"^{term.datatype.value} {text}"


def is_whole(address: str, quads: Iterable[ox.Quad]) -> bool:
    """Tell whether quads are those that the hash in their trusty address was made of."""
    code = re.search(r"RA[\w-]{43}", address)
    if code is None:
        return False

    def written(term: object) -> str:
        return str(term).strip("<>").replace(code[0], " ")

    def quad_of(quad: ox.Quad) -> Quad:
        value = quad.object if isinstance(quad.object, ox.Literal) else written(quad.object)
        return (written(quad.graph_name), written(quad.subject), written(quad.predicate), value)

    return _code(map(quad_of, quads)) == code[0]
