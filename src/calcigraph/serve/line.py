"""The line of one of several processes to their supervisor: it says which build it serves, and hears of the others."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class Line:
    """The end that a process holds."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._said = ("", "")
        self.builds: list[str] = []
        """The digest of the build that each process serves, or nothing for one that does not answer."""

    async def open(self, gone: Callable[[], None]) -> None:
        """Listen from now on; `gone` is called when the supervisor is."""
        reader, self._writer = await asyncio.open_connection(sock=self._control)
        self._listening = asyncio.create_task(self._listen(reader, gone))

    def say(self, build: str, failure: str = "") -> None:
        """Say which build is served, if any, or why there will be none."""
        if (build, failure) != self._said:
            self._said = build, failure
            self._writer.write(json.dumps({"build": build, "failure": failure}).encode() + b"\n")

    async def _listen(self, reader: asyncio.StreamReader, gone: Callable[[], None]) -> None:
        try:
            async for text in reader:
                self.builds = json.loads(text)
        finally:
            gone()
