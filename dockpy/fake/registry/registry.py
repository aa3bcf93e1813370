"""A registry in this process: the OCI distribution API over a store of blobs."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dockpy.fake.blobs import Blob
from dockpy.fake.kernel.clock import RealClock
from dockpy.fake.registry.auth import Access, Gate
from dockpy.fake.registry.content import Content
from dockpy.fake.registry.faults import RateLimit, RegistryFault, RegistryFaults
from dockpy.fake.registry.local import host_of, named, registry_at
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError, RegistryRequest
from dockpy.fake.registry.store import Store
from dockpy.fake.registry.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dockpy.fake.kernel.clock import Clock
    from dockpy.fake.registry.store import HasBlob, Manifest, Repository
    from dockpy.registry.registry import Registry

__all__ = ["FakeRegistry", "SeenRequest"]

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = rf"(?P<name>{_COMPONENT}(?:/{_COMPONENT})*)"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]+"
_LONGEST_NAME = 255
_ACTIONS = {"GET": ("pull",), "HEAD": ("pull",), "DELETE": ("delete",)}
_SEEN = 10_000


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that a registry was sent, and the status of its answer; 0 where the connection was reset."""

    method: str
    path: str
    query: str
    status: int
    user_agent: str = ""
    authorization: str = field(default="", repr=False)


class FakeRegistry:
    """A registry: what is pushed to it stays in this process's memory.

    Fake daemons share it by reference; `serve` puts it on a socket, for real engines and whatever else
    speaks to registries.

    Args:
        users: name to password of those who may do everything; None lets everybody in.
        token_auth: clients are sent to ``/token`` for a token, as Docker Hub does it.
        token_ttl: for how many seconds a token is good.
        identity_tokens: who asks for one gets a token in place of a password, which does not expire.
        public: whoever says nothing of themselves may pull.
        allow: whether a user (None for nobody in particular) may do a thing to a repository: an action is
            ``pull``, ``push``, ``delete`` or, for the catalog, ``*``. None for what `users` and `public` say.
        spec: ``1.1`` of the OCI specification, or ``1.0``, which is what distribution 2.8 answers: tags come
            all at once, there are no referrers, a tag is not deleted, an upload that broke does not go on.
        deletes: manifests and blobs may be deleted.
        chunk: how many bytes each chunk of an upload but the last has to have; 0 for any.
        clock: tokens expire by it; None for the machine's.
        seed: its ids and tokens come from it; None for other ones each time.
        store: what it holds to begin with; None for nothing.

    Attributes:
        requests: what it was sent, the last 10,000; those of fake daemons too.
        faults: what goes wrong; `fail` adds to it.
        rate_limit: how much may be pulled; None for as much as one likes.
        host: what it is called in this process, where it needs no socket: ``registry-1.test``.
        blobs_at: whoever wants a blob is sent there, as Docker Hub does it: ``http://127.0.0.1:5001``, where
            it is served a second time, or ``https://storage.registry-1.test``; None gives them itself.
            Whoever says there who they are is refused.
    """

    def __init__(
        self,
        *,
        users: Mapping[str, str] | None = None,
        token_auth: bool = False,
        token_ttl: float = 300.0,
        identity_tokens: bool = True,
        public: bool = False,
        allow: Callable[[str | None, str, str], bool] | None = None,
        spec: Literal["1.0", "1.1"] = "1.1",
        deletes: bool = True,
        chunk: int = 0,
        clock: Clock | None = None,
        seed: int | None = None,
        store: Store | None = None,
    ) -> None:
        self._clock: Clock = clock if clock is not None else RealClock()
        self._random = random.Random(seed)  # noqa: S311 - of a registry that guards nothing
        self._public = public or users is None
        self._allow = allow
        self._store = store if store is not None else Store()
        self._newer = spec != "1.0"
        self._gate = Gate(
            users,
            tokens=token_auth,
            ttl=token_ttl,
            refreshable=identity_tokens,
            allows=self._allows,
            now=self._clock.now,
            new_secret=lambda: f"{self._random.getrandbits(256):064x}",
        )
        self._uploads = Uploads(
            self._store, self._random, resumable=self._newer, single=self._newer, chunk=chunk
        )
        self._content = Content(self._store, newer=self._newer, deletes=deletes)
        self._routes = self._table()
        self.requests: list[SeenRequest] = []
        self.faults: RegistryFaults = RegistryFaults()
        self.rate_limit: RateLimit | None = None
        self.host: str = named(self)
        self.blobs_at: str | None = None

    # The door

    def handle(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Iterable[bytes] | Blob = (),
    ) -> RegistryAnswer:
        """Answer a request.

        Args:
            method: in capitals.
            path: decoded, such as ``/v2/``.
            query: what follows its question mark, as it stands.
            headers: by names of any case.
            body: as it comes; a blob is taken over, not copied.

        Returns:
            The answer; its body has yet to be asked for.

        Raises:
            ConnectionResetError: the connection is to end without an answer: a fault.
        """
        given = {name.lower(): value for name, value in (headers or {}).items()}
        request = RegistryRequest(method, path, query, given, body)
        status = 0
        try:
            answer = self._answered(request)
            status = answer.status
        finally:
            agent = given.get("user-agent", "")
            who = given.get("authorization", "")
            self.requests.append(SeenRequest(method, path, query, status, agent, who))
            del self.requests[:-_SEEN]
        return answer

    def _answered(self, request: RegistryRequest) -> RegistryAnswer:
        if request.path == "/":
            return RegistryAnswer(200, {"Cache-Control": "no-cache", "Content-Length": "0"})
        try:
            answer = self.faults.answered(request, self._routed)
        except RegistryError as error:
            answer = error.answer()
        if request.path != "/token":
            answer.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        return answer

    def _routed(self, request: RegistryRequest) -> RegistryAnswer:
        if request.path == "/token" and self._gate.tokens:
            return self._gate.token(request)
        if request.path == "/v2":
            moved = b'<a href="/v2/">Moved Permanently</a>.\n\n'
            kind = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(moved))}
            return RegistryAnswer(301, {**kind, "Location": "/v2/"}, moved)
        if request.path.startswith("/storage/"):
            return self._content.stored(request)
        for pattern, methods in self._routes:
            if matched := pattern.fullmatch(request.path):
                return self._called(request, methods, matched.groupdict())
        return RegistryAnswer.of_text(404, "404 page not found\n")

    def _called(
        self,
        request: RegistryRequest,
        methods: Mapping[str, Callable[..., RegistryAnswer]],
        parts: dict[str, str],
    ) -> RegistryAnswer:
        name = parts.get("name")
        self._gate.check(request, self._wanted(request, name))
        if name is not None and len(name) > _LONGEST_NAME:
            raise RegistryError("UNKNOWN", {"Name": name, "Reason": {}})
        handler = methods.get(request.method) or methods.get("*")
        if handler is None and request.method == "HEAD" and (self._newer or len(methods) > 1):
            handler = methods.get("GET")
        if handler is None:
            listed = {
                **methods,
                **({"HEAD": None} if "/tags/" not in request.path and len(methods) > 1 else {}),
            }
            return RegistryAnswer.of_text(405, "Method not allowed\n", {"Allow": ", ".join(sorted(listed))})
        limited = {}
        if (
            self.rate_limit is not None
            and "/manifests/" in request.path
            and request.method in ("GET", "HEAD")
        ):
            limited = self.rate_limit.count(self._clock.now(), request.method == "GET")
        if self.blobs_at is not None and handler == self._content.blob:
            return self._content.sent_elsewhere(request, self.blobs_at, **parts)
        answer = handler(request, **parts)
        answer.headers.update(limited)
        return answer

    def _table(self) -> list[tuple[re.Pattern[str], dict[str, Callable[..., RegistryAnswer]]]]:
        content, uploads = self._content, self._uploads
        table: list[tuple[str, dict[str, Callable[..., RegistryAnswer]]]] = [
            ("/v2/", {"*": _base}),
            ("/v2/_catalog", {"GET": content.catalog}),
            (f"/v2/{_NAME}/tags/list", {"GET": content.tags}),
            (
                rf"/v2/{_NAME}/manifests/(?P<reference>[\w][\w.-]{{0,127}}|{_DIGEST})",
                {"GET": content.manifest, "PUT": content.put_manifest, "DELETE": content.delete_manifest},
            ),
            (f"/v2/{_NAME}/blobs/uploads/?", {"POST": uploads.begin}),
            (
                rf"/v2/{_NAME}/blobs/uploads/(?P<id>[a-zA-Z0-9\-_.=]+)",
                {
                    "GET": uploads.status,
                    "PATCH": uploads.receive,
                    "PUT": uploads.finish,
                    "DELETE": uploads.cancel,
                },
            ),
            (
                f"/v2/{_NAME}/blobs/(?P<digest>{_DIGEST})",
                {"GET": content.blob, "DELETE": content.delete_blob},
            ),
        ]
        if self._newer:
            table.append((f"/v2/{_NAME}/referrers/(?P<digest>{_DIGEST})", {"GET": content.referrers}))
        return [(re.compile(pattern, re.ASCII), methods) for pattern, methods in table]

    # Who may do what

    def _wanted(self, request: RegistryRequest, name: str | None) -> list[Access]:
        if name is None:
            return [Access("registry", "catalog", "*")] if request.path == "/v2/_catalog" else []
        wanted = [
            Access("repository", name, action) for action in _ACTIONS.get(request.method, ("pull", "push"))
        ]
        source = request.parameters.get("from")
        if request.method == "POST" and source:
            wanted.append(Access("repository", source, "pull"))
        return wanted

    def _allows(self, user: str | None, access: Access) -> bool:
        if self._allow is not None:
            return self._allow(user, access.name, access.action)
        return user is not None or (self._public and (self._gate.users is None or access.action == "pull"))

    # From Python

    def put_image(
        self,
        repository: str,
        tag: str | None,
        config: Mapping[str, Any] | Blob,
        layers: Sequence[HasBlob | bytes],
    ) -> Manifest:
        """Put an image there, as if it had been pushed.

        Args:
            repository: where, such as ``library/app``.
            tag: its tag; None for none.
            config: its OCI configuration; ``rootfs`` follows from the layers where it has none.
            layers: the lowest first: tars, not compressed, or what holds one as ``blob``.

        Returns:
            Its manifest.
        """
        blobs = [Blob.of(layer) if isinstance(layer, bytes) else layer.blob for layer in layers]
        if not isinstance(config, Blob):
            rootfs = {"type": "layers", "diff_ids": [blob.digest for blob in blobs]}
            config = Blob.of(json.dumps({"rootfs": rootfs, **config}, separators=(",", ":")).encode())
        return self._store.make(repository).put_image(tag, config, blobs)

    def repository(self, name: str) -> Repository | None:
        """A repository's blobs, manifests and tags; None where there is none."""
        return self._store.find(name)

    @property
    def repositories(self) -> list[str]:
        """The names of the repositories."""
        return self._store.names()

    def manifest(self, repository: str, reference: str) -> Manifest:
        """A manifest by tag or digest.

        Raises:
            RegistryError: it is not there.
        """
        found = self._store.find(repository)
        if found is None:
            raise RegistryError("NAME_UNKNOWN", {"name": repository})
        return found.manifest(reference)

    def blob(self, repository: str, digest: str) -> Blob:
        """A blob of a repository.

        Raises:
            RegistryError: it is not there.
        """
        found = self._store.find(repository)
        if found is None or digest not in found.blobs:
            raise RegistryError("BLOB_UNKNOWN", digest)
        return found.blobs[digest]

    def client(
        self, username: str | None = None, password: str | None = None, *, host: str | None = None
    ) -> Registry:
        """A `dockpy.Registry` of it, without a socket between.

        Args:
            username: whose; None for nobody's.
            password: of that user.
            host: what it is called there; None for its `host`. Any other registry of this process is found
                by its own.
        """
        from dockpy.registry.door import registry_in_process

        name = self.host if host is None else host_of(host)

        def find(wanted: str) -> FakeRegistry:
            found = self if host_of(wanted) == name else registry_at(wanted)
            if found is None:
                raise ConnectionRefusedError(111, f"no registry of this process is {wanted}")
            return found

        return registry_in_process(name, find, username, password)

    # What goes wrong

    def fail(
        self,
        method: str | None = None,
        path: str = "*",
        *,
        status: int | None = None,
        code: str = "UNKNOWN",
        message: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        times: int | None = None,
        after: int = 0,
        cut: int | None = None,
        corrupt: bool = False,
        redirect: str | None = None,
        reset: bool = False,
        answer: Callable[[RegistryRequest], RegistryAnswer] | None = None,
        drip: float = 0,
        lose: int | None = None,
    ) -> RegistryFault:
        """Let requests go wrong from now on.

        Args:
            method: only those, such as ``GET``; None for all.
            path: only those whose path is like this: ``*/blobs/*``.
            status: they are refused with it.
            code: of that error, such as ``TOOMANYREQUESTS``.
            message: of that error; None for the code's usual one.
            headers: of the answer, such as ``Retry-After``; None takes one away.
            times: so often; None for always.
            after: so many pass before.
            cut: the connection ends after that many bytes of the answer's body.
            corrupt: a byte of the answer's body is another one.
            redirect: they are sent to another place, such as ``http://127.0.0.1:5001``.
            reset: the connection ends without an answer.
            answer: what is answered instead: `hostile` has some that never end.
            drip: seconds before each byte of the answer's body.
            lose: the connection ends once that many bytes of the request's body have come.

        Returns:
            What was added; it is a context manager that takes it away again.
        """
        return self.faults.add(
            RegistryFault(
                self.faults,
                method,
                path,
                status=status,
                code=code,
                message=message,
                headers=dict(headers or {}),
                times=times,
                after=after,
                cut=cut,
                corrupt=corrupt,
                redirect=redirect,
                reset=reset,
                answer=answer,
                drip=drip,
                lose=lose,
            )
        )

    def expire_tokens(self) -> None:
        """No token that was handed out is good any more."""
        self._gate.revoke()

    def close(self) -> None:
        """Forget the uploads that have not ended."""
        self._uploads.close()

    def __repr__(self) -> str:
        return f"FakeRegistry({len(self.repositories)} repositories)"


def _base(request: RegistryRequest) -> RegistryAnswer:
    return RegistryAnswer(
        200, {"Content-Length": "2", "Content-Type": "application/json; charset=utf-8"}, b"{}"
    )
