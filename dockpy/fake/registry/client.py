"""How a fake daemon speaks to a registry: the requests that an engine makes, without a socket between."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlencode, urlsplit

from dockpy.fake.blobs import Blob
from dockpy.fake.registry.refusal import Refusal, refused
from dockpy.fake.registry.store import Manifest
from dockpy.wire.oci import INDEX_TYPES, MANIFEST_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.registry.credentials import Credentials
    from dockpy.fake.registry.messages import RegistryAnswer
    from dockpy.fake.registry.registry import FakeRegistry

__all__ = ["RegistrySession"]

_ACCEPT = ", ".join((*MANIFEST_TYPES, *INDEX_TYPES))
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_LOOPBACK = re.compile(r"localhost|127\.[\d.]+|\[::1\]")
_FURTHEST = 10


class RegistrySession:
    """A daemon's way to one repository, with somebody's credentials.

    What goes wrong is a `Refusal`, whose words are the engine's.

    Attributes:
        base: where its paths begin, as the engine calls it: ``https://registry-1.docker.io``.

    Args:
        host: the registry's name: ``docker.io``, ``127.0.0.1:5000``.
        repository: such as ``library/busybox``; empty for none in particular.
        find: the registry of a host.
        credentials: whose; None for nobody's.
        actions: what is to be done: ``pull``, or ``pull`` and ``push``.
    """

    def __init__(
        self,
        host: str,
        repository: str,
        find: Callable[[str], FakeRegistry],
        *,
        credentials: Credentials | None = None,
        actions: tuple[str, ...] = ("pull",),
    ) -> None:
        self.host: str = "registry-1.docker.io" if host == "docker.io" else host
        self.repository: str = repository
        self._find = find
        self._credentials = credentials
        self._actions = actions
        self._authorization: str | None = None
        self._challenge = ""  # of a registry that wants tokens
        self._pinged = False
        plain = _LOOPBACK.fullmatch(re.sub(r":\d+$", "", self.host)) is not None
        self.base: str = f"{'http' if plain else 'https'}://{self.host}"

    # What a daemon asks

    def ping(self) -> str | None:
        """Ask whether anybody is there, as engines do first.

        Returns:
            How it wants to be asked: its challenge, or None where it wants nothing.
        """
        self._pinged = True
        answer = self._sent(self.host, "GET", "/v2/")
        if answer.status not in (200, 401):
            refused("GET", f"{self.base}/v2/", answer)
        return answer.headers.get("Www-Authenticate")

    def reach(self) -> None:
        """See that somebody is there; how it wants to be asked is asked again later.

        Raises:
            Refusal: nobody is.
        """
        self.ping()
        self._pinged = False

    def login(self) -> str:
        """Try the credentials.

        Returns:
            An identity token, where the registry gives such; else nothing.
        """
        challenge = self.ping()
        if challenge is None:
            return ""
        url = f"{self.base}/v2/"
        if challenge.startswith("Basic"):
            if self._credentials is None:
                raise Refusal(f'Get "{url}": no basic auth credentials')
            self._authorization = self._credentials.basic
            answer = self._sent(self.host, "GET", "/v2/")
            if answer.status != 200:
                raise Refusal(f"login attempt to {url} failed with status: 401 Unauthorized")
            return ""
        return self._fetch_token(challenge, "GET", url, offline=True)

    def manifest(self, reference: str) -> Manifest:
        """A manifest by tag or digest."""
        path = f"manifests/{reference}"
        accept = {"Accept": _ACCEPT}
        if ":" not in reference:  # what the tag stands for is asked first, and that is fetched
            head = self._asked("HEAD", path, headers=accept)
            if head.status == 200 and (digest := head.headers.get("Docker-Content-Digest")):
                path = f"manifests/{digest}"
        answer = self._asked("GET", path, headers=accept)
        if answer.status != 200:
            refused("GET", self._url(path), answer)
        content = self._content(answer, path)
        if ":" in reference and content.digest != reference:
            raise Refusal(f"manifest verification failed for digest {reference}", code="DIGEST_INVALID")
        return Manifest(answer.headers.get("Content-Type", ""), content)

    def blob(self, digest: str) -> Blob:
        """A blob; its digest may be another one where the registry is not honest."""
        path = f"blobs/{digest}"
        answer = self._asked("GET", path)
        if answer.status == 404:
            raise Refusal("unknown blob", code="BLOB_UNKNOWN")
        if answer.status != 200:
            refused("GET", self._url(path), answer)
        return self._content(answer, path)

    def has_blob(self, digest: str) -> bool:
        """Whether a blob is there."""
        answer = self._asked("HEAD", f"blobs/{digest}")
        if answer.status not in (200, 404):
            refused("HEAD", self._url(f"blobs/{digest}"), answer)
        return answer.status == 200

    def put_blob(self, blob: Blob, *, mount_from: str | None = None) -> bool:
        """Send a blob.

        Args:
            blob: the blob.
            mount_from: a repository of the same registry that may have it.

        Returns:
            Whether it was mounted from there, and nothing sent.
        """
        query = urlencode({"mount": blob.digest, "from": mount_from}) if mount_from is not None else ""
        answer = self._begun(query, mount_from)
        if answer.status == 201:
            return True
        if answer.status != 202:
            refused("POST", self._url("blobs/uploads/"), answer)
        place = urlsplit(answer.headers["Location"])
        answer = self._passed("PATCH", place.path, query=place.query, body=blob)
        if answer.status != 202:
            refused("PATCH", f"{self.base}{place.path}", answer)
        place = urlsplit(answer.headers["Location"])
        query = f"{place.query}&{urlencode({'digest': blob.digest})}"
        answer = self._passed("PUT", place.path, query=query)
        if answer.status != 201:
            refused("PUT", f"{self.base}{place.path}", answer)
        return False

    def _begun(self, query: str, mount_from: str | None) -> RegistryAnswer:
        """The answer to an upload's first request; for a mount alone there is a token of its own."""
        if mount_from is None or not self._challenge:
            return self._asked("POST", "blobs/uploads/", query=query)
        usual = self._authorization
        self._fetch_token(self._challenge, "POST", self._url("blobs/uploads/"), source=mount_from)
        answer = self._asked("POST", "blobs/uploads/", query=query)
        self._authorization = usual
        return answer

    def put_manifest(self, reference: str, manifest: Manifest) -> str:
        """Send a manifest.

        Returns:
            Its digest.
        """
        path = f"manifests/{reference}"
        headers = {"Content-Type": manifest.media_type}
        answer = self._asked("PUT", path, headers=headers, body=manifest.blob)
        if answer.status != 201:
            refused("PUT", self._url(path), answer)
        return manifest.digest

    def tags(self) -> list[str]:
        """The repository's tags."""
        answer = self._asked("GET", "tags/list")
        if answer.status != 200:
            refused("GET", self._url("tags/list"), answer)
        tags: list[str] = json.loads(self._content(answer, "tags/list").read())["tags"]
        return tags

    # How it asks

    def _url(self, path: str) -> str:
        return f"{self.base}/v2/{self.repository}/{path}"

    def _content(self, answer: RegistryAnswer, path: str) -> Blob:
        try:
            return _whole(answer)
        except ConnectionResetError:
            raise Refusal("unexpected EOF", retry=True) from None

    def _asked(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Blob | tuple[()] = (),
    ) -> RegistryAnswer:
        return self._passed(method, f"/v2/{self.repository}/{path}", query=query, headers=headers, body=body)

    def _passed(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Blob | tuple[()] = (),
    ) -> RegistryAnswer:
        """The answer to a request with what the registry wants to know of us; redirects are followed."""
        url = f"{self.base}{path}"
        if not self._pinged and (challenge := self.ping()) is not None:
            self._authorize(challenge, method, url)
        answer = self._sent(self.host, method, path, query, headers, body)
        if answer.status == 401 and self._authorization is not None:  # the token has expired meanwhile
            challenge = answer.headers.get("Www-Authenticate", "")
            if 'error="invalid_token"' in challenge:
                self._fetch_token(challenge, method, url)
                answer = self._sent(self.host, method, path, query, headers, body)
        for _ in range(_FURTHEST):
            if answer.status not in (301, 302, 307, 308):
                return answer
            to = urlsplit(answer.headers["Location"])
            answer = self._sent(to.netloc or self.host, method, to.path, to.query, headers, body)
        raise Refusal(f'{method.capitalize()} "{url}": stopped after {_FURTHEST} redirects')

    def _sent(
        self,
        host: str,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Blob | tuple[bytes, ...] = (),
    ) -> RegistryAnswer:
        given = {"host": host, "user-agent": "docker/fake", **(headers or {})}
        given["x-forwarded-proto"] = self.base.partition(":")[0]
        if self._authorization is not None and host == self.host:
            given["authorization"] = self._authorization
        try:
            return self._find(host).handle(method, path, query, given, body)
        except ConnectionRefusedError as error:
            self._broken(method, path, f"dial tcp {error}: connect: connection refused")
        except ConnectionResetError:
            self._broken(method, path, "EOF")

    def _broken(self, method: str, path: str, how: str) -> NoReturn:
        raise Refusal(f'{method.capitalize()} "{self.base}{path}": {how}', retry=True)

    def _authorize(self, challenge: str, method: str, url: str) -> None:
        if challenge.startswith("Basic"):
            if self._credentials is None:
                raise Refusal("no basic auth credentials", url=url, method=method)
            self._authorization = self._credentials.basic
        else:
            self._fetch_token(challenge, method, url)

    def _fetch_token(
        self, challenge: str, method: str, url: str, *, offline: bool = False, source: str = ""
    ) -> str:
        """Get a token, which is good to pull from another repository too; the identity token on demand."""
        self._challenge = challenge
        said = dict(_CHALLENGE.findall(challenge))
        place = urlsplit(said.get("realm", ""))
        asked = {"service": said.get("service", "")}
        if self.repository:
            asked["scope"] = f"repository:{self.repository}:{','.join(reversed(self._actions))}"
            asked["scope"] += f" repository:{source}:pull" if source else ""
        if offline:
            asked["offline_token"] = "true"  # noqa: S105 - the name of a parameter
        self._authorization = None
        headers = {"host": place.netloc}
        body = b""
        who = self._credentials
        if who is not None and who.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": who.identity_token, "client_id": "docker"}
            body = urlencode({**asked, **form}).encode()
        elif who is not None and who.username:
            headers["authorization"] = who.basic
            asked["account"] = who.username
        registry = self._find(place.netloc)
        if body:
            answer = registry.handle("POST", place.path, "", headers, (body,))
        else:
            answer = registry.handle("GET", place.path, urlencode(asked), headers)
        if answer.status != 200:
            refused(method, url, answer, of_token=True)
        given = json.loads(b"".join(answer.pieces()))
        self._authorization = f"Bearer {given.get('token') or given.get('access_token')}"
        identity: str = given.get("refresh_token", "")
        return identity


def _whole(answer: RegistryAnswer) -> Blob:
    return answer.blob or Blob.from_pieces(answer.pieces())
