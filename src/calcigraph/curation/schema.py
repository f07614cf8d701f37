"""Make a JSON Schema of records from context and shapes, for completion and errors in editors.

The shapes stay the judge: the schema says which keys there are, how often, and which values they take, so that an
editor knows while someone writes. It is made anew from them, so that it cannot say anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcigraph.records.context import XSD, Field, FieldKind, RecordContext, context_of

if TYPE_CHECKING:
    from calcigraph.resources import Resources

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The version that yaml-language-server knows best."""
_TEXT: dict[str, Any] = {"type": ["string", "number"]}
_FORMS: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "gYear": {"type": ["integer", "string"], "minimum": 1000, "maximum": 9999, "pattern": r"^\d{4}$"},
    "gYearMonth": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"},
    "date": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"},
    "language": {"type": "string", "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
}
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_REFERENCE = r"^(https?://\S+|(study|review|trial|cohort)/\S+|[A-Za-z0-9][A-Za-z0-9._-]*)$"


def schema(product: Resources) -> dict[str, Any]:
    """Return the schema of a record."""
    context = context_of(product)
    rules = _rules(product)
    parts = {f.iri: f.key for f in context.fields.values() if f.kind in (FieldKind.NODE, FieldKind.NODES)}
    definitions: dict[str, Any] = {
        key: _object(rules[iri], context, closed=True) for iri, key in parts.items() if iri in rules
    }
    for name, iri in context.types.items():
        record = _object(rules[iri], context, closed=True)
        record["properties"] = {
            "id": {"type": "string", "pattern": rf"^{name}/[A-Za-z0-9][A-Za-z0-9.-]*$"},
            "type": {"const": name},
            **record["properties"],
        }
        definitions[name] = record
    terms = {f.key: sorted(f.names) for f in context.fields.values() if f.kind is FieldKind.TERM}
    definitions |= {f"names-of-{key}": {"enum": names} for key, names in terms.items()}
    return {
        "$schema": DRAFT,
        "$id": f"{context.base}schema/record.json",
        "title": "A record of Calcigraph",
        "type": "object",
        "required": ["id", "type"],
        "properties": {"type": {"enum": sorted(context.types)}},
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"const": name}}},
                "then": {"$ref": f"#/definitions/{name}"},
            }
            for name in context.types
        ],
        "definitions": definitions,
    }


def _object(rules: dict[str, tuple[int, int | None, str]], context: RecordContext, *, closed: bool) -> dict[str, Any]:
    keys = [known for known in context.fields.values() if known.iri in rules]
    made: dict[str, Any] = {"type": "object", "additionalProperties": not closed}
    made["required"] = [known.key for known in keys if rules[known.iri][0] > 0]
    made["properties"] = {known.key: _key(known, *rules[known.iri]) for known in keys}
    return made if made["required"] else {name: value for name, value in made.items() if name != "required"}


def _key(known: Field, least: int, most: int | None, meaning: str) -> dict[str, Any]:
    """Return the schema of one key: a value, or a value or a list of them where several are allowed."""
    del least
    said = {"description": meaning} if meaning else {}
    part = {"$ref": f"#/definitions/{known.key}"}
    match known.kind:
        case FieldKind.NODES:
            return {**said, "type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": part}
        case FieldKind.NODE:
            return {**said, "allOf": [part]}
        case FieldKind.TERM:
            value: dict[str, Any] = {"$ref": f"#/definitions/names-of-{known.key}"}
        case FieldKind.REFERENCE:
            value = {"type": "string", "pattern": _REFERENCE}
        case FieldKind.LITERAL:
            value = _FORMS.get(known.datatype.removeprefix(XSD), _TEXT)
    values = value if most == 1 else {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    return {**said, "allOf": [values]} if "$ref" in values else {**said, **values}


def _rules(product: Resources) -> dict[str, dict[str, tuple[int, int | None, str]]]:
    """Return, by class or leading property, what each property's rule says: fewest, most, and what it means."""
    import pyoxigraph as ox

    store = ox.Store()
    for path in [*product.shape_files(), product.core]:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    found: dict[str, dict[str, tuple[int, int | None, str]]] = {}
    for row in store.query(product.keys.read_text(encoding="utf-8")):  # type: ignore[union-attr]
        most, meaning = row["greatest"], row["definition"]
        rule = (int(row["least"].value), int(most.value) if most else None, meaning.value if meaning else "")
        found.setdefault(row["on"].value, {})[row["property"].value] = rule
    return found
