"""Images that come and go: pull, push, import, save, load."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.payload import json_problem
from dockpy.fake.state.image_import import import_tar, name_to_give
from dockpy.fake.state.image_lines import Lines
from dockpy.fake.state.image_load import load
from dockpy.fake.state.image_platform import Platform, parse_json, parse_platform
from dockpy.fake.state.image_pull import pull
from dockpy.fake.state.image_push import push
from dockpy.fake.state.image_save import save
from dockpy.ops import images as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__: list[str] = []

_AUTH = "x-registry-auth"


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    lines = Lines(call.version)
    platform = parse_platform(call.text("platform"), call.engine.api)
    if reference := call.text("fromImage"):
        pulled = pull(
            call.engine.images,
            reference,
            call.text("tag"),
            lines,
            platform=platform,
            auth=call.headers.get(_AUTH),
        )
        return Answer(stream=lines.guarded(pulled))
    source = call.text("fromSrc")
    images = call.engine.images
    name = name_to_give(images, call.text("repo"), call.text("tag"))
    if source != "-":
        if "://" in source or not source:
            scheme = source.partition(":")[0] or "http"
            wrong = f'unsupported protocol scheme "{scheme}"'
            problem = f'Get "{source or "http:"}": '
            problem += "http: no Host in request URL" if scheme in ("http", "https") else wrong
        else:
            problem = f'Get "http://{source}": dial tcp: lookup {source.partition("/")[0]}: no such host'
        raise Failure(500, problem)
    image = import_tar(
        images,
        call.pieces,
        name=name,
        message=call.text("message"),
        changes=call.all_of("changes"),
        platform=platform,
    )
    return Answer(stream=lines.guarded(iter([lines.status(image.id)])))


def _auth_of_body(body: bytes) -> str | None:
    """Docker 20.10 takes credentials from the body, too, as clients sent them long ago."""
    if not body.strip():
        raise Failure(400, "Bad parameters and missing X-Registry-Auth: EOF")
    try:
        given = json.loads(body)
    except ValueError as error:
        raise Failure(400, f"Bad parameters and missing X-Registry-Auth: {json_problem(error)}") from None
    return urlsafe_b64encode(body).decode() if isinstance(given, dict) else None


@handles(ops.PUSH)
def _push(call: Call) -> Answer:
    auth = call.headers.get(_AUTH)
    if not auth and not at_least(call.engine.api, "1.42"):
        auth = _auth_of_body(call.body())
    lines = Lines(call.version)
    pushed = push(
        call.engine.images,
        call.id,
        call.text("tag"),
        lines,
        platform=parse_json(call.text("platform")) if call.knows("1.46") else None,
        auth=auth,
    )
    return Answer(stream=lines.guarded(pushed))


def _platforms(call: Call) -> list[Platform]:
    if not call.knows("1.48"):
        return []
    found = [parse_json(text) for text in call.all_of("platform")]
    if len(found) > 1 and not call.knows("1.52"):
        raise Failure(400, "multiple platform parameters are not supported")
    return [platform for platform in found if platform is not None]


@handles(ops.GET)
def _get(call: Call) -> Answer:
    return Answer(stream=save(call.engine.images, [call.id], _platforms(call)))


@handles(ops.GET_ALL)
def _get_all(call: Call) -> Answer:
    return Answer(stream=save(call.engine.images, call.all_of("names"), _platforms(call)))


@handles(ops.LOAD)
def _load(call: Call) -> Answer:
    lines = Lines(call.version)
    loaded = load(
        call.engine.images,
        call.pieces,
        lines,
        quiet=call.flag("quiet", True),
        platforms=_platforms(call),
    )
    return Answer(stream=_in_stream(lines, loaded))


def _in_stream(lines: Lines, loaded: Iterator[bytes]) -> Iterator[bytes]:
    """A load's failures come as messages always."""
    try:
        yield from loaded
    except Failure as failure:
        yield lines.error(failure.message)
