"""The classic builder: each instruction is a step, and each step an image."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.build_args import BuildArgs
from dockpy.fake.state.build_bases import Bases, no_platform
from dockpy.fake.state.build_cache import Cache
from dockpy.fake.state.build_config import Settings
from dockpy.fake.state.build_containers import StepContainers
from dockpy.fake.state.build_context import ImageFiles
from dockpy.fake.state.build_copy import chosen, sum_of
from dockpy.fake.state.build_copying import copied
from dockpy.fake.state.build_fetch import fetched
from dockpy.fake.state.build_images import add_step
from dockpy.fake.state.build_lines import BuildLines
from dockpy.fake.state.dockerfile import DockerfileError, parse_dockerfile
from dockpy.fake.state.dockerfile_flags import check_mounts
from dockpy.fake.state.dockerfile_lex import ExpansionError, Lex
from dockpy.fake.state.dockerfile_stages import check
from dockpy.fake.state.image import config_blob, merged
from dockpy.fake.state.image_platform import HOST, parse_platform
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer
    from dockpy.fake.state.build_context import ReceivedFiles
    from dockpy.fake.state.build_options import BuildOptions
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.dockerfile_stages import Instruction, Stage
    from dockpy.fake.state.image import Image

__all__ = ["CommandFailed", "Steps"]

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NEEDS_BUILDKIT = (
    "option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images "
    "with BuildKit enabled"
)
_EXPANDED = {"add", "arg", "copy", "env", "label", "stopsignal", "user", "volume", "workdir"}


class CommandFailed(Failure):
    """A command of a step has failed.

    Args:
        command: its words.
        code: its exit code.
    """

    def __init__(self, command: Sequence[str], code: int) -> None:
        text = f"The command '{' '.join(command)}' returned a non-zero code: {code}"
        super().__init__(500, text)
        self.code = code


@dataclass(slots=True)
class _Stage:
    """How it stands with a stage: the image so far, None for nothing, and what its containers start from."""

    name: str
    image: Image | None
    settings: Settings
    cache: Cache


class Steps:
    """One build.

    Args:
        engine: the daemon.
        options: what is asked for.
        files: the context; None where there is none.
        escape: the Dockerfile's escape character.
        peer: who waits for it.
    """

    def __init__(
        self,
        engine: Engine,
        options: BuildOptions,
        files: ReceivedFiles,
        escape: str,
        peer: Callable[[], bool] | None,
    ) -> None:
        self._engine = engine
        self._options = options
        self._files = files
        self._lex = Lex(escape, engine.api)
        self._new = at_least(engine.api, "1.42")
        self._lines = BuildLines(engine.api)
        self._args = BuildArgs(options.arguments, engine.api)
        self._bases = Bases(engine.images, options)
        self._containers = StepContainers(engine, options.host_config, peer)
        self._done: list[_Stage] = []
        self._number = 1
        self._total = 0

    def run(self, stages: Sequence[Stage], arguments: Sequence[Instruction]) -> Generator[bytes, None, Image]:
        """Build it: messages, and at last the image.

        Raises:
            Failure: a step cannot be done.
        """
        self._total = len(arguments) + sum(1 + len(stage.instructions) for stage in stages)
        for instruction in arguments:
            yield from self._step(instruction.code)
            self._declare_first(instruction)
        stage: _Stage | None = None
        for each in stages:
            if each.name and any(done.name == each.name for done in self._done):
                raise Failure(500, f"{each.name} stage name already used")
            yield from self._step(each.code)
            stage = yield from self._begin(each)
            yield self._lines.image("" if stage.image is None else stage.image.id)
            for instruction in each.instructions:
                yield from self._step(instruction.code)
                yield from self._dispatch(stage, instruction)
                yield self._lines.image("" if stage.image is None else stage.image.id)
            if stage.image is not None:
                yield self._lines.built(stage.image.id)
            self._done.append(stage)
        if unused := self._args.unused():
            yield self._lines.text(
                f"[Warning] One or more build-args [{' '.join(unused)}] were not consumed\n"
            )
        if stage is None or stage.image is None:
            raise Failure(500, "No image was generated. Is your Dockerfile empty?")
        return stage.image

    def _step(self, code: str) -> Iterator[bytes]:
        yield from self._lines.step(self._number, self._total, code)
        self._number += 1

    def _expand(self, text: str, variables: Mapping[str, str], status: int = 400) -> str:
        try:
            return self._lex.word(text, variables)
        except ExpansionError as error:
            raise Failure(status, str(error)) from None

    def _declare_first(self, instruction: Instruction) -> None:
        known = self._args.of_first()
        for word in instruction.words:
            name, equals, value = word.partition("=")
            expanded = self._expand(value, known) if equals else None
            self._args.declare_first(self._expand(name, known), expanded)

    # Stages

    def _begin(self, stage: Stage) -> Generator[bytes, None, _Stage]:
        variables = self._args.of_first()
        platform = None
        if stage.platform:
            text = self._expand(stage.platform, variables)
            try:
                platform = parse_platform(text, self._engine.api)
                if platform is None:
                    raise Failure(400, no_platform(self._engine.api))
            except Failure as failure:
                raise Failure(500, f"failed to parse platform {text}: {failure.message}") from None
        name = self._expand(stage.base, variables)
        if not name:
            raise Failure(500, f"base name ({stage.base}) should not be blank")
        of_stage = next((done for done in self._done if done.name and done.name == name.lower()), None)
        image: Image | None = None
        if of_stage is not None:
            image = of_stage.image
        elif name == "scratch":
            wanted = platform or self._options.platform
            if wanted is not None and wanted.os not in ("", "linux"):
                raise Failure(400, "operating system is not supported")
        else:
            image = yield from self._bases.get(name, platform)
        self._args.begin_stage()
        config = dict(image.settings) if image is not None else {}
        env = list(config.get("Env") or [])
        if not any(entry.startswith("PATH=") for entry in env):
            env.append(_PATH)
        config |= {"Env": env, "OpenStdin": False, "StdinOnce": False, "Hostname": "", "Domainname": ""}
        begun = _Stage(stage.name, image, None, self._cache())  # type: ignore[arg-type]
        begun.settings = Settings(config, self._args, lambda word: self._split(begun, word), self._engine.api)
        if triggers := config.pop("OnBuild", None):
            config["OnBuild"] = None
            yield from self._trigger(begun, triggers)
        return begun

    def _cache(self) -> Cache:
        return Cache(self._engine.images, self._bases.of_cache(), used=self._options.cache)

    def _trigger(self, stage: _Stage, triggers: Sequence[str]) -> Iterator[bytes]:
        plural = "s" if len(triggers) > 1 else ""
        yield self._lines.text(f"# Executing {len(triggers)} build trigger{plural}")
        yield self._lines.text("\n")
        for trigger in triggers:
            try:
                parsed = parse_dockerfile(trigger.encode(), self._engine.api, heredocs=self._new)
                instruction = check(parsed.nodes[0], self._engine.api, buildkit=False)
            except DockerfileError as error:
                raise Failure(400, error.problem) from None
            yield from self._dispatch(stage, instruction)

    # Instructions

    def _variables(self, stage: _Stage) -> dict[str, str]:
        env = stage.settings.env
        known = {name: value for name, _, value in (entry.partition("=") for entry in env)}
        return known | self._args.of_stage(env)

    def _split(self, stage: _Stage, word: str) -> list[str]:
        try:
            return self._lex.words(word, self._variables(stage))
        except ExpansionError as error:
            raise Failure(500, str(error)) from None

    def _dispatch(self, stage: _Stage, instruction: Instruction) -> Iterator[bytes]:
        if instruction.name in _EXPANDED and instruction.expands:
            self._expand_all(stage, instruction)
        try:
            yield from self._do(stage, instruction)
        except Failure:
            if self._options.remove_always:
                yield from self._remove_containers()
            raise
        if self._options.remove or self._options.remove_always:
            yield from self._remove_containers()

    def _remove_containers(self) -> Iterator[bytes]:
        for id in self._containers.remove_all():
            yield self._lines.removed(id)

    def _expand_all(self, stage: _Stage, instruction: Instruction) -> None:
        variables = self._variables(stage)
        separator = "=" if instruction.name == "arg" else "\0"
        instruction.words = [
            separator.join(self._expand(part, variables) for part in word.split(separator, 1))
            for word in instruction.words
        ]
        if "chown" in instruction.flags:
            instruction.flags["chown"] = self._expand(instruction.flags["chown"], variables)

    def _do(self, stage: _Stage, instruction: Instruction) -> Iterator[bytes]:
        match instruction.name:
            case "run":
                yield from self._run(stage, instruction)
            case "copy" | "add":
                yield from self._copy(stage, instruction)
            case "workdir":
                yield from self._workdir(stage, instruction.words[0])
            case _:
                before = (stage.settings.config.get("Healthcheck") or {}).get("Test") or ["NONE"]
                if instruction.name == "healthcheck" and before[0] != "NONE":
                    shown = " ".join(before)
                    yield self._lines.text(f"Note: overriding previous HEALTHCHECK: [{shown}]\n")
                comment = stage.settings.apply(instruction)
                yield from self._only_say(stage, ["#(nop) ", comment])

    def _only_say(self, stage: _Stage, comment: Sequence[str]) -> Generator[bytes, None, None]:
        settings = stage.settings
        config = self._config(stage, Cmd=[*settings.shell, *comment])
        container = yield from self._probe_and_create(stage, config)
        if container is not None:
            self._commit(stage, container, self._of_container(container, config))

    def _config(self, stage: _Stage, **changed: Any) -> dict[str, Any]:
        image = "" if stage.image is None else stage.image.id
        return {**stage.settings.config, "Image": image, **changed}

    def _of_container(self, container: Container, config: Mapping[str, Any]) -> dict[str, Any]:
        """What a container that was made started from: its image said what was not said."""
        return {**config, "Hostname": container.id[:12], **_said(container.config)}

    def _probe(self, stage: _Stage, config: Mapping[str, Any]) -> Iterator[bytes]:
        found = stage.cache.find(stage.image, config)
        if found is not None:
            stage.image = found
            yield self._lines.text(" ---> Using cache\n")

    def _probe_and_create(
        self, stage: _Stage, config: Mapping[str, Any]
    ) -> Generator[bytes, None, Container | None]:
        before = stage.image
        for line in self._probe(stage, config):
            yield line
            return None
        stage.image = before
        return (yield from self._create(stage, config))

    def _create(self, stage: _Stage, config: Mapping[str, Any]) -> Generator[bytes, None, Container]:
        image = stage.image or self._nothing()
        container, warnings = self._containers.create(
            image, config, "" if stage.image is None else stage.image.id
        )
        for warning in warnings:
            yield self._lines.text(f" ---> [Warning] {warning}\n")
        yield self._lines.text(f" ---> Running in {container.id[:12]}\n")
        return container

    def _nothing(self) -> Image:
        config = {"architecture": HOST.architecture, "os": HOST.os, "config": {}}
        return self._engine.images.build(
            config_blob({**config, "rootfs": {"type": "layers", "diff_ids": []}}), []
        )

    def _workdir(self, stage: _Stage, path: str) -> Iterator[bytes]:
        if not path:
            raise Failure(500, "cannot normalize nothing")
        current = stage.settings.config.get("WorkingDir") or "/"
        where = posixpath.normpath(posixpath.join(current, path))
        stage.settings.config["WorkingDir"] = "/" + where.lstrip("/")
        yield from self._only_say(stage, [f"#(nop) WORKDIR {stage.settings.config['WorkingDir']}"])

    # RUN

    def _run(self, stage: _Stage, instruction: Instruction) -> Iterator[bytes]:
        if instruction.flags:
            if "mount" in instruction.flags:
                try:
                    check_mounts(instruction.flags)
                except DockerfileError as error:
                    raise Failure(500, error.problem) from None
            raise Failure(500, f"the --{next(iter(instruction.flags))} {_NEEDS_BUILDKIT}")
        settings = stage.settings
        command = settings.command(instruction)
        arguments = self._args.of_stage(settings.env)
        saved = command
        if arguments:
            shown = sorted(f"{name}={value}" for name, value in arguments.items() if self._args.counts(name))
            saved = [f"|{len(shown)}", *shown, *command]
        probed = self._config(
            stage, Cmd=saved, Entrypoint=None if saved else settings.config.get("Entrypoint")
        )
        for line in self._probe(stage, probed):
            yield line
            return
        env = [*settings.env, *(f"{name}={value}" for name, value in arguments.items())]
        config = self._config(stage, Cmd=command, Env=env, Healthcheck={"Test": ["NONE"]})
        if saved:
            config["Entrypoint"] = [""]
        container = yield from self._create(stage, config)
        running = self._containers.run(container)
        code = 0
        try:
            while True:
                yield self._lines.output(*next(running))
        except StopIteration as end:
            code = end.value
        finally:
            running.close()
        if code:
            raise CommandFailed(command, code)
        self._commit(stage, container, probed)

    # COPY and ADD

    def _copy(self, stage: _Stage, instruction: Instruction) -> Iterator[bytes]:
        name, flags, settings = instruction.name.upper(), instruction.flags, stage.settings
        if flags.get("chmod"):
            raise Failure(500, f"the --chmod {_NEEDS_BUILDKIT}")
        files: Any = self._files
        if flags.get("from"):
            files = yield from self._files_of(flags["from"])
        *patterns, path = instruction.words
        patterns = [word for word in patterns if not (self._new and word.startswith("<<"))]
        fetch = (lambda url: fetched(self._engine, url, path)) if name == "ADD" else None
        try:
            sources = chosen(files, patterns, of_context=not flags.get("from"), fetch=fetch)
        except Failure as failure:
            raise Failure(failure.status, f"{name} failed: {failure.message}") from None
        if len(sources) > 1 and not path.endswith("/"):
            raise Failure(
                500,
                f"When using {name} with more than one source file, the destination must be a directory "
                "and end with a /",
            )
        chown = flags.get("chown", "")
        owner = f"--chown={chown}{' ' if self._new else ''}" if chown else ""
        comment = f"#(nop) {name} {owner}{sum_of(sources)} in {path} "
        config = self._config(stage, Cmd=[*settings.shell, comment])
        for line in self._probe(stage, config):
            yield line
            return
        layer = copied(
            self._engine,
            stage.image.layers if stage.image is not None else (),
            sources,
            path,
            directory=settings.config.get("WorkingDir") or "",
            chown=chown,
            keep_owners=bool(flags.get("from")),
            unpack=name == "ADD",
        )
        self._add(stage, layer, "", config)

    def _files_of(self, name: str) -> Generator[bytes, None, ImageFiles]:
        try:
            image: Image | None
            place = int(name) if name.isdigit() else None
            if place is not None and place >= len(self._done):
                raise Failure(500, "index out of bounds")
            stage = (
                self._done[place]
                if place is not None
                else next((done for done in self._done if done.name == name.lower()), None)
            )
            image = stage.image if stage is not None else (yield from self._bases.get(name))
        except Failure as failure:
            raise Failure(500, f"invalid from flag value {name}: {failure.message}") from None
        return ImageFiles(merged(image.layers if image is not None else ()), formats=not self._new)

    # Images

    def _commit(self, stage: _Stage, container: Container, config: Mapping[str, Any]) -> None:
        changed = {path for _, path in container.upper.changes()}
        if not container.has_started:  # what volumes are mounted on is made at the start
            changed -= {path for mount in container.mounts for path in _with_parents(mount["Destination"])}
        layer = container.upper.freeze() if changed else None
        self._add(stage, layer, container.id, config)
        if at_least(self._engine.api, "1.44"):
            self._engine.images.emit("create", stage.image)

    def _add(self, stage: _Stage, layer: Layer | None, container: str, config: Mapping[str, Any]) -> None:
        settings = stage.settings
        stage.image = add_step(
            self._engine.images,
            stage.image,
            layer,
            container=container,
            started_from=config,
            settings=self._config(stage),
            author=settings.author,
        )


def _with_parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    for number in range(2, len(parts) + 1):
        yield "/".join(parts[:number])


def _said(config: Mapping[str, Any]) -> dict[str, Any]:
    names = ("Env", "Cmd", "Entrypoint", "Labels", "Volumes", "ExposedPorts", "User", "WorkingDir")
    return {name: config.get(name) for name in names}
