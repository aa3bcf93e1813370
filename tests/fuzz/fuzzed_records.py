"""Targets: what is read of files, registries and engines: configuration, manifests, tokens, payloads."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import pkgutil
import tempfile
from pathlib import Path
from typing import Any

from material import Material, fuzzed, same

import dockpy.wire
from dockpy.config.contexts import list_contexts
from dockpy.config.credentials import Credentials, decode_basic, encode_basic, matching_key, server_address
from dockpy.config.environment import api_version
from dockpy.config.file import ConfigFile
from dockpy.config.helper import CredentialHelper
from dockpy.errors import DockpyError, InvalidResponse, UntrustedLocation
from dockpy.ops import all_operations
from dockpy.registry.address import parse_address
from dockpy.registry.challenge import parse_challenges
from dockpy.registry.digests import digest_of
from dockpy.registry.listing import next_page
from dockpy.registry.manifest import Manifest, misfit, read_document, weight_of
from dockpy.registry.places import check_location, check_realm, origin_of, resolved, shown
from dockpy.registry.refusals import explanation_of, refusal
from dockpy.registry.scope import pulling
from dockpy.registry.tokens import Keys, TokenRequest
from dockpy.wire.base import Model
from dockpy.wire.document import Document, model_of
from dockpy.wire.times import parse_time

CONFIG = {
    "auths": {"ghcr.io": {"auth": "bWU6c2VjcmV0"}, "r": {"identitytoken": "t"}},
    "credHelpers": {"gcr.io": "gcloud"},
    "HttpHeaders": {"X-Meta": "a"},
    "proxies": {"default": {"httpProxy": "http://p:3128", "noProxy": "x"}},
    "currentContext": "prod",
    "detachKeys": "ctrl-e,e",
}


@fuzzed(
    json.dumps(CONFIG),
    json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": "eDp5"}}}),
    "\ufeff{}",
    weight=12,
)
def config_files(data: bytes) -> None:
    """config.json, as the environment has it and as a file."""
    given = ConfigFile.given(
        {"DOCKER_AUTH_CONFIG": data.decode("utf-8", "surrogateescape").replace("\0", "")}
    )
    for registry in ("docker.io", "ghcr.io", "r", *given.registries):
        with contextlib.suppress(DockpyError):
            given.credentials(registry)
    FILE.write_bytes(data)
    read = ConfigFile.read(FILE)
    read.proxy_variables()
    repr(read)


FILE = (
    Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None, prefix="fuzz"))
    / "config.json"
)
META = {
    "Name": "prod",
    "Metadata": {"Description": "x"},
    "Endpoints": {"docker": {"Host": "ssh://h", "SkipTLSVerify": True}},
}


@fuzzed(json.dumps(META), weight=10)
def contexts(data: bytes) -> None:
    """A context's file."""
    folder = FILE.parent / "contexts" / "meta" / "x"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.json").write_bytes(data)
    str(list_contexts({"DOCKER_CONFIG": str(FILE.parent)}))


@fuzzed('{"ServerURL":"x","Username":"me","Secret":"s"}', '{"ghcr.io":"me"}', weight=20)
def helper_answers(data: bytes) -> None:
    """What a credential helper prints."""
    CredentialHelper("x", {})._decode("get", data.decode("utf-8", "replace"))


@fuzzed("bWU6c2VjcmV0", "me:secret", "ghcr.io", "https://index.docker.io/v1/", weight=30)
def credentials(data: bytes) -> None:
    """Basic credentials, and the keys that they stand under."""
    text = data.decode("utf-8", "surrogateescape")
    decode_basic(text)
    user, colon, password = text.partition(":")
    if colon and user and text.isprintable() and text.isascii():
        same(decode_basic(encode_basic(user, password)), (user, password))
    matching_key(text, [text, "docker.io"])
    server_address(text)
    assert text not in repr(Credentials(password=text)) or len(text) < 12


@fuzzed("1.41", "", weight=30)
def version_variables(data: bytes) -> None:
    """DOCKER_API_VERSION."""
    api_version({"DOCKER_API_VERSION": data.decode("utf-8", "surrogateescape")})


@fuzzed(
    'Bearer realm="https://auth.docker.io/token",service="r",scope="repository:a:pull"',
    "Basic realm=x, Bearer a=b",
    weight=30,
)
def challenges(data: bytes) -> None:
    """WWW-Authenticate."""
    for challenge in parse_challenges(data.decode("latin-1")):
        assert challenge.scheme


@fuzzed(
    'Bearer realm="https://r.example/t",service="r"\n{"token":"t","expires_in":60}',
    'Basic realm="x"\n',
    weight=12,
)
def tokens(data: bytes) -> None:
    """A registry's challenge, and what its token server answers."""
    header, _, answer = data.partition(b"\n")

    def fetch(request: TokenRequest) -> bytes:
        assert request.url.lower().startswith("https://"), request
        return answer

    held = Keys(
        lambda: Credentials("me", "s3cret-canary"),
        check=lambda realm: check_realm(realm, "https://r.example"),
        fetch=fetch,
        clock=lambda: 0.0,
    )
    try:
        if held.refused(parse_challenges(header.decode("latin-1")), pulling("a"), None, again=False):
            held.header(pulling("a"))
    except UntrustedLocation as error:
        told = str(error)
    else:
        return
    assert "s3cret" not in told


@fuzzed(
    '</v2/a/tags/list?last=b&n=2>; rel="next"', "<http://127.0.0.1:5000/x>; rel=next; a=b, <y>", weight=20
)
def page_links(data: bytes) -> None:
    """Link headers: the next page is where this one was."""
    base = "http://127.0.0.1:5000/v2/a/tags/list"
    found = next_page(data.decode("latin-1"), base)
    if found is not None:
        same(origin_of(found), origin_of(base))


@fuzzed(
    "https://auth.docker.io/token",
    "http://127.0.0.1:5000/blobs?x=y",
    "//evil/x",
    "/v2/up?_state=a#b",
    weight=20,
)
def locations(data: bytes) -> None:
    """Places that a registry sends to."""
    text = data.decode("utf-8", "surrogateescape")
    for attempt in (
        lambda: check_realm(text, "https://r.example"),
        lambda: check_location(text, "https://r.example/v2/"),
        lambda: resolved(text, "https://r.example/v2/"),
        lambda: parse_address(text),
        lambda: parse_address(text, insecure=True).url("http"),
    ):
        with contextlib.suppress(DockpyError):
            attempt()
    assert len(shown(text)) <= 400


OCI = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": OCI,
    "config": {"mediaType": "c", "digest": "sha256:" + "a" * 64, "size": 2},
    "layers": [{"mediaType": "l", "digest": "sha256:" + "b" * 64, "size": 3, "annotations": {"a": "b"}}],
    "subject": {"mediaType": OCI, "digest": "sha256:" + "c" * 64, "size": 3},
}
PLATFORM = {"architecture": "arm64", "os": "linux", "variant": "v8"}
INDEX = {"schemaVersion": 2, "manifests": [{**MANIFEST["config"], "platform": PLATFORM}]}  # type: ignore[dict-item]


@fuzzed(json.dumps(MANIFEST), json.dumps(INDEX), weight=12)
def manifests(data: bytes) -> None:
    """Manifests and indexes."""
    raw = read_document(data, subject="a", what="The manifest")
    misfit(raw)
    for media_type in (OCI, "application/vnd.oci.image.index.v1+json"):
        manifest = Manifest("a", digest_of(data), media_type, data, raw)
        for attempt in (
            lambda m: (m.config, m.layers, m.manifests),
            lambda m: m.subject,
            lambda m: m.annotations,
            lambda m: m.platforms,
            lambda m: m.child("linux/arm64/v8"),
            lambda m: m.document.schema_version,
            lambda m: (m.artifact_type, weight_of(m), repr(m)),
        ):
            with contextlib.suppress(DockpyError):
                attempt(manifest)


@fuzzed('{"errors":[{"code":"DENIED","message":"no","detail":{}}]}', '{"details":"x"}', "<html>", weight=20)
def registry_refusals(data: bytes) -> None:
    """Bodies of a registry's refusals, which never show the secrets that they repeat."""
    assert len(explanation_of(data)) <= 1200
    status = (401, 404, 429, 500)[len(data) % 4]
    error = refusal(status, {"X": "s3cret"}, data + b"s3cret", secrets=["s3cret"], known=bool(len(data) & 4))
    assert "s3cret" not in str(error)


def _models() -> list[tuple[str, type[Model]]]:
    found = []
    for module in pkgutil.iter_modules(dockpy.wire.__path__):
        for value in vars(importlib.import_module(f"dockpy.wire.{module.name}")).values():
            if (
                (
                    isinstance(value, type)
                    and issubclass(value, Model)
                    and value.__module__.endswith(f".{module.name}")
                )
                and module.name != "base"
                and not value.__name__.startswith("_")
            ):
                found.append((f"{module.name}.{value.__name__}", value))
    return found


MODELS = _models()
STREAMED = [op.answer.model for op in all_operations() if op.answer.kind == "json-stream" and op.answer.model]


def _looked_at(raw: dict[str, Any], ref: str, cls: type[Model]) -> None:
    document: Any = Document(raw, ref)
    repr(document)
    assert document.to_dict() == raw
    for name in [
        *cls.model_fields,
        *(name for name, value in vars(cls).items() if isinstance(value, property)),
    ]:
        with contextlib.suppress(InvalidResponse):
            getattr(document, name)
    model = model_of(document)
    repr(model)
    same(repr(pickle.loads(pickle.dumps(document))), repr(document))


@fuzzed(
    b"\x01\x05\x0d\x02\x01\x00a\xff\x02\x06\x90",
    b"\x41\x0d\x04\x01\x0d\x01\x02\x06\x40\x03\x0a\x01\x00b\xff",
    weight=10,
)
def payloads(data: bytes) -> None:
    """Payloads of every model, of any values: read without an error, figures of them or a typed one."""
    material = Material(data)
    ref, cls = MODELS[int.from_bytes([material.byte(), material.byte()], "big") % len(MODELS)]
    cls.model_rebuild()
    names = [field.alias or name for name, field in cls.model_fields.items()] or ["x"]
    inner = [
        *names,
        "Name",
        "ID",
        "total_usage",
        "usage",
        "rx_bytes",
        "op",
        "value",
        "system_cpu_usage",
        "cpu_usage",
    ]
    raw = {names[material.byte() % len(names)]: material.value(inner) for _ in range(material.byte() % 6)}
    _looked_at(raw, ref, cls)


STATS = {
    "cpu_stats": {
        "cpu_usage": {"total_usage": 5, "percpu_usage": [1]},
        "system_cpu_usage": 10,
        "online_cpus": 2,
    },
    "precpu_stats": {"cpu_usage": {"total_usage": 3}, "system_cpu_usage": 5},
    "memory_stats": {"usage": 10, "limit": 20, "stats": {"inactive_file": 3}},
    "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 3}]},
}
EVENT = {
    "Type": "container",
    "Action": "start",
    "Actor": {"ID": "a", "Attributes": {"name": "x"}},
    "time": 1,
    "timeNano": 2,
}


@fuzzed(
    json.dumps(STATS),
    json.dumps(EVENT),
    '{"status":"x","progressDetail":{"current":1,"total":2},"id":"a"}',
    weight=10,
)
def streamed_objects(data: bytes) -> None:
    """Events, statistics and progress, as JSON has them."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(raw, dict):
        for ref in (
            "stats.ContainerStatsResponse",
            "events.EventMessage",
            STREAMED[len(data) % len(STREAMED)],
        ):
            cls: Any = dict(MODELS)[ref]
            cls.model_rebuild()
            _looked_at(raw, ref, cls)


@fuzzed("2026-01-02T03:04:05.123456789Z", "0001-01-01T00:00:00Z", "1700000000", weight=30)
def times(data: bytes) -> None:
    """Points in time, as engines write them."""
    text = data.decode("utf-8", "surrogateescape")
    parse_time(text)
    with contextlib.suppress(ValueError):
        parse_time(float(text))
