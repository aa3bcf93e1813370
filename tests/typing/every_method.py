"""Containers and their commands. Type checkers read this; nothing runs it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, assert_type

from dockpy import Client, Container, DockpyError, Exec, ExecResult, ExecStream, Image, RunOutput, RunStream
from dockpy.resources.exec import ExecPairs
from dockpy.resources.interactive import Interactive
from dockpy.resources.output import Lines, OutputStream, Pairs
from dockpy.transport.answers import JsonStream
from dockpy.transport.exchange import ByteStream
from dockpy.wire.containers import (
    ContainerInspectResponse,
    ContainerPathStat,
    ContainerPruneResponse,
    ContainerTopResponse,
    ContainerWaitResponse,
    FilesystemChange,
)
from dockpy.wire.exec import ExecInspectResponse
from dockpy.wire.mounts import MountPoint
from dockpy.wire.networks import EndpointSettings
from dockpy.wire.stats import ContainerStatsResponse

if TYPE_CHECKING:
    from dockpy.resources.containers import ContainerCollection


def container(container: Container) -> None:
    assert_type(container.name, str)
    assert_type(container.status, str)
    assert_type(container.image, Image)
    assert_type(container.labels, dict[str, str])
    assert_type(container.created, datetime | None)
    assert_type(container.ports, dict[str, list[dict[str, str]] | None])
    assert_type(container.networks, dict[str, EndpointSettings])
    assert_type(container.mounts, list[MountPoint])
    assert_type(container.inspect(), ContainerInspectResponse)
    assert_type(container.diff(), list[FilesystemChange])
    assert_type(container.export(), ByteStream)
    assert_type(container.health, str | None)
    assert_type(container.exit_code, int | None)
    assert_type(container.short_id, str)
    assert_type(container.attrs, ContainerInspectResponse)
    assert_type(container.client, Client)
    assert_type(container.id, str)
    container.pause()
    container.unpause()
    container.reload()
    container.stale()
    with container as entered:
        assert_type(entered, Container)
    container.start(detach_keys="ctrl-q")
    container.stop(timeout=1.5, signal="SIGTERM")
    container.restart(timeout=0, signal="SIGTERM")
    container.kill(9)
    container.kill("HUP")
    container.rename("name")
    container.remove(v=True, link=True, force=True)
    container.resize(height=24, width=80)
    assert_type(container.wait(timeout=1, condition="removed"), ContainerWaitResponse)
    container.wait_healthy(timeout=None)
    assert_type(container.wait_port("80/tcp", timeout=1), tuple[str, int])
    assert_type(
        container.wait_log(re.compile("ready"), timeout=1, stdout=True, stderr=False, since="5m"), str
    )
    assert_type(container.top("-o pid"), ContainerTopResponse)
    assert_type(
        container.commit(
            "repository", "tag", message="", author="", changes=["CMD true"], conf={"User": ""}, pause=False
        ),
        Image,
    )


def container_files(container: Container) -> None:
    assert_type(container.path_stat("/etc"), ContainerPathStat)
    assert_type(container.get_archive(PurePath("/etc")), tuple[ByteStream, ContainerPathStat])
    container.put_archive("/", b"", no_overwrite_dir_non_dir=True, copy_uidgid=True)
    container.put_archive("/", Path("archive.tar"))
    container.copy_to("file", "/", follow_link=True, archive=True)
    container.copy_to(b"", "/file", uid=0, gid=0, mode=0o600)
    container.copy_to(BytesIO(), "/file")
    assert_type(container.copy_from("/file"), bytes)
    assert_type(container.copy_from("/file", "here", follow_link=True, archive=True), Path)
    assert_type(container.copy_from("/file", BytesIO()), int)


def container_streams(container: Container) -> None:
    assert_type(container.attach(), bytes)
    assert_type(container.attach(stdout=True, stderr=False, logs=True), bytes)
    assert_type(container.attach(demux=True), tuple[bytes, bytes])
    assert_type(container.attach(stream=True, stdin=True, detach_keys="ctrl-q"), Interactive)
    assert_type(container.attach(stream=True, input=b""), Interactive)
    assert_type(container.attach(stream=True, demux=True), Pairs[Interactive])
    assert_type(
        container.attach_websocket(stdin=True, stdout=True, stderr=False, logs=True, detach_keys="ctrl-q"),
        Interactive,
    )
    assert_type(container.logs(), bytes)
    assert_type(
        container.logs(stdout=True, stderr=False, timestamps=True, tail=5, since=5, until="1m"), bytes
    )
    assert_type(container.logs(stream=True), OutputStream)
    assert_type(container.logs(stream=True, follow=False, tail="all"), OutputStream)
    assert_type(container.log_lines(follow=True, timestamps=True, tail=5, since=timedelta(minutes=5)), Lines)
    assert_type(container.stats(), ContainerStatsResponse)
    assert_type(container.stats(one_shot=True), ContainerStatsResponse)
    assert_type(container.stats(stream=True), JsonStream[ContainerStatsResponse])
    for sample in container.stats(stream=True):
        assert_type(sample, ContainerStatsResponse)


def container_commands(container: Container) -> None:
    assert_type(container.exec_run("true"), ExecResult[bytes])
    assert_type(container.exec_run(["cat"], input=b"", timeout=5), ExecResult[bytes])
    assert_type(container.exec_run("true", demux=True), ExecResult[tuple[bytes, bytes]])
    assert_type(container.exec_run("true", stream=True), ExecStream)
    assert_type(container.exec_run("true", stream=True, demux=True), ExecPairs)
    assert_type(container.exec_run("true", socket=True), ExecStream)
    assert_type(container.exec_run("true", detach=True), Exec)
    assert_type(container.exec_create("true", tty=True, stdin=True), Exec)
    code, output = container.exec_run("true")
    assert_type(code, int)
    assert_type(output, bytes)


def container_collection(containers: ContainerCollection, image: Image) -> None:
    assert_type(containers.client, Client)
    assert_type(containers.known("id"), Container)
    assert_type(containers.get("id"), Container)
    assert_type(
        containers.list(True, before="a", since="b", limit=1, filters={"status": "running"}, full=True),
        list[Container],
    )
    assert_type(containers.create("busybox"), Container)
    assert_type(containers.run("busybox"), RunOutput)
    assert_type(containers.run(image, ["cat"], stdout=True, stderr=True, remove=True, input=b""), RunOutput)
    assert_type(containers.run("busybox", "true", stream=True), RunStream)
    assert_type(containers.run("busybox", "true", detach=True), Container)
    containers.remove("id", v=True, force=True)
    assert_type(containers.prune(filters={"until": "24h"}), ContainerPruneResponse)


def exec(command: Exec) -> None:
    assert_type(command.running, bool)
    assert_type(command.exit_code, int | None)
    assert_type(command.inspect(), ExecInspectResponse)
    assert_type(command.short_id, str)
    assert_type(command.attrs, ExecInspectResponse)
    assert_type(command.name, str)
    assert_type(command.id, str)
    assert_type(command.client, Client)
    command.reload()
    command.stale()
    assert_type(command.start(), ExecStream)
    assert_type(command.start(timeout=5, console_size=(24, 80)), ExecStream)
    command.start(detach=True)
    command.resize(height=24, width=80)
    assert_type(command.wait(timeout=5), int)
    assert_type(command.at(DockpyError("")), DockpyError)
