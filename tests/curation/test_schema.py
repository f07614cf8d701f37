"""The JSON Schema of records: all records pass it, and slips fail at their place."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
import yaml

from calcigraph.curation.schema import schema
from calcigraph.resources import record_files, resources


def _data(name: str) -> Any:
    """Return a record as an editor reads it: days are text."""
    loaded = yaml.safe_load((resources().seeds / name).read_text(encoding="utf-8"))
    return json.loads(json.dumps(loaded, default=str))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    """Return a validator of the schema, which is a sound one itself."""
    made = schema(resources())
    jsonschema.Draft7Validator.check_schema(made)
    return jsonschema.Draft7Validator(made)


def test_all_records_pass(validator: jsonschema.Draft7Validator) -> None:
    """No record has an error: the schema forbids nothing that the shapes allow there."""
    seeds = resources().seeds
    files = [str(path.relative_to(seeds)) for path in record_files(seeds)]
    wrong = {name: errors for name in files if (errors := [e.message for e in validator.iter_errors(_data(name))])}
    assert len(files) > 200
    assert not wrong


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["findings", "calcinosis", "treatment"], "sodium thiosulphate", ["findings", "calcinosis", "treatment"]),
        (["findings", "calcinosis", "patients"], "one", ["findings", "calcinosis", "patients"]),
        (["findings", "calcinosis", "patients"], [1, 2], ["findings", "calcinosis", "patients"]),
        (["findings", "calcinosis", "pateints"], 1, ["findings", "calcinosis"]),
        (["findings", "calcinosis", "direction"], None, ["findings", "calcinosis", "direction"]),
        (["findings", "calcinosis", "harms", "stopped", "event"], "fever, high", [
            "findings", "calcinosis", "harms", "stopped", "event",
        ]),
        (["findings", "a b"], {}, ["findings"]),
        (["readings", "letter", "part"], "whole", ["readings", "letter", "part"]),
        (["curation", "curated_on"], "23.11.2026", ["curation", "curated_on"]),
        (["design"], "cas report", ["design"]),
        (["trial_status"], "completed", []),
        (["type"], "sutdy", ["type"]),
    ],
)  # fmt: skip
def test_a_slip_fails_at_its_place(
    validator: jsonschema.Draft7Validator, path: list[str], value: object, place: list[str]
) -> None:
    """A wrong name, type, number of values, key or date is an error at that very place."""
    data = copy.deepcopy(_data("studies/badawi-iv-sts.yaml"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert place in [list(error.absolute_path) for error in validator.iter_errors(data)]


@pytest.mark.parametrize("key", ["treatment", "condition", "direction", "purpose"])
def test_a_missing_key_fails(validator: jsonschema.Draft7Validator, key: str) -> None:
    """A finding without a key that the shapes demand is an error at the finding, which names the key."""
    data = _data("studies/badawi-iv-sts.yaml")
    del data["findings"]["pain"][key]
    errors = [(list(error.absolute_path), error.message) for error in validator.iter_errors(data)]
    assert errors == [(["findings", "pain"], f"{key!r} is a required property")]


def test_keys_say_what_they_mean(validator: jsonschema.Draft7Validator) -> None:
    """Every key of a finding carries the definition of its property, for an editor to show."""
    keys = validator.schema["definitions"]["findings"]["properties"]
    assert all(len(key.get("description", "")) > 10 for key in keys.values())


def test_the_command_writes_the_schema() -> None:
    """`calcigraph schema` writes what the function makes."""
    ran = subprocess.run([sys.executable, "-m", "calcigraph", "schema"], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == schema(resources())
