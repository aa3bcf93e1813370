"""Builds of images: what the engine's part ``builder`` is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import Node, Upper
from dockpy.fake.state.build_context import ReceivedFiles, dockerfile_of
from dockpy.fake.state.build_fetch import download
from dockpy.fake.state.build_lines import BuildLines, encoded
from dockpy.fake.state.build_options import BuildOptions
from dockpy.fake.state.build_records import Records
from dockpy.fake.state.build_steps import CommandFailed, Steps
from dockpy.fake.state.buildkit import BuildKit
from dockpy.fake.state.dockerfile import DockerfileError, parse_dockerfile
from dockpy.fake.state.dockerfile_stages import find_stage, label_instruction, read_stages
from dockpy.fake.state.image_names import parse_name
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from dockpy.fake.engine import Engine, Peer
    from dockpy.fake.state.dockerfile import Dockerfile
    from dockpy.fake.state.dockerfile_stages import Instruction, Stage
    from dockpy.fake.state.image import Image

__all__ = ["Builder"]

_GIT = re.compile(r"(?:https?://.*\.git(?:#.+)?|git://.*|github\.com/.*|git@.*)")


class Builder:
    """Builds images.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[str, Peer] = {}
        self.records: Records = Records(engine)

    # The classic builder

    def build(
        self,
        options: BuildOptions,
        pieces: Iterable[bytes],
        peer: Callable[[], bool] | None = None,
    ) -> Iterator[bytes]:
        """Build an image, step by step.

        Args:
            options: what is asked for.
            pieces: the context, as a tar.
            peer: who waits for it.

        Returns:
            Messages as they come.

        Raises:
            Failure: it cannot be begun.
        """
        lines = self._build(options, pieces, peer)
        if not options.quiet:
            first = next(lines, None)
            return _guarded(first, lines, BuildLines(self._engine.api))
        return self._quiet(lines)

    def _quiet(self, lines: Generator[bytes, None, Image]) -> Iterator[bytes]:
        said: list[bytes] = []
        writer = BuildLines(self._engine.api)
        try:
            while True:
                said.append(next(lines))
        except StopIteration as end:
            return _told([writer.text(f"{end.value.id}\n")])
        except Failure as failure:
            if not said:
                raise
            return _told([*said, _error_line(writer, failure)])

    def _build(
        self,
        options: BuildOptions,
        pieces: Iterable[bytes],
        peer: Callable[[], bool] | None,
    ) -> Generator[bytes, None, Image]:
        engine = self._engine
        writer = BuildLines(engine.api)
        files, dockerfile = yield from self._source(options, pieces)
        stages, arguments = self._stages(dockerfile, options)
        new = at_least(engine.api, "1.42")
        if dockerfile.warnings and new:
            for warning in dockerfile.warnings:
                yield writer.complaint(warning.replace("\n    ", " ") + "\n")
        elif dockerfile.warnings:
            yield writer.complaint("\n".join(dockerfile.warnings) + "\n")
        steps = Steps(engine, options, files, dockerfile.escape, peer)
        image = yield from steps.run(stages, arguments)
        yield writer.text(f"Successfully built {image.id.removeprefix('sha256:')[:12]}\n")
        for name in options.tags:
            engine.images.tag(image, name)
            yield writer.text(f"Successfully tagged {name.familiar}\n")
        return image

    def _source(
        self, options: BuildOptions, pieces: Iterable[bytes]
    ) -> Generator[bytes, None, tuple[ReceivedFiles, Dockerfile]]:
        engine = self._engine
        if options.remote:
            data, is_file = yield from self._remote(options.remote)
            if is_file:
                files = ReceivedFiles((), engine.api, engine.now)
                return files, self._parsed(data, "Dockerfile")
            pieces = [data]
        files = ReceivedFiles(pieces, engine.api, engine.now)
        data = dockerfile_of(files, options.dockerfile)
        return files, self._parsed(data, options.dockerfile or "Dockerfile")

    def _remote(self, remote: str) -> Generator[bytes, None, tuple[bytes, bool]]:
        if remote == "client-session":
            raise Failure(
                400,
                "experimental session with v1 builder is no longer supported, use builder version v2 "
                "(BuildKit) instead",
            )
        if _GIT.fullmatch(remote):
            problem = f"error fetching: fatal: unable to access '{remote}': Could not resolve host"
            words = "unable to 'git clone' to temporary context directory"
            raise Failure(500, f"{words}: {problem}: exit status 128")
        if not re.match(r"https?://", remote):
            raise Failure(500, f"remoteURL ({remote}) could not be recognized as URL")
        try:
            data, kind = download(remote)
        except Failure as failure:
            raise Failure(500, f"error downloading remote context {remote}: {failure.message}") from None
        yield encoded({"status": f"Downloading build context from remote url: {remote}", "id": ""})
        return data, kind.startswith("text/plain") or not kind

    def _parsed(self, data: bytes, name: str) -> Dockerfile:
        api = self._engine.api
        try:
            return parse_dockerfile(data, api, heredocs=at_least(api, "1.42"))
        except DockerfileError as error:
            raise Failure(400, f"failed to parse {name}: {error.problem}") from None

    def _stages(self, dockerfile: Dockerfile, options: BuildOptions) -> tuple[list[Stage], list[Instruction]]:
        api = self._engine.api
        new = at_least(api, "1.42")
        try:
            stages, arguments = read_stages(dockerfile.nodes, api, buildkit=False)
        except DockerfileError as error:
            where = f"dockerfile parse error {'on ' if new else ''}line {error.line}: " if error.line else ""
            raise Failure(400, where + error.problem) from None
        if options.target:
            place = find_stage(stages, options.target)
            if place is None:
                problem = f"failed to reach build target {options.target} in Dockerfile"
                if new:
                    problem = f'target stage "{options.target}" could not be found'
                raise Failure(400, problem)
            stages = stages[: place + 1]
        if stages:
            for name in sorted(options.labels):
                stages[-1].instructions.append(label_instruction(name, options.labels[name]))
        return stages, arguments

    # BuildKit

    def buildkit(self, options: BuildOptions, pieces: Iterable[bytes], peer: Peer) -> Iterator[bytes]:
        """Build an image as BuildKit does.

        Args:
            options: what is asked for.
            pieces: the context, as a tar; or a Dockerfile alone.
            peer: who waits for it.

        Returns:
            Messages as they come; failures are among them.
        """
        writer = BuildLines(self._engine.api)
        try:
            data = b"".join(pieces)
            if options.remote:
                data, is_file = _end_of(self._remote(options.remote))
                data = b"".join(_packed({"Dockerfile": data})) if is_file else data
            elif data[:1] not in (b"", b"\0", b"\x1f", b"\xfd") and b"\0" not in data[:1024]:
                data = b"".join(_packed({options.dockerfile or "Dockerfile": data}))
            if options.id:
                self._running[options.id] = peer
            lines = BuildKit(self._engine, options, self.records, peer).run([data])
            while True:
                line = next(lines)
                if not options.quiet:
                    yield line
        except StopIteration as end:
            image: Image = end.value
            if options.quiet:
                yield writer.text(f"{image.id}\n")
                return
            yield encoded({"id": "moby.image.id", "aux": {"ID": image.id}})
            if not at_least(self._engine.api, "1.42"):
                for name in options.tags:
                    yield writer.text(f"Successfully tagged {name.familiar}\n")
        except Failure as failure:
            yield writer.error(failure.message)
        finally:
            self._running.pop(options.id, None)

    def cancel(self, id: str) -> None:
        """Break off a build of BuildKit's; nothing happens where there is none."""
        if (peer := self._running.get(id)) is not None:
            peer.gone = True
            self._engine.notify()

    # Without a client

    def build_now(self, dockerfile: str, context: Mapping[str, bytes], tag: str) -> Image:
        """Build an image at once.

        Args:
            dockerfile: the text of its Dockerfile.
            context: the files that it copies, by path.
            tag: its name.

        Raises:
            Failure: it cannot be built.
        """
        engine = self._engine
        name = parse_name(tag, engine.api).with_default()
        lines = self._build(
            BuildOptions(tags=[name]), _packed({"Dockerfile": dockerfile.encode(), **context}), None
        )
        try:
            while True:
                next(lines)
        except StopIteration as end:
            image: Image = end.value
            return image

    # The build cache

    def disk_usage(self, version: str = "") -> list[dict[str, Any]]:
        """The records of the build cache, as df lists them: the classic builder has none."""
        return self.records.listed(version or self._engine.api)


def _end_of(steps: Generator[bytes, None, tuple[bytes, bool]]) -> tuple[bytes, bool]:
    try:
        while True:
            next(steps)
    except StopIteration as end:
        found: tuple[bytes, bool] = end.value
        return found


def _packed(files: Mapping[str, bytes]) -> Iterator[bytes]:
    upper = Upper.empty()
    for path, data in files.items():
        parts = [name for name in path.split("/") if name]
        for number in range(1, len(parts)):
            if upper.find("/".join(parts[:number])) is None:
                upper.put(parts[:number], Node.directory(), 0)
        upper.put(parts, Node.file(data), 0)
    return upper.tar()


def _error_line(writer: BuildLines, failure: Failure) -> bytes:
    return writer.error(failure.message, failure.code if isinstance(failure, CommandFailed) else None)


def _told(lines: Iterable[bytes]) -> Iterator[bytes]:
    yield from lines


def _guarded(first: bytes | None, lines: Iterator[bytes], writer: BuildLines) -> Iterator[bytes]:
    try:
        if first is not None:
            yield first
        yield from lines
    except Failure as failure:
        yield _error_line(writer, failure)
