"""Handlers of the files of containers: archives, what was changed, and all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.state.container_archive import extract, pack, stat_header
from dockpy.ops import containers as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.container import Container

__all__: list[str] = []

_STAT = "X-Docker-Container-Path-Stat"


def _asked(call: Call) -> tuple[Container, str]:
    path = call.text("path")
    if not path:
        raise Failure(400, "bad parameter: pathcannot be empty")
    return call.engine.containers.get(call.id), path


@handles(ops.ARCHIVE_INFO)
def _info(call: Call) -> Answer:
    container, path = _asked(call)
    return Answer(headers={_STAT: stat_header(container, path, call.id)})


@handles(ops.ARCHIVE)
def _get(call: Call) -> Answer:
    container, path = _asked(call)
    header = stat_header(container, path, call.id)
    pieces = pack(container, path, call.id)
    container.emit("archive-path")
    return Answer(stream=pieces, headers={_STAT: header}, content_type="application/x-tar")


@handles(ops.PUT_ARCHIVE)
def _put(call: Call) -> None:
    container, path = _asked(call)
    no_overwrite, copy_ids = call.flag("noOverwriteDirNonDir"), call.flag("copyUIDGID")
    extract(container, path, call.pieces, call.id, no_overwrite=no_overwrite, copy_ids=copy_ids)


@handles(ops.CHANGES)
def _changes(call: Call) -> Answer:
    container = call.engine.containers.get(call.id)
    found = [{"Path": path, "Kind": kind} for kind, path in container.upper.changes()]
    return Answer(json=found) if found else Answer(body=b"null\n", content_type="application/json")


@handles(ops.EXPORT)
def _export(call: Call) -> Answer:
    container = call.engine.containers.get(call.id)
    container.emit("export")
    pieces = container.upper.tar(kinds_in_modes=not at_least(call.engine.api, "1.42"))
    return Answer(stream=pieces, content_type="application/octet-stream")
