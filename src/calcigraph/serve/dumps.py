"""`/dumps`: the whole graph as files, made once per build, with their checksums."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from calcigraph.errors import BuildFailed
from calcigraph.exchange.formats import FORMATS
from calcigraph.exchange.losses import Losses
from calcigraph.exchange.release import CHECKSUMS, Written, counted
from calcigraph.exchange.source import Source
from calcigraph.places import appearing
from calcigraph.serve.problems import Refused, Why
from calcigraph.serve.replies import FRESH, has_already, reply

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from calcigraph.api import Evidence
    from calcigraph.serve.serving import Current, Serving
    from calcigraph.store.local import Build

_FORMATS = ("nquads", "trig", "turtle")
_FOLDER = "dumps"
_LIST = "written.json"
_making = asyncio.Lock()


async def dump(request: Request) -> Response:
    """Give a file of the graph, or the checksums of all; other software reads parts of it by Range."""
    current: Current = request.app.state.current
    folder, written = await made(current, current.serving)
    name = request.path_params["name"]
    if name == CHECKSUMS:
        lines = "".join(f"{one.sha256}  {one.path}\n" for one in written)
        return reply(request, lines, "text/plain; charset=utf-8")
    found = next((one for one in written if one.path == name), None)
    if found is None:
        files = ", ".join([*(one.path for one in written), CHECKSUMS])
        raise Refused(Why.NOT_FOUND, f"There is no dump {name!r}. There are: {files}.")
    headers = FRESH | {"ETag": f'W/"{found.sha256}"', "Repr-Digest": f"sha-256=:{_base64(found.sha256)}:"}
    if has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(folder / name, headers=headers, media_type=found.media_type, filename=name)


async def made(current: Current, serving: Serving) -> tuple[Path, list[Written]]:
    """Return the folder of a build's dumps and what is in it; they are written if they are not there.

    Raises BuildFailed if the disk refuses, or if the build is no longer there.
    """
    build = current.home.find(serving.digest)
    if build is None:
        message = f"The build {serving.digest} is no longer on the disk."
        raise BuildFailed(message)
    folder = build.path / _FOLDER
    async with _making:
        if not (folder / _LIST).is_file():
            evidence = dataclasses.replace(serving.library.evidence, dump=build.dump)
            await asyncio.to_thread(_write, build, folder, evidence)
        text = await asyncio.to_thread((folder / _LIST).read_text, encoding="utf-8")
    return folder, [Written(**one) for one in json.loads(text)]


def _write(build: Build, folder: Path, evidence: Evidence) -> None:
    """Write the dumps and the list of them, so that the folder appears in whole."""
    written = []
    try:
        with appearing(folder) as fresh:
            for name in _FORMATS:
                form = FORMATS[name]
                for path, write in form.files(Source(evidence), Losses()):
                    with (fresh / path).open("wb") as file:
                        size, sha256 = counted(file, write)
                    written.append(Written(path, name, form.media_type, form.purpose, size, sha256))
            told = json.dumps([one._asdict() for one in written])
            (fresh / _LIST).write_text(told, encoding="utf-8")
    except OSError as error:
        message = f"The dumps of {build.path.name} could not be written: {error.strerror or error}."
        raise BuildFailed(message) from error


def _base64(digest: str) -> str:
    import base64

    return base64.b64encode(bytes.fromhex(digest)).decode()
