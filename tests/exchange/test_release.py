"""A release: whole, checked by its own checksums, the same twice, and read by the tools of archives and catalogues."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from rocrate.rocrate import ROCrate

from calcigraph.errors import BadFolder
from calcigraph.exchange.formats import FORMATS
from calcigraph.exchange.output import OURS, to_folder
from calcigraph.exchange.release import release

if TYPE_CHECKING:
    from pathlib import Path

    from calcigraph import Evidence


@pytest.fixture(scope="module")
def folder(tiny: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of the small world."""
    place = tmp_path_factory.mktemp("releases") / "release"
    to_folder(release(tiny), place)
    return place


def test_sha256sum_finds_every_file_whole(folder: Path) -> None:
    """The checksums are those that sha256sum computes, and no file is without one."""
    ran = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    checked = {line.rpartition(": ")[0] for line in ran.stdout.splitlines()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there - checked == {"SHA256SUMS", OURS}


def test_the_manifest_tells_of_every_format_and_file(folder: Path) -> None:
    """The manifest has each format, with its losses, and each file with its size."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [form["name"] for form in manifest["formats"]] == list(FORMATS)
    for form in manifest["formats"]:
        lost = json.loads((folder / "losses" / f"{form['name']}.json").read_text(encoding="utf-8"))
        assert sum(one["count"] for one in lost["lost"]) == form["lost"]
    for file in manifest["files"]:
        content = (folder / file["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])


def test_a_release_made_twice_is_the_same(tiny: Evidence, folder: Path, tmp_path: Path) -> None:
    """The same evidence gives the same bytes, in every format."""
    to_folder(release(tiny), tmp_path / "again")
    for name in ("SHA256SUMS", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_rocrate_loads_it(folder: Path) -> None:
    """The rocrate library finds the root with all that RO-Crate asks for, and every file."""
    crate = ROCrate(folder)
    root = crate.root_dataset
    assert all(root.get(name) for name in ("name", "description", "datePublished", "license"))
    described = {entity.id for entity in crate.get_entities() if entity.type == "File"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    last = {"ro-crate-metadata.json", "manifest.json"}
    assert described == {file["path"] for file in manifest["files"]} - last


def test_the_description_counts_what_is_there(folder: Path) -> None:
    """VoID's counts are those of the N-Quads, and DCAT's checksums those of the files."""
    store = ox.Store()
    store.load(path=str(folder / "calcigraph.nq"), format=ox.RdfFormat.N_QUADS)
    described = ox.Store()
    described.load(path=str(folder / "description.ttl"), format=ox.RdfFormat.TURTLE)

    def numbers(name: str) -> list[int]:
        property_ = ox.NamedNode(f"http://rdfs.org/ns/void#{name}")
        return [int(str(q.object).split('"')[1]) for q in described.quads_for_pattern(None, property_, None, None)]

    assert numbers("triples") == [len(store)]
    assert numbers("distinctSubjects") == [len({quad.subject for quad in store})]
    lines = (line.split("  ") for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    sums = {path: checksum for checksum, path in lines}
    value = ox.NamedNode("http://spdx.org/rdf/terms#checksumValue")
    told = {
        str(q.subject).removesuffix("#sha256>").split("/release/")[1].partition("/")[2]: str(q.object).split('"')[1]
        for q in described.quads_for_pattern(None, value, None, None)
    }
    assert told
    assert told.items() <= sums.items()


def test_a_release_takes_the_place_of_a_release_and_of_nothing_else(tmp_path: Path) -> None:
    """A folder with other files is left alone."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadFolder, match="holds other files"):
        to_folder(iter(()), tmp_path)


def test_predicates_and_categories_are_tables_that_a_curator_can_read(tiny: Evidence) -> None:
    """Each line of the table of strength gives a reason, and each but those without a predicate a knowledge level."""
    with (tiny.product.exchange / "predicates.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert all(row["reason"].endswith(".") for row in rows)
    assert all((row["predicate"] == "-") == (row["knowledge_level"] == "") for row in rows)
