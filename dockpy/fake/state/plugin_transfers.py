"""Plugins between a daemon and registries: what one wants, pull, upgrade, push."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.registry import Manifest, Refusal
from dockpy.fake.state.image_lines import whole
from dockpy.fake.state.image_names import Name, parse_name
from dockpy.fake.state.image_pull import open_session
from dockpy.fake.state.plugin import PLUGIN_CONFIG, Bundle
from dockpy.fake.state.plugin_config import privileges, same_privileges
from dockpy.version import at_least
from dockpy.wire.oci import DOCKER_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from dockpy.fake.blobs import Blob
    from dockpy.fake.engine import Engine
    from dockpy.fake.registry import RegistrySession
    from dockpy.fake.state.image_lines import Lines

__all__ = ["pull", "push", "upgrade", "wanted"]

_STEP = 32 * 1024
_NO_PLUGIN = "fetched plugin image but plugin config is missing"
_MISSING = ("MANIFEST_UNKNOWN", "NAME_UNKNOWN")
_NO_TLS = "http: server gave HTTP response to HTTPS client"


def wanted(engine: Engine, remote: str, auth: str | None) -> list[dict[str, Any]]:
    """What a plugin wants; nothing where it cannot be had, as with the engines.

    Raises:
        Failure: 500, the name is none; or it is that of no plugin.
    """
    name = _named(engine, remote)
    session = open_session(engine.images, name, auth)
    try:
        manifest = session.manifest(name.digest or name.tag)
        if manifest.config_type != PLUGIN_CONFIG:
            raise Failure(500, f"did not find plugin config for specified reference {name.full}")
        digest = manifest.document["config"]["digest"]
        bundle = Bundle.of_manifest(manifest, _checked(session, digest), ())
    except Refusal:
        return []
    return privileges(bundle.config)


def pull(
    engine: Engine,
    remote: str,
    alias: str,
    granted: Sequence[dict[str, Any]],
    lines: Lines,
    *,
    auth: str | None = None,
) -> Iterator[bytes]:
    """Install a plugin.

    Args:
        engine: the daemon.
        remote: where it is.
        alias: what it is to go by here; empty for the same.
        granted: what it may do.
        lines: writes the messages.
        auth: who asks: the header ``X-Registry-Auth``.

    Raises:
        Failure: it cannot be had.
    """
    source = _named(engine, remote)
    name = _named(engine, alias) if alias else source
    if alias and name.digest:
        raise Failure(500, "cannot use digest in plugin tag")
    if name.digest:
        name = Name(name.host, name.path).with_default()
    if engine.plugins.named(name) is not None:
        raise Failure(400, f"plugin {name.familiar} already exists")
    bundle = yield from _fetch(engine, source, name, granted, lines, auth)
    engine.plugins.add(name, source, bundle)


def upgrade(
    engine: Engine,
    reference: str,
    remote: str,
    granted: Sequence[dict[str, Any]],
    lines: Lines,
    *,
    auth: str | None = None,
) -> Iterator[bytes]:
    """Put another in a plugin's place; its id, its name and what was set stay.

    Args:
        engine: the daemon.
        reference: its name here.
        remote: where the other is.
        granted: what it may do.
        lines: writes the messages.
        auth: who asks: the header ``X-Registry-Auth``.

    Raises:
        Failure: 404; 409, it is enabled; or the other cannot be had.
    """
    source = _named(engine, remote)
    name = _named(engine, reference)
    plugin = engine.plugins.named(name)
    if plugin is None:
        raise Failure(404, f'plugin "{name.familiar}" not found')
    if plugin.enabled:
        text = f"plugin {plugin.name.familiar} is enabled"
        raise Failure(409, f"plugin must be disabled before upgrading: {text}")
    bundle = yield from _fetch(engine, source, name, granted, lines, auth)
    plugin.bundle, plugin.reference = bundle, source
    engine.plugins.keep(*bundle.blobs)


def push(engine: Engine, reference: str, lines: Lines, *, auth: str | None = None) -> Iterator[bytes]:
    """Bring a plugin to the registry that its name says.

    Raises:
        Failure: 404, there is none; or its registry does not take it.
    """
    plugin = engine.plugins.get(reference)
    name = plugin.name
    yield lines.status(f"The push refers to repository [{name.repository}]")
    bundle = plugin.bundle
    ids = [blob.digest[7:19] for blob in (bundle.manifest, *bundle.layers, bundle.config_blob)]
    for id in ids * 2:
        yield lines.progress("Preparing", id)
    session = open_session(engine.images, name, auth, ("pull", "push"))
    for blob in (*bundle.layers, bundle.config_blob):
        try:
            if not session.has_blob(blob.digest):
                session.put_blob(blob)
        except Refusal as refusal:
            problem = _words(engine, refusal, f"blobs/{blob.digest}", name, session)
            raise Failure(500, f"error pushing plugin: {problem}") from None
    try:
        session.put_manifest(name.tag, Manifest(DOCKER_MANIFEST, bundle.manifest))
    except Refusal as refusal:
        problem = _words(engine, refusal, f"manifests/{name.tag}", name, session)
        raise Failure(500, f"error pushing plugin: {problem}") from None
    for id in ids:
        yield lines.progress("Upload complete", id)
    size = bundle.manifest.size
    yield lines.aux({"Tag": name.tag, "Digest": bundle.manifest.digest, "Size": size})


def _fetch(
    engine: Engine,
    source: Name,
    name: Name,
    granted: Sequence[dict[str, Any]],
    lines: Lines,
    auth: str | None,
) -> Generator[bytes, None, Bundle]:
    session = open_session(engine.images, source, auth)
    reference = source.digest or source.tag
    try:
        manifest = session.manifest(reference)
    except Refusal as refusal:
        text = _words(engine, refusal, f"manifests/{reference}", source, session)
        status = 404 if text.endswith(": not found") else 500
        raise Failure(status, f"error resolving plugin reference: {text}") from None
    yield lines.status(f"Pulling from {source.familiar_repository}", id=reference)
    yield lines.status(f"Digest: {manifest.digest}")
    try:
        document = manifest.document
    except ValueError:
        raise Failure(500, f"failed to parse manifest {manifest.digest}") from None
    try:
        layers = []
        for item in document.get("layers") or ():
            layers.append((yield from _layer(engine, session, item["digest"], lines)))
        is_one = manifest.config_type == PLUGIN_CONFIG
        config_blob = _checked(session, document["config"]["digest"]) if is_one else None
    except Refusal as refusal:
        raise Failure(500, refusal.full) from None
    engine.plugins.emit_pull(source, name)
    if config_blob is None:
        raise Failure(500, _NO_PLUGIN)
    bundle = Bundle.of_manifest(manifest, config_blob, tuple(layers))
    if not same_privileges(privileges(bundle.config), granted):
        raise Failure(500, "incorrect privileges")
    return bundle


def _layer(
    engine: Engine, session: RegistrySession, digest: str, lines: Lines
) -> Generator[bytes, None, Blob]:
    id = digest[7:19]
    known = engine.plugins.content(digest)
    yield lines.progress("Waiting" if known is None else "Already exists", id)
    blob = _checked(session, digest) if known is None else known
    engine.plugins.keep(blob)
    step = max(_STEP, whole(blob.size // 8))
    for done in range(step, blob.size, step):
        yield lines.progress("Extracting", id, done, blob.size)
    for _ in range(2):
        yield lines.progress("Extracting", id, blob.size, blob.size)
    yield lines.progress("Complete", id)
    if known is None:
        yield lines.progress("Download complete", id)
    return blob


def _checked(session: RegistrySession, digest: str) -> Blob:
    blob = session.blob(digest)
    if blob.digest != digest:
        raise Refusal(f"unexpected commit digest {blob.digest}, expected {digest}: failed precondition")
    return blob


def _named(engine: Engine, text: str) -> Name:
    try:
        return parse_name(text, engine.api).with_default()
    except Failure as failure:
        raise Failure(500, failure.message) from None


def _words(engine: Engine, refusal: Refusal, path: str, name: Name, session: RegistrySession) -> str:
    """How an engine tells what a registry refused of a plugin: not as it does of an image.

    It asks by HTTPS first and by HTTP then, and often tells what the first of the two came to.
    """
    plain = session.base.startswith("http://")
    url = f"{session.base}/v2/{name.path}/{path}"
    first = f'failed to do request: Head "https:{url.partition(":")[2]}"'
    cause = refusal.text.rpartition('": ')[2]
    if "connection refused" in cause:
        return f"{first}: {cause}"
    unseen = (
        refusal.status == 0 or refusal.code == "DENIED" or refusal.full != refusal.text
    )  # no answer came of it
    if plain and (unseen or path.startswith("blobs/") or not at_least(engine.api, "1.42")):
        return f"{first}: {_NO_TLS}"
    if refusal.code in _MISSING:
        return f"{name.familiar}: not found"
    if refusal.code == "DENIED":
        return (
            "pull access denied, repository does not exist or may require authorization: "
            "server message: insufficient_scope: authorization failed"
        )
    if refusal.retry and refusal.status == 0:
        return f"{first}: {cause}"
    status = HTTPStatus(refusal.status or 401)
    return f"unexpected status from HEAD request to {url}: {status.value} {status.phrase}"
