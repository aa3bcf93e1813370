"""What the instructions that only say something do to an image's configuration."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.signals import signal_number
from dockpy.fake.state.dockerfile_health import health_text
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockpy.fake.state.build_args import BuildArgs
    from dockpy.fake.state.dockerfile_stages import Instruction

__all__ = ["Settings", "quoted_list"]

_SHELL = ("/bin/sh", "-c")
_PROTOCOLS = ("tcp", "udp", "sctp")


class Settings:
    """A stage's configuration, as instructions change it.

    Args:
        config: what its base says.
        arguments: the build's arguments.
        words: reads the words of EXPOSE, where a variable may stand for several.
        api: the engine's newest version.

    Attributes:
        config: what it says now, by the names of an image's configuration.
        author: who made it.
    """

    def __init__(
        self,
        config: dict[str, Any],
        arguments: BuildArgs,
        words: Callable[[str], list[str]],
        api: str,
    ) -> None:
        self.config: dict[str, Any] = config
        self.author: str = ""
        self._arguments = arguments
        self._words = words
        self._new = at_least(api, "1.42")
        self._api = api
        self._has_cmd = False

    @property
    def shell(self) -> list[str]:
        """What runs the commands that are no JSON arrays."""
        return list(self.config.get("Shell") or _SHELL)

    @property
    def env(self) -> list[str]:
        """The environment."""
        return self.config.get("Env") or []

    def command(self, instruction: Instruction) -> list[str]:
        """The words of a command."""
        if instruction.json:
            return list(instruction.words)
        return [*self.shell, *instruction.words]

    def apply(self, instruction: Instruction) -> str:
        """Change it as an instruction says; what the image's history has of it.

        Raises:
            Failure: it cannot be.
        """
        return str(getattr(self, f"_{instruction.name}")(instruction.words, instruction))

    def _env(self, words: Sequence[str], _: Instruction) -> str:
        entries = [f"{name}={value}" for name, value in zip(words[::2], words[1::2], strict=True)]
        env = list(self.env)
        for entry in entries:
            name = entry.partition("=")[0]
            place = next((at for at, known in enumerate(env) if known.partition("=")[0] == name), len(env))
            env[place : place + 1] = [entry]
        self.config["Env"] = env
        return " ".join(["ENV", *entries])

    def _label(self, words: Sequence[str], _: Instruction) -> str:
        pairs = list(zip(words[::2], words[1::2], strict=True))
        self.config["Labels"] = {**(self.config.get("Labels") or {}), **dict(pairs)}
        return " ".join(["LABEL", *(f"{name}={value}" for name, value in pairs)])

    def _arg(self, words: Sequence[str], _: Instruction) -> str:
        for word in words:
            name, equals, value = word.partition("=")
            self._arguments.declare(name, value if equals else None)
        return " ".join(["ARG", *words])

    def _cmd(self, words: Sequence[str], instruction: Instruction) -> str:
        self.config["Cmd"] = self.command(instruction)
        self._has_cmd = bool(words)
        return f"CMD {quoted_list(self.config['Cmd'])}"

    def _entrypoint(self, words: Sequence[str], instruction: Instruction) -> str:
        given = self.command(instruction) if words else []
        self.config["Entrypoint"] = given
        if not self._has_cmd:
            self.config["Cmd"] = None
        return f"ENTRYPOINT {quoted_list(given)}"

    def _healthcheck(self, _words: Sequence[str], instruction: Instruction) -> str:
        self.config["Healthcheck"] = instruction.health
        assert instruction.health is not None
        return f"HEALTHCHECK {health_text(instruction.health, self._api)}"

    def _expose(self, words: Sequence[str], _: Instruction) -> str:
        ports = [port for word in words for port in self._words(word)]
        exposed = dict(self.config.get("ExposedPorts") or {})
        for port in ports:
            exposed |= {key: {} for key in _ports(port)}
        self.config["ExposedPorts"] = {port: {} for port in exposed}
        return f"EXPOSE {' '.join(ports)}"

    def _user(self, words: Sequence[str], _: Instruction) -> str:
        self.config["User"] = words[0]
        return f"USER {words[0]}"

    def _volume(self, words: Sequence[str], _: Instruction) -> str:
        if not all(words):
            raise Failure(500, "VOLUME specified can not be an empty string")
        self.config["Volumes"] = {**(self.config.get("Volumes") or {}), **{word: {} for word in words}}
        return f"VOLUME [{' '.join(words)}]"

    def _stopsignal(self, words: Sequence[str], _: Instruction) -> str:
        name = words[0]
        if signal_number(name) is None and not (name.isdigit() and int(name)):
            raise Failure(400, f"{'i' if self._new else 'I'}nvalid signal: {name}")
        self.config["StopSignal"] = name
        return f"STOPSIGNAL {name}"

    def _shell(self, words: Sequence[str], _: Instruction) -> str:
        self.config["Shell"] = list(words)
        return f"SHELL [{' '.join(words)}]"

    def _onbuild(self, _words: Sequence[str], instruction: Instruction) -> str:
        trigger = re.sub(r"(?i)^\s*ONBUILD\s*", "", instruction.node.original)
        self.config["OnBuild"] = [*(self.config.get("OnBuild") or []), trigger]
        return f"ONBUILD {trigger}"

    def _maintainer(self, words: Sequence[str], _: Instruction) -> str:
        self.author = words[0]
        return f"MAINTAINER {words[0]}"


def _ports(text: str) -> list[str]:
    number, _, protocol = text.partition("/")
    container = number.rpartition(":")[2]
    first, dash, last = container.partition("-")
    last = last if dash else first
    if not container:
        raise Failure(500, f"No port specified: {text}<empty>")
    if not (first.isdigit() and last.isdigit() and int(first) <= int(last) <= 65535):
        raise Failure(500, f"Invalid containerPort: {container}")
    if protocol.lower() not in ("", *_PROTOCOLS):
        raise Failure(500, f"Invalid proto: {protocol}")
    return [f"{port}/{protocol.lower() or 'tcp'}" for port in range(int(first), int(last) + 1)]


def quoted_list(words: Sequence[str]) -> str:
    """Go's ``%q`` of a list of strings."""
    return f"[{' '.join(json.dumps(word, ensure_ascii=False) for word in words)}]"
