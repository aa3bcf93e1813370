"""BuildKit's plan of a Dockerfile: the steps that the target needs, each with what it does."""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.build_config import Settings
from dockpy.fake.state.build_trace import Vertex
from dockpy.fake.state.buildkit_mounts import read_mounts
from dockpy.fake.state.dockerfile import parse_line
from dockpy.fake.state.dockerfile_health import health_words
from dockpy.fake.state.dockerfile_lex import ExpansionError, Lex
from dockpy.fake.state.dockerfile_stages import check
from dockpy.fake.state.image_platform import HOST
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.state.build_args import BuildArgs
    from dockpy.fake.state.buildkit_mounts import RunMount
    from dockpy.fake.state.dockerfile_stages import Instruction, Stage
    from dockpy.fake.state.image import Image

__all__ = ["PLATFORM_ARGS", "Plan", "PlannedStage", "Step"]

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_STEPS = ("run", "copy", "add", "workdir")
_EXPANDED = {"add", "arg", "copy", "env", "label", "stopsignal", "user", "volume", "workdir"}
_VARIABLE = re.compile(r"\\.|\$(?:\{(\w+)\}|(\w+))")
PLATFORM_ARGS = {
    **{f"{name}PLATFORM": str(HOST) for name in ("TARGET", "BUILD")},
    **{f"{name}OS": HOST.os for name in ("TARGET", "BUILD")},
    **{f"{name}ARCH": HOST.architecture for name in ("TARGET", "BUILD")},
    **{f"{name}VARIANT": "" for name in ("TARGET", "BUILD")},
}


@dataclass(slots=True)
class Step:
    """A step that makes a layer.

    Attributes:
        instruction: its instruction, variables replaced.
        vertex: what is told of it.
        said: its line in the image's history; the entry itself is `entry`.
        argv: of RUN, the command.
        env: the environment.
        directory: where it runs; of WORKDIR, the directory to make.
        user: as whom it runs.
        mounts: what is mounted for it.
    """

    instruction: Instruction
    vertex: Vertex
    entry: dict[str, Any]
    argv: list[str]
    env: list[str]
    directory: str
    user: str
    mounts: list[RunMount]


@dataclass(slots=True)
class PlannedStage:
    """A stage.

    Attributes:
        stage: as it was read.
        number: its place in the Dockerfile.
        base: the stage that it begins with; None where that is an image or nothing.
        image: the image that it begins with.
        settings: what its image says at last.
        steps: what is done.
        history: its image's history, without that of its base.
        last: the vertex of its last step; None where it has none.
    """

    stage: Stage
    number: int
    base: PlannedStage | None
    image: Image | None
    settings: Settings
    steps: list[Step] = field(default_factory=list[Step])
    history: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    last: Vertex | None = None


class Plan:
    """Plans one stage after the other.

    Args:
        arguments: the build's.
        escape: the Dockerfile's escape character.
        api: the engine's newest version.
        context: the vertex of the context.
        several: whether the Dockerfile has several stages.
    """

    def __init__(
        self, arguments: BuildArgs, escape: str, api: str, context: Vertex, *, several: bool
    ) -> None:
        self._args = arguments
        self._lex = Lex(escape, api)
        self._api = api
        self._new = at_least(api, "1.42")
        self._context = context
        self._several = several
        self.vertexes: list[Vertex] = []
        self.origins: dict[str, Vertex] = {}
        """By a stage's name or number, or an image's name, the vertex of what COPY --from takes from."""

    def expand(self, text: str, variables: Mapping[str, str]) -> str:
        """A word with its variables replaced.

        Raises:
            Failure: it cannot be read.
        """
        try:
            return self._lex.word(text, variables)
        except ExpansionError as error:
            raise Failure(500, str(error)) from None

    def stage(
        self, stage: Stage, number: int, base: PlannedStage | None, image: Image | None, first: Vertex | None
    ) -> PlannedStage:
        """Plan a stage.

        Args:
            stage: as it was read.
            number: its place.
            base: the stage that it begins with.
            image: the image that it begins with.
            first: the vertex of that.

        Raises:
            Failure: an instruction cannot be.
        """
        config = dict(
            base.settings.config if base is not None else image.settings if image is not None else {}
        )
        env = list(config.get("Env") or [])
        if not any(entry.startswith("PATH=") for entry in env):
            env.append(_PATH)
        config["Env"] = env
        triggers = config.pop("OnBuild", None)
        planned = PlannedStage(stage, number, base, image, None, last=first)  # type: ignore[arg-type]
        planned.settings = Settings(
            config, self._args, lambda word: self._lex.words(word, self._variables(planned)), self._api
        )
        self._args.begin_stage()
        if triggers:
            stage.instructions[:0] = [
                check(parse_line(text, "\\", self._api), self._api, buildkit=True) for text in triggers
            ]
        total = sum(each.name in _STEPS for each in stage.instructions)
        total += base is None and stage.base != "scratch"
        place = int(base is None and stage.base != "scratch")
        for instruction in stage.instructions:
            name = self._named(planned, instruction)
            if instruction.name in _EXPANDED and instruction.expands:
                self._expand_all(planned, instruction)
            if instruction.name not in _STEPS:
                self._say(planned, instruction)
                continue
            place += 1
            self._add(planned, instruction, f"[{self.label(planned)}{place}/{total}] {name}")
        return planned

    def label(self, planned: PlannedStage) -> str:
        """What stands before the numbers of a stage's steps."""
        if not self._several:
            return ""
        return f"{planned.stage.name or f'stage-{planned.number}'} "

    def _variables(self, planned: PlannedStage) -> dict[str, str]:
        env = planned.settings.env
        known = {name: value for name, _, value in (entry.partition("=") for entry in env)}
        return known | self._args.of_stage(env)

    def _expand_all(self, planned: PlannedStage, instruction: Instruction) -> None:
        variables = self._variables(planned)
        words = []
        for word in instruction.words:
            name, equals, value = word.partition("=") if instruction.name == "arg" else (word, "", "")
            words.append(self.expand(name, variables) + equals + self.expand(value, variables))
        instruction.words = words
        if "chown" in instruction.flags:
            instruction.flags["chown"] = self.expand(instruction.flags["chown"], variables)

    def _named(self, planned: PlannedStage, instruction: Instruction) -> str:
        """The line as BuildKit shows it: variables are replaced where they are known, quotes stay."""
        variables = self._variables(planned)
        keyword, _, rest = instruction.code.partition(" ")

        def value(match: re.Match[str]) -> str:
            return variables.get(match[1] or match[2] or "", match[0])

        shown = _VARIABLE.sub(value, rest.strip())
        for document in instruction.node.heredocs if instruction.name == "run" else ():
            first, _, more = document.content.strip().partition("\n")
            shown += f" ({first}{'...' if more else ''})"
        return f"{keyword.upper()} {shown}"

    def _say(self, planned: PlannedStage, instruction: Instruction) -> None:
        said = planned.settings.apply(instruction)
        match instruction.name:
            case "onbuild":
                return
            case "cmd":
                planned.settings.config["ArgsEscaped"] = True
            case "expose":
                given = [
                    port
                    for word in instruction.words
                    for port in self._lex.words(word, self._variables(planned))
                ]
                ports = [port if "/" in port else f"{port}/tcp" for port in given]
                said = f"EXPOSE [{' '.join(ports)}]"
                if not self._new:
                    said = f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in ports)}]"
            case "healthcheck":
                said = f"HEALTHCHECK {health_words(instruction.health or {}, self._api)}"
            case "arg" if self._new:
                known = self._args.of_stage(())
                names = [word.partition("=")[0] for word in instruction.words]
                said = "ARG " + " ".join(f"{name}={known[name]}" if name in known else name for name in names)
            case _:
                pass
        planned.history.append(_entry(said, empty=True))

    def _add(self, planned: PlannedStage, instruction: Instruction, name: str) -> None:
        settings = planned.settings
        directory = settings.config.get("WorkingDir") or "/"
        argv: list[str] = []
        env = list(settings.env)
        inputs = [planned.last.digest] if planned.last is not None else []
        mounts: list[RunMount] = []
        match instruction.name:
            case "workdir":
                directory = posixpath.normpath(posixpath.join(directory, instruction.words[0]))
                settings.config["WorkingDir"] = directory
                said = f"WORKDIR {directory}"
            case "run":
                argv, said, env = self._command(settings, instruction)
                mounts = list(read_mounts(instruction.flags))
                inputs += [self._origin(mount.origin).digest for mount in mounts if mount.kind == "bind"]
            case _:
                inputs.append(self._origin(instruction.flags.get("from", "")).digest)
                chown = instruction.flags.get("chown", "")
                chmod = instruction.flags.get("chmod", "")
                flags = (f"--chown={chown} " if chown else "") + (f"--chmod={chmod} " if chmod else "")
                said = f"{instruction.name.upper()} {flags}{' '.join(instruction.words)} # buildkit"
        key = repr((inputs, instruction.name, said, argv, env, directory, sorted(instruction.flags.items())))
        vertex = Vertex(f"sha256:{hashlib.sha256(key.encode()).hexdigest()}", name, tuple(inputs))
        entry = _entry(said, empty=False)
        user = settings.config.get("User") or ""
        planned.steps.append(Step(instruction, vertex, entry, argv, env, directory, user, mounts))
        planned.history.append(entry)
        planned.last = vertex
        self.vertexes.append(vertex)

    def _origin(self, name: str) -> Vertex:
        return self.origins[name.lower()] if name else self._context

    def _command(self, settings: Settings, instruction: Instruction) -> tuple[list[str], str, list[str]]:
        argv = settings.command(instruction)
        documents = instruction.node.heredocs
        if documents and not instruction.json:
            text = instruction.words[0]
            script = documents[0].content if re.fullmatch(r"<<-?\S+", text) else None
            if script is None:
                script = text + "\n" + "".join(f"{each.text}{each.name}\n" for each in documents)
            argv = [*settings.shell, script]
        arguments = self._args.of_stage(settings.env)
        shown = [f"{name}={value}" for name, value in arguments.items() if self._args.counts(name)]
        words = [f"|{len(shown)}", *shown, *argv] if arguments else argv
        env = [*settings.env, *(f"{name}={value}" for name, value in arguments.items())]
        return argv, f"RUN {' '.join(words)} # buildkit", env


def _entry(said: str, *, empty: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"created": "", "created_by": said, "comment": "buildkit.dockerfile.v0"}
    return entry | ({"empty_layer": True} if empty else {})


def needed(stages: Sequence[Stage], target: int) -> set[int]:
    """The places of the stages that one needs, itself among them."""
    found: set[int] = set()
    pending = [target]
    while pending:
        place = pending.pop()
        if place in found:
            continue
        found.add(place)
        stage = stages[place]
        names = [stage.base, *(each.flags.get("from", "") for each in stage.instructions)]
        for each in stage.instructions:
            if each.name == "run":
                names += [mount.origin for mount in read_mounts(each.flags)]
        pending += [at for name in names if (at := earlier(stages, place, name)) is not None]
    return found


def earlier(stages: Sequence[Stage], place: int, name: str) -> int | None:
    """The place of the stage before another that goes under a name or number; None where there is none."""
    if name.isdigit() and int(name) < place:
        return int(name)
    found = [at for at in range(place) if stages[at].name and stages[at].name == name.lower()]
    return found[-1] if found else None
