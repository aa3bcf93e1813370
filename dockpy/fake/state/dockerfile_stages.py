"""The instructions of a Dockerfile, checked: what comes before the first stage, and each stage's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.dockerfile import DockerfileError, Node
from dockpy.fake.state.dockerfile_flags import FLAGS, read_flags
from dockpy.fake.state.dockerfile_health import read_health
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Instruction", "Stage", "check", "find_stage", "label_instruction", "read_stages"]

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_AT_LEAST_ONE = {"arg", "env", "expose", "healthcheck", "label", "onbuild", "shell", "volume"}
_EXACTLY_ONE = {"maintainer", "stopsignal", "user", "workdir"}
_PAIRS = {"env", "label"}
NAMES = tuple(FLAGS)


@dataclass(slots=True)
class Instruction:
    """An instruction whose arguments are right, as far as that can be told.

    Attributes:
        name: in lower case.
        words: its arguments.
        flags: its flags, by their names.
        json: its arguments were written as a JSON array.
        code: the line as a build tells it.
        node: as it was written.
        expands: whether variables in it are replaced.
        health: of HEALTHCHECK, what it says.
    """

    name: str
    words: list[str]
    flags: dict[str, str]
    json: bool
    code: str
    node: Node
    expands: bool = True
    health: dict[str, Any] | None = None


@dataclass(slots=True)
class Stage:
    """A stage.

    Attributes:
        base: what it is built from, as it is written.
        name: in lower case; empty where it has none.
        platform: as it is written.
        code: its FROM as a build tells it.
        node: its FROM as it was written.
        instructions: what follows.
    """

    base: str
    name: str
    platform: str
    code: str
    node: Node
    instructions: list[Instruction] = field(default_factory=list[Instruction])


def read_stages(nodes: Iterable[Node], api: str, *, buildkit: bool) -> tuple[list[Stage], list[Instruction]]:
    """The stages, and the ARGs before the first one.

    Args:
        nodes: the instructions as they are written.
        api: the engine's newest version.
        buildkit: as BuildKit reads them.

    Raises:
        DockerfileError: one of them cannot be; of line 0 where it stands before any stage.
    """
    stages: list[Stage] = []
    arguments: list[Instruction] = []
    for node in nodes:
        try:
            if node.name == "from":
                stages.append(_stage(node, api, buildkit=buildkit))
                continue
            instruction = check(node, api, buildkit=buildkit)
        except DockerfileError as error:
            raise DockerfileError(node.line, error.problem) from None
        if stages:
            stages[-1].instructions.append(instruction)
        elif node.name == "arg":
            arguments.append(instruction)
        else:
            raise DockerfileError(0, "no build stage in current context")
    return stages, arguments


def find_stage(stages: list[Stage], name: str) -> int | None:
    """The place of the last stage of a name; None where there is none."""
    found = [place for place, stage in enumerate(stages) if stage.name and stage.name == name.lower()]
    return found[-1] if found else None


def label_instruction(name: str, value: str) -> Instruction:
    """The instruction that a label given with the build becomes."""
    code = f"LABEL {name}={value}"
    return Instruction("label", [name, value], {}, False, code, Node("LABEL", [], [], False, code), False)


def _stage(node: Node, api: str, *, buildkit: bool) -> Stage:
    words = node.words
    name = ""
    if len(words) == 3 and words[1].lower() == "as":
        name = words[2].lower()
        if not _STAGE_NAME.fullmatch(name):
            raise DockerfileError(
                0,
                f'invalid name for build stage: "{words[2]}", name can\'t start with a number or contain '
                "symbols",
            )
    elif len(words) != 1:
        raise DockerfileError(0, "FROM requires either one or three arguments")
    flags = read_flags(node, api, buildkit=buildkit)
    return Stage(words[0], name, flags.get("platform", ""), node.code, node)


def check(node: Node, api: str, *, buildkit: bool) -> Instruction:
    """An instruction.

    Raises:
        DockerfileError: it cannot be; of line 0.
    """
    name = node.name
    if name not in FLAGS:
        raise DockerfileError(0, _unknown(node.keyword, api))
    shown, words = name.upper(), node.words
    if name in ("copy", "add") and len(words) < 2:
        problem = (
            "requires at least two arguments, but only one was provided. Destination could not be determined"
        )
        raise DockerfileError(0, f"{shown} {problem}")
    if name in _EXACTLY_ONE and len(words) != 1:
        raise DockerfileError(0, f"{shown} requires exactly one argument")
    if name in _AT_LEAST_ONE - _PAIRS and not words:
        raise DockerfileError(0, f"{shown} requires at least one argument")
    is_none = name == "healthcheck" and words[0].upper() == "NONE"
    flags = {} if is_none else read_flags(node, api, buildkit=buildkit)
    instruction = Instruction(name, list(words), flags, node.json, node.code, node)
    match name:
        case "env" | "label":
            if not words:
                raise DockerfileError(0, f"{shown} requires at least one argument")
            if not all(words[::2]):
                raise DockerfileError(0, f"{shown} names can not be blank")
        case "arg":
            if not all(word.partition("=")[0] for word in words):
                raise DockerfileError(0, "ARG names can not be blank")
        case "shell" if not node.json:
            raise DockerfileError(0, "SHELL requires the arguments to be in JSON form")
        case "volume" if not all(words):
            raise DockerfileError(0, "VOLUME specified can not be an empty string")
        case "expose":
            instruction.words.sort()
        case "healthcheck":
            instruction.health = read_health(node, flags, api)
        case "onbuild":
            _check_trigger(words[0].strip().upper())
        case _:
            pass
    return instruction


def _check_trigger(name: str) -> None:
    if name == "ONBUILD":
        raise DockerfileError(0, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if name in ("MAINTAINER", "FROM"):
        raise DockerfileError(0, f"{name} isn't allowed as an ONBUILD trigger")


def _unknown(keyword: str, api: str) -> str:
    if not at_least(api, "1.42"):
        return f"unknown instruction: {keyword.upper()}"
    return f"unknown instruction: {keyword}{suggestion(keyword, [name.upper() for name in NAMES])}"


def suggestion(given: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` where something known is like it; else empty."""
    limit = 3
    near = sorted((_distance(given.lower(), name.lower()), name) for name in known)
    return f" (did you mean {near[0][1]}?)" if near and near[0][0] < limit else ""


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for number, character in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, against in enumerate(other, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (character != against)),
            )
    return row[-1]
