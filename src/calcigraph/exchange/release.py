"""A release: every export in one folder, with checksums, a manifest, and descriptions for catalogues and archives."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import calcigraph
from calcigraph.exchange.formats import FORMATS
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.source import NOTE, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

    from calcigraph.api import Evidence
    from calcigraph.exchange.formats import Files, Format, Write
    from calcigraph.exchange.signing import Signer

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
_MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "jsonl": "application/jsonl",
    "ttl": "text/turtle",
    "parquet": "application/vnd.apache.parquet",
}
"""The media types of files by ending, where a format has files of several kinds."""


class Written(NamedTuple):
    """A file of a release as it was written."""

    path: str
    format: str
    media_type: str
    purpose: str
    size: int
    sha256: str


class _Counted:
    """A file that counts and hashes what goes through it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def release(
    evidence: Evidence, *, signer: Signer | None = None, progress: Callable[[str], None] = lambda _: None
) -> Files:
    """Yield the files of a release; each must be written before the next is asked for, because the last tell of all.

    Nanopublications are signed by `signer`, if there is one.

    Raises ModuleNotFoundError if a library is missing that a format needs.
    """
    from calcigraph.exchange.crate import FILE, crate
    from calcigraph.exchange.description import describe

    written: list[Written] = []
    lost: dict[str, int] = {}
    fetched: dict[str, bytes] = {}
    for form in FORMATS.values():
        progress(f"Writing {form.name}")
        yield from _format(form, Source(evidence, fetched=fetched, signer=signer), written, lost)
    source = Source(evidence, fetched=fetched)
    last = (("description.ttl", "catalogues: DCAT 3 and VoID", describe), (FILE, "archives: RO-Crate 1.2", crate))
    for path, purpose, make in last:
        content = make(source, tuple(written))
        yield path, _noted(path, "", purpose, _whole(content), written)
    manifest = _manifest(source, written, lost)
    yield MANIFEST, _noted(MANIFEST, "", "this list of files", _whole(manifest), written)
    sums = "".join(f"{one.sha256}  {one.path}\n" for one in sorted(written))
    yield CHECKSUMS, _whole(sums.encode())


def _format(form: Format, source: Source, written: list[Written], lost: dict[str, int]) -> Files:
    losses = Losses(marks=tuple(mark.words for mark in source.marks))
    folder = "" if form.one_file else form.file
    for path, write in form.files(source, losses):
        yield folder + path, _noted(folder + path, form.name, form.purpose, write, written)
    path = f"losses/{form.name}.json"
    lost[form.name] = losses.total
    purpose = f"what {form.name} cannot carry"
    yield path, _noted(path, form.name, purpose, _whole(losses.to_json(form.name).encode()), written)


def _noted(path: str, name: str, purpose: str, write: Write, written: list[Written]) -> Write:
    ending = path.rpartition(".")[2]
    form = FORMATS.get(name)
    whole = form is not None and form.one_file and path == form.file
    media_type = form.media_type if form is not None and whole else _MEDIA[ending]

    def noted(file: BinaryIO) -> None:
        written.append(Written(path, name, media_type, purpose, *counted(file, write)))

    return noted


def counted(file: BinaryIO, write: Write) -> tuple[int, str]:
    """Let `write` write to the file; return how many bytes it wrote, and their SHA-256."""
    through: Any = _Counted(file)
    write(through)
    return through.size, through.digest.hexdigest()


def _whole(content: bytes) -> Write:
    return lambda file: file.write(content)


def _manifest(source: Source, written: list[Written], lost: dict[str, int]) -> bytes:
    document = {
        "name": "Calcigraph",
        "version": source.stamp,
        "software": calcigraph.__version__,
        "license": "CC0-1.0",
        "note": NOTE,
        **({"marked_sources": [mark.words for mark in source.marks]} if source.marks else {}),
        "formats": [
            {"name": form.name, "media_type": form.media_type, "for": form.purpose, "lost": lost[form.name]}
            for form in FORMATS.values()
        ],
        "files": [one._asdict() for one in sorted(written)],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
