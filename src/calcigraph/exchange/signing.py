"""Sign nanopublications with an RSA key: what is signed is the normal form that trusty URIs hash.

RSASSA-PKCS1-v1_5 with SHA-256, as the nanopublication network has it; the same key gives the same signature each time.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calcigraph.errors import BadKey

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PASSWORD = "CALCIGRAPH_KEY_PASSWORD"  # noqa: S105 -- the name of a variable
"""The variable of the environment that holds the password of an encrypted key."""
_LEAST_BITS = 2048


@dataclass(frozen=True)
class Signer:
    """Who signs: a private key, and the ORCID of the person whose key it is, as an address, if it is told."""

    key: RSAPrivateKey = field(repr=False)
    orcid: str = ""

    @property
    def public_key(self) -> str:
        """The public key, as base64 of its DER form."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(der).decode()

    def sign(self, text: str) -> str:
        """Return the signature of a text, as base64."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return b64encode(self.key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def read_key(file: Path, password: str = "", *, orcid: str = "") -> Signer:
    """Return the signer whose private key stands in a file: PEM, DER, or base64 of DER as the nanopub tools write it.

    Raises BadKey for a file that holds no RSA key of at least 2,048 bits, or one that the password does not open, and
    ModuleNotFoundError without the library.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    try:
        data = file.read_bytes()
    except OSError as error:
        raise BadKey(f"The key {file} cannot be read: {error.strerror or error}.") from error
    load = load_pem_private_key if b"-----BEGIN" in data else load_der_private_key
    try:
        key = load(data if b"-----BEGIN" in data else _der(data), password.encode() or None)
    except TypeError as error:
        what = "is encrypted: its password belongs in" if not password else "is not encrypted: leave out"
        raise BadKey(f"The key {file} {what} {PASSWORD}.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        why = f", or {PASSWORD} is not its password" if password else ""
        raise BadKey(f"{file} holds no private key that can be read{why}.") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise BadKey(f"{file} holds another key than one for RSA with {_LEAST_BITS:,} bits or more.")
    return Signer(key, orcid)


def _der(data: bytes) -> bytes:
    """Return DER as it is, or out of base64."""
    import binascii

    try:
        return binascii.a2b_base64(b"".join(data.split()), strict_mode=True)
    except binascii.Error:
        return data
