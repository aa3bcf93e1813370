"""BuildKit: steps that are known by what they depend on, and one image at the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, FileSystem, Node, Upper
from dockpy.fake.state.build_args import BuildArgs
from dockpy.fake.state.build_bases import Bases
from dockpy.fake.state.build_context import Files, ImageFiles, ReceivedFiles
from dockpy.fake.state.build_copy import Source, chosen, sum_of
from dockpy.fake.state.build_copying import copied
from dockpy.fake.state.build_fetch import fetched
from dockpy.fake.state.build_sums import sum_of_node
from dockpy.fake.state.build_trace import Vertex, log_line, trace
from dockpy.fake.state.buildkit_export import export
from dockpy.fake.state.buildkit_mounts import mount_all
from dockpy.fake.state.buildkit_plan import PLATFORM_ARGS, Plan, PlannedStage, Step, earlier, needed
from dockpy.fake.state.buildkit_read import read_dockerfile, stages_of, worded
from dockpy.fake.state.buildkit_run import Command, run_command
from dockpy.fake.state.image import Image, config_blob, merged
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import HOST
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer
    from dockpy.fake.state.build_options import BuildOptions
    from dockpy.fake.state.build_records import Records
    from dockpy.fake.state.buildkit_mounts import RunMount
    from dockpy.fake.state.dockerfile_stages import Instruction, Stage

__all__ = ["BuildKit"]


@dataclass(slots=True)
class _Files:
    """What a stage has come to: its layers, what they depend on, and when the last was made."""

    layers: tuple[Layer, ...]
    key: str
    created: str


class BuildKit:
    """One build.

    Args:
        engine: the daemon.
        options: what is asked for.
        records: the cache.
        peer: who waits for it.
    """

    def __init__(
        self,
        engine: Engine,
        options: BuildOptions,
        records: Records,
        peer: Callable[[], bool] | None,
    ) -> None:
        self._engine = engine
        self._options = options
        self._records = records
        self._peer = peer
        self._new = at_least(engine.api, "1.42")
        self._bases = Bases(engine.images, options)
        self._args = BuildArgs({**PLATFORM_ARGS, **options.arguments}, engine.api)
        self._files: dict[int, _Files] = {}
        self._images: dict[str, Image] = {}
        self._known: dict[str, Image] = {}
        self._names: dict[str, int] = {}
        self._firsts: dict[str, Vertex] = {}

    def run(self, pieces: Iterable[bytes]) -> Generator[bytes, None, Image]:
        """Build it: messages, and at last the image.

        Raises:
            Failure: it cannot be built.
        """
        remote = Vertex(self._digest(self._engine.new_id()), "[internal] load remote build context")
        copy = Vertex(self._digest(remote.digest), "copy /context /", (remote.digest,))
        yield from self._at_once(remote)
        self._context = ReceivedFiles(pieces, self._engine.api, self._engine.now)
        yield from self._at_once(copy)
        api = self._engine.api
        dockerfile = read_dockerfile(self._context, self._options.dockerfile, api)
        stages, arguments, target = stages_of(dockerfile, self._options.target, api)
        plan = Plan(self._args, dockerfile.escape, api, copy, several=len(stages) > 1)
        self._declare_first(plan, arguments)
        planned = yield from self._planned(plan, stages, target)
        yield trace(vertexes=plan.vertexes)
        for stage in planned.values():
            yield from self._build(stage, planned)
        state = self._files[target]
        return (
            yield from export(
                self._engine.images, planned[target], state.layers, state.created, self._options.tags
            )
        )

    # Planning

    def _declare_first(self, plan: Plan, arguments: Sequence[Instruction]) -> None:
        for name in PLATFORM_ARGS:
            self._args.declare_first(name, None)
        for instruction in arguments:
            known = self._args.of_first()
            for word in instruction.words:
                name, equals, value = word.partition("=")
                self._args.declare_first(name, plan.expand(value, known) if equals else None)

    def _planned(
        self, plan: Plan, stages: list[Stage], target: int
    ) -> Generator[bytes, None, dict[int, PlannedStage]]:
        planned: dict[int, PlannedStage] = {}
        firsts = self._firsts
        variables = self._args.of_first()
        for stage in stages:
            stage.base = plan.expand(stage.base, variables)
        for place in sorted(needed(stages, target)):
            stage = stages[place]
            if not stage.base:
                raise Failure(500, self._worded("base name (${}) should not be blank"))
            at = earlier(stages, place, stage.base) if not stage.base.isdigit() else None
            base = planned[at] if at is not None else None
            image: Image | None = None
            first = base.last if base is not None else None
            if base is None and stage.base != "scratch":
                image = yield from self._image(stage.base)
                label = "" if len(stages) == 1 else f"{stage.name or f'stage-{place}'} "
                total = 1 + sum(each.name in ("run", "copy", "add", "workdir") for each in stage.instructions)
                first = firsts.get(stage.base)
                if first is None:
                    first = firsts[stage.base] = self._from(stage.base, f"[{label}1/{total}]")
                    plan.vertexes.append(first)
            yield from self._origins(plan, stages, place, planned, firsts)
            if stage.name:
                self._names[stage.name] = place
            made = planned[place] = plan.stage(stage, place, base, image, first)
            if place == target:
                labels = made.settings.config.get("Labels") or {}
                made.settings.config["Labels"] = {**labels, **self._options.labels}
        return planned

    def _origins(
        self,
        plan: Plan,
        stages: list[Stage],
        place: int,
        planned: dict[int, PlannedStage],
        firsts: dict[str, Vertex],
    ) -> Iterator[bytes]:
        """What a stage copies from: stages that are planned, and images."""
        for instruction in stages[place].instructions:
            names = [instruction.flags.get("from", "")]
            if instruction.name == "run":
                names += [part.partition("=")[2] for part in _parts(instruction) if part.startswith("from=")]
            for name in filter(None, names):
                at = earlier(stages, place, name)
                if at is not None:
                    last = planned[at].last
                    plan.origins[name.lower()] = (
                        last if last is not None else Vertex(self._digest("scratch"), "")
                    )
                    continue
                self._images[name.lower()] = yield from self._image(name)
                if name not in firsts:
                    firsts[name] = self._from(name, "")
                    plan.vertexes.append(firsts[name])
                plan.origins[name.lower()] = firsts[name]

    def _from(self, name: str, numbers: str) -> Vertex:
        full = parse_name(name, self._engine.api).with_default().full
        shown = full if self._new else full.removesuffix(":latest")
        text = f"{numbers} FROM {shown}" if numbers else f"FROM {shown}"
        return Vertex(self._digest(f"FROM {full}"), text)

    def _worded(self, problem: str) -> str:
        return worded(problem, self._engine.api)

    def _image(self, name: str) -> Generator[bytes, None, Image]:
        try:
            full = parse_name(name, self._engine.api).with_default()
        except Failure as failure:
            problem = f'failed to parse stage name "{name}": {failure.message}'
            raise Failure(500, self._worded(problem)) from None
        if (known := self._known.get(full.full)) is not None:
            return known
        vertex = Vertex(self._digest(f"metadata {full.full}"), f"[internal] load metadata for {full.full}")
        vertex.started = self._engine.now()
        yield trace(vertexes=[vertex])
        getting = self._bases.get(name)
        try:
            while True:
                next(getting)  # what a pull tells is not told here
        except StopIteration as end:
            image: Image = end.value
        except Failure as failure:
            vertex.completed, vertex.error = self._engine.now(), failure.message
            yield trace(vertexes=[vertex])
            words = f"{name}: failed to resolve source metadata for {full.full}: " if self._new else ""
            raise Failure(500, self._worded(words + failure.message)) from None
        vertex.completed = self._engine.now()
        yield trace(vertexes=[vertex])
        self._known[full.full] = image
        return image

    # Building

    def _build(self, stage: PlannedStage, planned: dict[int, PlannedStage]) -> Iterator[bytes]:
        image = stage.image
        if stage.base is not None:
            begun = self._files[stage.base.number]
            state = _Files(begun.layers, begun.key, begun.created)
        elif image is not None:
            state = _Files(image.layers, self._digest("".join(image.diff_ids)), image.created)
            if (first := self._firsts.pop(stage.stage.base, None)) is not None:
                yield from self._at_once(first, cached=True)
        else:
            state = _Files((), self._digest("scratch"), "")
        pending = iter(stage.steps)
        step = next(pending, None)
        for entry in stage.history:
            if step is not None and entry is step.entry:
                yield from self._step(state, step)
                step = next(pending, None)
            entry["created"] = state.created or rfc3339(self._engine.now())
        self._files[stage.number] = state

    def _step(self, state: _Files, step: Step) -> Iterator[bytes]:
        vertex, now = step.vertex, self._engine.now
        vertex.started = now()
        try:
            sources = self._sources(step) if step.instruction.name in ("copy", "add") else []
            parts = [state.key, vertex.name.partition("] ")[2], repr(step.argv), repr(step.env), step.user]
            parts += [step.directory, repr(sorted(step.instruction.flags.items()))]
            key = self._digest("\0".join([*parts, sum_of(sources) if sources else ""]))
            record = self._records.find(key) if self._options.cache else None
            if record is not None and record.layer is not None:
                vertex.cached = True
                layer, created = record.layer, rfc3339(record.created)
            else:
                yield trace(vertexes=[vertex])
                layer = yield from self._done(state, step, sources)
                made = self._records.add(key, self._described(step), parent=state.key, layer=layer)
                created = rfc3339(made.created)
        except Failure as failure:
            vertex.completed, vertex.error = now(), failure.message
            yield trace(vertexes=[vertex])
            if failure.message.endswith("not found"):
                raise Failure(500, f"failed to compute cache key: {failure.message}") from None
            raise
        vertex.completed = now()
        yield trace(vertexes=[vertex])
        state.layers = (*state.layers, layer)
        state.key, state.created = key, created

    def _described(self, step: Step) -> str:
        if step.instruction.name == "run":
            return f"mount / from exec {' '.join(step.argv)}"
        return f"{step.vertex.name}"

    def _done(self, state: _Files, step: Step, sources: Sequence[Source]) -> Generator[bytes, None, Layer]:
        if step.instruction.name == "run":
            return (yield from self._run(state, step))
        if step.instruction.name == "workdir":
            upper = Upper(merged(state.layers))
            fs = FileSystem(upper, now=self._engine.now, disk=self._engine.disk)
            try:
                fs.makedirs(ROOT, step.directory, 0o755)
            except OSError as error:
                raise Failure(500, f"mkdir {step.directory}: {error.strerror or error}".lower()) from None
            return upper.freeze()
        flags, path = step.instruction.flags, step.instruction.words[-1]
        if (len(sources) > 1 or path == ".") and not path.endswith("/"):
            path += "/"
        return copied(
            self._engine,
            state.layers,
            sources,
            path,
            directory=step.directory,
            chown=flags.get("chown", ""),
            keep_owners=bool(flags.get("from")),
            unpack=step.instruction.name == "add",
            chmod=int(flags["chmod"], 8) if flags.get("chmod", "").isdigit() else None,
        )

    def _sources(self, step: Step) -> list[Source]:
        instruction = step.instruction
        name, path = instruction.flags.get("from", ""), instruction.words[-1]
        files: Files = self._origin(name) if name else self._context
        documents = {each.name: each for each in instruction.node.heredocs}
        found: list[Source] = []
        for word in instruction.words[:-1]:
            document = documents.get(word.lstrip("<-").strip("'\"")) if word.startswith("<<") else None
            if document is not None:
                found.append(_inline(document.name, document.content.encode()))
                continue
            fetch = partial(fetched, self._engine, path=path) if instruction.name == "add" else None
            try:
                found += chosen(files, [word], of_context=False, fetch=fetch)
            except Failure as failure:
                raise Failure(500, self._not_found(word, failure.message)) from None
        return found

    def _not_found(self, word: str, problem: str) -> str:
        if "file does not exist" not in problem and "no source files" not in problem:
            return problem
        shown = "/" + word.lstrip("/").removeprefix("./")
        if not self._new:
            return f'"{shown}" not found: not found'
        ref = f"{self._engine.new_id()[:8]}::{self._engine.new_id()[:25]}"
        return f'failed to calculate checksum of ref {ref}: "{shown}": not found'

    def _origin(self, name: str) -> ImageFiles:
        if (image := self._images.get(name.lower())) is not None:
            return ImageFiles(merged(image.layers), formats=False)
        place = int(name) if name.isdigit() else self._names[name.lower()]
        return ImageFiles(merged(self._files[place].layers), formats=False)

    # RUN

    def _run(self, state: _Files, step: Step) -> Generator[bytes, None, Layer]:
        document = {
            "architecture": HOST.architecture,
            "config": {},
            "os": HOST.os,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in state.layers]},
        }
        image = self._engine.images.build(config_blob(document), state.layers)
        hosts = self._options.host_config.get("ExtraHosts") or []
        command = Command(step.argv, step.env, step.directory, step.user, list(hosts))
        now = self._engine.now

        def mount(fs: FileSystem) -> None:
            mount_all(fs, step.mounts, self._records, self._mounted, now())

        running = run_command(self._engine, image, command, mount, self._peer)
        try:
            while True:
                stream, data = next(running)
                yield log_line(step.vertex, stream, data, now())
        except StopIteration as end:
            code, layer = end.value
        finally:
            running.close()
        if code:
            shown = " ".join(step.argv)
            if self._new:
                problem = f'process "{shown}" did not complete successfully: exit code: {code}'
            else:
                problem = f"executor failed running [{shown}]: exit code: {code}"
            raise Failure(500, problem)
        return layer  # type: ignore[no-any-return]

    def _mounted(self, mount: RunMount) -> Node:
        files: Files = self._origin(mount.origin) if mount.origin else self._context
        node = files.find(files.resolve(mount.source or "/"))
        if node is None:
            raise Failure(500, self._not_found(mount.source, "file does not exist"))
        return node

    # Telling

    def _at_once(self, vertex: Vertex, *, cached: bool = False) -> Iterator[bytes]:
        vertex.started = self._engine.now()
        yield trace(vertexes=[vertex])
        vertex.completed, vertex.cached = self._engine.now(), cached
        yield trace(vertexes=[vertex])

    @staticmethod
    def _digest(text: str) -> str:
        return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _parts(instruction: Instruction) -> list[str]:
    return [part for mount in instruction.flags.get("mount", "").splitlines() for part in mount.split(",")]


def _inline(name: str, data: bytes) -> Source:
    node = Node.file(data)
    return Source(Files(Node.directory({name: node})), name, f"file:{sum_of_node(name, node, formats=False)}")
