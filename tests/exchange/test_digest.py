"""Digest authentication: a store that asks for it is published to and asked, and sees no password."""

from __future__ import annotations

import hashlib
import urllib.request
from typing import TYPE_CHECKING

import pytest

from calcigraph.errors import BadCredentials, EndpointFailed, PublishFailed
from calcigraph.exchange.distant import DistantStore, find_services
from calcigraph.exchange.publish import Publication
from calcigraph.store.credentials import PASSWORD, SCHEME, TOKEN, USER, credentials
from calcigraph.store.remote import RemoteEndpoint

if TYPE_CHECKING:
    from conftest import Proxy

    from calcigraph import Evidence
    from calcigraph.exchange.publish import Plan

ALL = "SELECT * { ?s ?p ?o }"
RIGHT = "open-sésame"


class Digest:
    """Lets in who answers the challenge as RFC 7616 says; a nonce serves three requests, and each count but once."""

    def __init__(self, algorithm: str = "SHA-256") -> None:
        self.algorithm = algorithm
        self.nonces = self.count = 0

    def __call__(self, method: str, path: str, authorization: str | None) -> str | None:
        """Return a new challenge, or nothing where the last one was answered."""
        if self._right(method, path, authorization or ""):
            self.count += 1
            return None
        self.nonces += 1
        self.count = 0
        return f'Digest realm="a store", qop="auth", nonce="n{self.nonces}", algorithm={self.algorithm}, opaque="o"'

    def _hash(self, text: str) -> str:
        return hashlib.new(self.algorithm.replace("-", ""), text.encode()).hexdigest()

    def _right(self, method: str, path: str, authorization: str) -> bool:
        scheme, _, rest = authorization.partition(" ")
        if scheme != "Digest":
            return False
        said = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest))
        if said["nonce"] != f"n{self.nonces}" or self.count == 3 or int(said["nc"], 16) != self.count + 1:
            return False
        who, what = self._hash(f"curator:a store:{RIGHT}"), self._hash(f"{method}:{path}")
        wanted = self._hash(f"{who}:{said['nonce']}:{said['nc']}:{said['cnonce']}:auth:{what}")
        return said["uri"] == path and said["response"] == wanted


@pytest.fixture(autouse=True)
def _curator(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (TOKEN, SCHEME):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(USER, "curator")
    monkeypatch.setenv(PASSWORD, RIGHT)


def _send(evidence: Evidence, url: str, way: str = "update") -> Plan:
    with DistantStore(url, seconds=20, attempts=1) as store:
        services = find_services(store, evidence.product.exchange / "stores.tsv", wanted=(way,))
        publication = Publication(evidence, store, services)
        plan = publication.plan()
        publication.run(plan)
        return plan


def _sent(proxy: Proxy) -> set[str]:
    """Return the schemes of what was sent."""
    return {(authorization or "nothing").partition(" ")[0] for _, _, authorization in proxy.seen}


@pytest.mark.parametrize(("way", "algorithm"), [("update", "MD5"), ("graph_store", "SHA-256")])
def test_what_a_store_asks_a_digest_for_is_published(tiny: Evidence, proxy: Proxy, way: str, algorithm: str) -> None:
    """Everything arrives, also where a nonce ends when a body has gone out, and a second run sends nothing."""
    proxy.guards.append(Digest(algorithm))
    plan = _send(tiny, proxy.url, way)
    again = _send(tiny, proxy.url, way)
    assert plan.steps
    assert (again.steps, again.same) == (0, plan.send)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_an_endpoint_that_asks_for_a_digest_is_asked(proxy: Proxy, algorithm: str) -> None:
    """A question is answered, after the challenge."""
    proxy.guards.append(Digest(algorithm))
    assert b'"results"' in RemoteEndpoint(f"{proxy.url}/query").select(ALL)


def test_a_wrong_password_changes_nothing(tiny: Evidence, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing and asking are refused in a sentence that holds no secret, and the store stays as it was."""
    monkeypatch.setenv(PASSWORD, "open-barley")
    proxy.guards.append(Digest())
    told = rf"refuses the credentials in the environment.*check {USER} and {PASSWORD}"
    with pytest.raises(PublishFailed, match=told) as publishing:
        _send(tiny, proxy.url)
    with pytest.raises(EndpointFailed, match=told) as asking:
        RemoteEndpoint(f"{proxy.url}/query").select(ALL)
    assert "barley" not in f"{publishing.value} {asking.value}"
    proxy.guards.clear()
    assert b'"bindings":[]' in RemoteEndpoint(f"{proxy.url}/query").select(ALL)


def test_who_asks_for_digests_never_sends_a_password(
    tiny: Evidence, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the scheme digest in the environment, what is sent before a challenge holds no credentials."""
    monkeypatch.setenv(SCHEME, "digest")
    proxy.guards.append(Digest())
    _send(tiny, proxy.url)
    RemoteEndpoint(f"{proxy.url}/query").select(ALL)
    assert _sent(proxy) == {"nothing", "Digest"}
    assert not credentials().exposed("http://example.org/")


def test_a_store_that_wants_the_password_itself_does_not_get_it(
    tiny: Evidence, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the scheme digest, a store that asks for Basic is a refusal, which says what to do."""
    monkeypatch.setenv(SCHEME, "digest")
    proxy.guards.append(lambda *_: 'Basic realm="a store"')
    with pytest.raises(PublishFailed, match=f"or take {SCHEME} away"):
        _send(tiny, proxy.url)
    with pytest.raises(EndpointFailed, match=f"or take {SCHEME} away"):
        RemoteEndpoint(f"{proxy.url}/query").select(ALL)
    assert _sent(proxy) == {"nothing"}


def test_a_token_answers_no_challenge(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token comes first, and where it is refused nothing else is tried."""
    monkeypatch.setenv(TOKEN, "abc")
    proxy.guards.append(Digest())
    with pytest.raises(EndpointFailed, match="refuses the credentials"):
        RemoteEndpoint(f"{proxy.url}/query").select(ALL)
    assert _sent(proxy) == {"Bearer"}


def test_a_digest_that_cannot_be_made_is_told(tiny: Evidence, proxy: Proxy) -> None:
    """A challenge by an algorithm that is not known is a sentence."""
    proxy.guards.append(lambda *_: 'Digest realm="a store", nonce="n", qop="auth", algorithm=SHA-3')
    with pytest.raises(PublishFailed, match="a digest that cannot be made: 'SHA-3'"):
        _send(tiny, proxy.url)
    with pytest.raises(EndpointFailed, match="the algorithm SHA-3, and only MD5 and SHA-256"):
        RemoteEndpoint(f"{proxy.url}/query").select(ALL)


def test_a_scheme_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the scheme does not send the password in another way."""
    monkeypatch.setenv(SCHEME, "digset")
    with pytest.raises(BadCredentials, match=f"{SCHEME} is 'digset': write digest"):
        credentials()
