"""The instructions of a Dockerfile that say what containers start from, as commit and import take them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["apply_changes"]

_KNOWN = {
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "ONBUILD",
    "USER",
    "VOLUME",
    "WORKDIR",
}
_NEWER = {"STOPSIGNAL"}
_VARIABLE = re.compile(r"\\(.)|\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})")
_DURATION = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}
_SIGNALS = {
    *("ABRT", "ALRM", "BUS", "CHLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "KILL", "PIPE", "PROF", "PWR"),
    *("QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2"),
    *("VTALRM", "WINCH", "XCPU", "XFSZ", "CLD", "POLL", "IOT"),
}


def apply_changes(config: Mapping[str, Any], changes: Sequence[str], api: str) -> dict[str, Any]:
    """A configuration as instructions change it.

    Args:
        config: the configuration, by the Engine API's names.
        changes: the instructions, each in one line or several.
        api: the engine's newest version.

    Raises:
        Failure: 400, one of them is none.
    """
    changed = dict(config)
    given = "\n".join(changes)
    instructions = list(_instructions(given))
    if given and not instructions:
        raise Failure(400, "file with no instructions")
    new = at_least(api, "1.42")
    for name, rest in instructions:
        keyword = name.upper()
        if keyword not in (_KNOWN | _NEWER if new else _KNOWN):
            raise Failure(400, f"{name if new else keyword.lower()} is not a valid change command")
        _APPLY[keyword](changed, rest)
    return changed


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    text = re.sub(r"\\[ \t]*\n", "", text)
    for line in (given.strip() for given in text.splitlines()):
        if line and not line.startswith("#"):
            name, *rest = line.split(None, 1)
            yield name, rest[0] if rest else ""


def _expanded(text: str, config: Mapping[str, Any]) -> str:
    known = dict(entry.partition("=")[::2] for entry in config.get("Env") or [])

    def value(found: re.Match[str]) -> str:
        if found[1] is not None:
            return found[1] if found[1] == "$" else found[0]
        name, operator, word = found[2] or found[3], found[4], found[5]
        if operator == "-":
            return known.get(name) or word
        if operator == "+":
            return word if known.get(name) else ""
        return str(known.get(name, ""))

    return _VARIABLE.sub(value, text)


def _words(text: str) -> list[str]:
    """Words apart by blanks; quotes and backslashes keep them together, and stay."""
    return re.findall(r"""(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s])+""", text)


def _unquoted(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1] is not None:
            return re.sub(r'\\(["\\$])', r"\1", found[1])
        return found[2] if found[2] is not None else found[3]

    return re.sub(r"""\"((?:\\.|[^"\\])*)\"|'([^']*)'|\\(.)""", plain, text)


def _pairs(name: str, text: str, config: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = _words(text)
    if not words:
        raise Failure(400, f"{name} requires at least one argument")
    if "=" not in words[0]:
        key, *rest = text.split(None, 1)
        if not rest:
            raise Failure(400, f"{name} must have two arguments")
        return [(_unquoted(_expanded(key, config)), _unquoted(_expanded(rest[0], config)))]
    for word in words:
        if "=" not in word:
            raise Failure(400, f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value')
    found = [word.partition("=") for word in words]
    return [
        (_unquoted(_expanded(key, config)), _unquoted(_expanded(value, config))) for key, _, value in found
    ]


def _strings(text: str) -> list[str] | None:
    """The strings of a JSON list; None where it is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _command(config: Mapping[str, Any], text: str) -> list[str]:
    listed = _strings(text)
    if listed is not None:
        return listed
    shell = config.get("Shell") or ["/bin/sh", "-c"]
    return [*shell, text] if text else list(shell)


def _cmd(config: dict[str, Any], text: str) -> None:
    config["Cmd"] = _command(config, text)
    config["ArgsEscaped"] = None


def _entrypoint(config: dict[str, Any], text: str) -> None:
    config["Entrypoint"] = _command(config, text) if text.strip() != "[]" else None


def _env(config: dict[str, Any], text: str) -> None:
    env: list[str] = list(config.get("Env") or [])
    for key, value in _pairs("ENV", text, config):
        if not key:
            raise Failure(400, "ENV names can not be blank")
        entry = f"{key}={value}"
        place = next((n for n, known in enumerate(env) if known.partition("=")[0] == key), None)
        if place is None:
            env.append(entry)
        else:
            env[place] = entry
    config["Env"] = env


def _label(config: dict[str, Any], text: str) -> None:
    config["Labels"] = {**(config.get("Labels") or {}), **dict(_pairs("LABEL", text, config))}


def _expose(config: dict[str, Any], text: str) -> None:
    words = text.split()
    if not words:
        raise Failure(400, "EXPOSE requires at least one argument")
    ports = dict(config.get("ExposedPorts") or {})
    for word in (_expanded(word, config) for word in words):
        number, _, protocol = word.partition("/")
        container = number.rpartition(":")[2]
        first, dash, last = container.partition("-")
        last = last if dash else first
        if not (first.isdigit() and last.isdigit() and int(first) <= int(last) <= 65535):
            raise Failure(400, f"Invalid containerPort: {container}")
        if protocol not in ("", "tcp", "udp", "sctp"):
            raise Failure(400, f"Invalid proto: {protocol}")
        ports |= {f"{port}/{protocol or 'tcp'}": {} for port in range(int(first), int(last) + 1)}
    config["ExposedPorts"] = ports


def _user(config: dict[str, Any], text: str) -> None:
    if len(text.split()) != 1:
        raise Failure(400, "USER requires exactly one argument")
    config["User"] = _unquoted(_expanded(text.strip(), config))


def _volume(config: dict[str, Any], text: str) -> None:
    listed = _strings(text)
    paths = [_expanded(word, config) for word in (text.split() if listed is None else listed)]
    if not paths:
        raise Failure(400, "VOLUME requires at least one argument")
    if not all(path.strip() for path in paths):
        raise Failure(400, "VOLUME specified can not be an empty string")
    config["Volumes"] = {**(config.get("Volumes") or {}), **{path: {} for path in paths}}


def _workdir(config: dict[str, Any], text: str) -> None:
    if not text.strip():
        raise Failure(400, "WORKDIR requires exactly one argument")
    path = _unquoted(_expanded(text.strip(), config))
    if not path.startswith("/"):
        path = f"{config.get('WorkingDir') or ''}/{path}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    config["WorkingDir"] = "/" + "/".join(parts)


def _onbuild(config: dict[str, Any], text: str) -> None:
    if not text:
        raise Failure(400, "ONBUILD requires at least one argument")
    trigger = text.split()[0].upper()
    if trigger == "ONBUILD":
        raise Failure(400, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("FROM", "MAINTAINER"):
        raise Failure(400, f"{trigger} isn't allowed as an ONBUILD trigger")
    config["OnBuild"] = [*(config.get("OnBuild") or []), text]


def _stopsignal(config: dict[str, Any], text: str) -> None:
    if len(text.split()) != 1:
        raise Failure(400, "STOPSIGNAL requires exactly one argument")
    name = _expanded(text.strip(), config)
    valid = int(name) > 0 if name.isdigit() else name.upper().removeprefix("SIG") in _SIGNALS
    if not valid and not re.fullmatch(r"(?:SIG)?RTM(?:IN|AX)(?:[+-]\d+)?", name.upper()):
        raise Failure(400, f"invalid signal: {name}")
    config["StopSignal"] = name


_HEALTH_FLAGS = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
    "retries": "Retries",
}


def _healthcheck(config: dict[str, Any], text: str) -> None:
    check: dict[str, Any] = {}
    while found := re.match(r"--([\w-]+)(?:=(\S*))?\s*", text):
        name, value = found[1], found[2] or ""
        if name not in _HEALTH_FLAGS:
            raise Failure(400, f"unknown flag: --{name}")
        check[_HEALTH_FLAGS[name]] = int(value) if name == "retries" and value.isdigit() else _duration(value)
        text = text[found.end() :]
    if not text:
        raise Failure(400, "HEALTHCHECK requires at least one argument")
    kind, *rest = text.split(None, 1)
    if kind.upper() == "NONE":
        if rest:
            raise Failure(400, "HEALTHCHECK NONE takes no arguments")
        config["Healthcheck"] = {"Test": ["NONE"]}
        return
    if kind.upper() != "CMD":
        raise Failure(400, f'Unknown type "{kind.upper()}" in HEALTHCHECK (try CMD)')
    if not rest:
        raise Failure(400, "Missing command after HEALTHCHECK CMD")
    listed = _strings(rest[0])
    test = ["CMD-SHELL", rest[0]] if listed is None else ["CMD", *listed]
    config["Healthcheck"] = {"Test": test, **check}


def _duration(text: str) -> int:
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Failure(400, f'time: invalid duration "{text}"')
    return round(sum(float(number) * _NANOSECONDS[unit] for number, unit in parts))


_APPLY: dict[str, Callable[[dict[str, Any], str], None]] = {
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "ONBUILD": _onbuild,
    "STOPSIGNAL": _stopsignal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
