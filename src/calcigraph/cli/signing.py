"""The options by which nanopublications are signed, for exports and releases alike."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcigraph.cli.talk import needing

if TYPE_CHECKING:
    from calcigraph.exchange.signing import Signer

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?")

sign = click.option(
    "--sign",
    "key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="KEYFILE",
    help="Sign nanopublications with this private RSA key; CALCIGRAPH_KEY_PASSWORD opens an encrypted one.",
)
signed_by = click.option("--signed-by", metavar="ORCID", help="Whose key that is.")


def signer(key: Path | None, orcid: str | None) -> Signer | None:
    """Return who signs, or nothing without a key; raises BadKey, and click.UsageError for what is no ORCID."""
    found = _ORCID.fullmatch(orcid or "")
    if orcid and key is None:
        message = "--signed-by says whose key --sign names: give both."
        raise click.UsageError(message)
    if orcid and found is None:
        message = f"{orcid!r} is no ORCID: write it as https://orcid.org/0000-0002-1825-0097."
        raise click.UsageError(message)
    if key is None:
        return None
    with needing({"cryptography"}, "Signing needs", "sign"):
        from calcigraph.exchange.signing import PASSWORD, read_key

        return read_key(key, os.environ.get(PASSWORD, ""), orcid=f"https://orcid.org/{found[1]}" if found else "")
