"""What calls give back: streams, results, reports. Type checkers read this; nothing runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, assert_type

from dockpy import (
    BuildResult,
    Container,
    DockpyError,
    EventStream,
    Exec,
    ExecResult,
    ExecStream,
    Image,
    LayerProgress,
    LayersProgress,
    PruneReport,
    RunOutput,
    RunStream,
    Volume,
)
from dockpy.build.classic import BuildStep
from dockpy.resources.exec import ExecPairs
from dockpy.resources.interactive import Interactive
from dockpy.resources.layers_progress import LayerPhase
from dockpy.resources.output import Lines, OutputStream, Pairs
from dockpy.streams.frames import Frame, Stream
from dockpy.streams.http1 import Head
from dockpy.transport.answers import JsonStream, Pending
from dockpy.transport.exchange import ByteStream, Upgraded
from dockpy.wire.containers import ContainerWaitResponse
from dockpy.wire.events import EventMessage
from dockpy.wire.progress import BuildInfo
from dockpy.wire.stats import ContainerStatsResponse

if TYPE_CHECKING:
    from dockpy.resources.image_layers import ImageLayer
    from dockpy.resources.volumes import VolumeList


def build_result(result: BuildResult) -> None:
    assert_type(result.steps, list[BuildStep])
    assert_type(result.image, Image)
    assert_type(result.log, list[BuildInfo])


def build_step(step: BuildStep) -> None:
    assert_type(step.name, str)
    assert_type(step.cached, bool)
    assert_type(step.duration, float | None)
    assert_type(step.error, str | None)
    assert_type(step.output, str)
    assert_type(step.instruction, str)


def byte_stream(stream: ByteStream) -> None:
    assert_type(stream.cancelled, bool)
    assert_type(stream.read(), bytes)
    stream.close()
    with stream as entered:
        assert_type(entered, ByteStream)
    for data in stream:
        assert_type(data, bytes)
    assert_type(stream.head, Head)
    assert_type(stream.closed, bool)
    assert_type(stream.operation, str | None)
    assert_type(stream.subject, str | None)
    assert_type(stream.at(DockpyError("")), DockpyError)
    stream.settimeout(1.5)


def event_stream(events: EventStream) -> None:
    events.close()
    with events as entered:
        assert_type(entered, EventStream)
    for event in events:
        assert_type(event, EventMessage)
    assert_type(events.at(DockpyError("")), DockpyError)
    events.settimeout(60)


def exec_pairs(pairs: ExecPairs) -> None:
    assert_type(pairs.exit_code, int | None)
    assert_type(pairs.output, ExecPairs)
    pairs.close()
    with pairs as entered:
        assert_type(entered, ExecPairs)
    for pair in pairs:
        assert_type(pair, tuple[bytes, bytes])
    assert_type(pairs.stream, ExecStream)
    assert_type(pairs.wait(timeout=5), int)


def exec_result(result: ExecResult[tuple[bytes, bytes]]) -> None:
    assert_type(result.stdout, bytes)
    assert_type(result.stderr, bytes)
    assert_type(result.exit_code, int)
    assert_type(result.output, tuple[bytes, bytes])
    code, (stdout, stderr) = result
    assert_type(code, int)
    assert_type(stdout, bytes)
    assert_type(stderr, bytes)


def exec_stream(stream: ExecStream) -> None:
    assert_type(stream.exit_code, int | None)
    assert_type(stream.output, ExecStream)
    assert_type(stream.result(), ExecResult[bytes])
    assert_type(stream.recv(), bytes)
    assert_type(stream.frames(), Iterator[Frame])
    assert_type(stream.lines(), Iterator[str])
    assert_type(stream.read(), bytes)
    stream.close_write()
    stream.close()
    with stream as entered:
        assert_type(entered, ExecStream)
    for data in stream:
        assert_type(data, bytes)
    assert_type(stream.exec, Exec)
    assert_type(stream.wait(timeout=5), int)
    assert_type(stream.text("latin-1", errors="strict"), Iterator[str])
    stream.send(b"")
    stream.feed(BytesIO())
    stream.resize(height=24, width=80)
    stream.settimeout(5)


def image_layer(layer: ImageLayer) -> None:
    assert_type(layer.digest, str)
    assert_type(layer.instruction, str | None)
    assert_type(layer.size, int | None)
    assert_type(layer.created, datetime | None)
    assert_type(layer.comment, str)


def interactive(streams: Interactive) -> None:
    assert_type(streams.recv(), bytes)
    assert_type(streams.frames(), Iterator[Frame])
    assert_type(streams.lines(), Iterator[str])
    assert_type(streams.read(), bytes)
    streams.close_write()
    streams.close()
    with streams as entered:
        assert_type(entered, Interactive)
    for data in streams:
        assert_type(data, bytes)
    assert_type(streams.text(), Iterator[str])
    streams.send(b"")
    streams.feed(b"")
    streams.resize(height=24, width=80)
    streams.settimeout(5)


def json_stream(stats: JsonStream[ContainerStatsResponse]) -> None:
    stats.close()
    with stats as entered:
        assert_type(entered, JsonStream[ContainerStatsResponse])
    for sample in stats:
        assert_type(sample, ContainerStatsResponse)
    assert_type(stats.at(DockpyError("")), DockpyError)
    stats.settimeout(5)


def layer_progress(layer: LayerProgress) -> None:
    assert_type(layer.id, str)
    assert_type(layer.phase, LayerPhase)
    assert_type(layer.current, int)
    assert_type(layer.total, int | None)
    assert_type(layer.status, str)


def layers_progress(progress: LayersProgress) -> None:
    assert_type(progress.layers, dict[str, LayerProgress])
    assert_type(progress.done, int)


def lines(lines: Lines) -> None:
    lines.close()
    with lines as entered:
        assert_type(entered, Lines)
    for line in lines:
        assert_type(line, str)


def output_stream(stream: OutputStream) -> None:
    assert_type(stream.frames(), Iterator[Frame])
    assert_type(stream.lines(), Iterator[str])
    assert_type(stream.read(), bytes)
    stream.close()
    with stream as entered:
        assert_type(entered, OutputStream)
    for data in stream:
        assert_type(data, bytes)
    for kind, payload in stream.frames():
        assert_type(kind, Stream)
        assert_type(payload, bytes)
    assert_type(stream.text(), Iterator[str])
    stream.settimeout(5)


def pairs(pairs: Pairs[Interactive]) -> None:
    pairs.close()
    with pairs as entered:
        assert_type(entered, Pairs[Interactive])
    for pair in pairs:
        assert_type(pair, tuple[bytes, bytes])
    assert_type(pairs.stream, Interactive)


def pending(pending: Pending[ContainerWaitResponse]) -> None:
    assert_type(pending.headers, Mapping[str, str])
    assert_type(pending.result(), ContainerWaitResponse)
    pending.close()
    with pending as entered:
        assert_type(entered, Pending[ContainerWaitResponse])
    assert_type(pending.at(DockpyError("")), DockpyError)


def prune_report(report: PruneReport) -> None:
    assert_type(report.containers, list[str])
    assert_type(report.networks, list[str])
    assert_type(report.volumes, list[str])
    assert_type(report.images, list[str])
    assert_type(report.build_cache, list[str])
    assert_type(report.space_reclaimed, int)


def run_output(output: RunOutput) -> None:
    assert_type(output.stdout, bytes)
    assert_type(output.stderr, bytes)
    assert_type(output.exit_status, int)
    assert_type(output.decode(), str)
    assert_type(output.of([], 0, stdout=True, stderr=True), RunOutput)


def run_stream(stream: RunStream) -> None:
    assert_type(stream.recv(), bytes)
    assert_type(stream.frames(), Iterator[Frame])
    assert_type(stream.lines(), Iterator[str])
    assert_type(stream.read(), bytes)
    stream.close()
    stream.close_write()
    with stream as entered:
        assert_type(entered, RunStream)
    for data in stream:
        assert_type(data, bytes)
    assert_type(stream.container, Container)
    assert_type(stream.exit_status, int | None)
    assert_type(
        stream.begin(
            stream.container, "image", None, stdout=True, stderr=True, tty=False, removed=False, input=None
        ),
        RunStream,
    )
    assert_type(stream.error(b"", None), DockpyError)
    assert_type(stream.text(), Iterator[str])
    stream.send(b"")
    stream.feed([b"", b""])
    stream.resize(height=24, width=80)
    stream.settimeout(5)


def upgraded(connection: Upgraded) -> None:
    assert_type(connection.cancelled, bool)
    assert_type(connection.recv(), bytes)
    connection.close_write()
    connection.close()
    with connection as entered:
        assert_type(entered, Upgraded)
    for data in connection:
        assert_type(data, bytes)
    assert_type(connection.head, Head)
    assert_type(connection.closed, bool)
    assert_type(connection.operation, str | None)
    assert_type(connection.subject, str | None)
    assert_type(connection.at(DockpyError("")), DockpyError)
    connection.send(b"")
    connection.settimeout(None)


def volume_list(found: VolumeList) -> None:
    assert_type(found.warnings, list[str])
    for volume in found:
        assert_type(volume, Volume)
