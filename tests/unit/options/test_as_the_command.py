"""Options give the JSON that the docker command gives for the same flags; `record_cli.py` recorded it."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from dockpy.errors import InvalidArgument
from dockpy.options.containers import create_request
from dockpy.options.fields import Surroundings
from dockpy.options.fitting import for_version

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from docker_flags import CREATED, ELSEWHERE, REFUSED, WINDOWS, Options  # noqa: E402

CALLS = {call["flags"]: call for call in json.loads((HERE / "cli.json").read_text())}
PLAIN = CALLS[""]["body"]


def read(option: str, path: str) -> bytes:
    try:
        return (HERE / "files" / path).read_bytes()
    except OSError:
        raise InvalidArgument(f"{option}={path!r}: there is none") from None


AROUND = Surroundings(
    environ={"SET_HERE": "yes"},
    absolute=lambda path: posixpath.normpath(posixpath.join("{files}", path)),
    read=read,
)


def cases(table: dict[str, list[Options]]) -> list[Any]:
    return [
        pytest.param(flags, keywords, id=f"{flags} {number}")
        for flags, forms in table.items()
        for number, keywords in enumerate([*forms, *mount_text(flags)])
    ]


def mount_text(flags: str) -> list[Options]:
    """A --mount's own text, which is a form too."""
    match shlex.split(flags):
        case ["--mount", value]:
            return [{"mounts": [value]}]
    return []


def test_every_recorded_call_is_compared() -> None:
    assert set(CALLS) == set(CREATED) | set(WINDOWS)
    refused = {call["flags"] for call in json.loads((HERE / "cli_refused.json").read_text())}
    assert refused == set(REFUSED)


def test_every_flag_is_recorded_or_said_to_be_elsewhere() -> None:
    recorded = set(re.findall(r"(?<!\S)--([a-z0-9-]+)", " ".join(CALLS)))
    assert recorded.isdisjoint(ELSEWHERE)
    assert recorded | set(ELSEWHERE) == set((HERE / "run_flags.txt").read_text().split())


@pytest.mark.parametrize(("flags", "keywords"), cases(CREATED | WINDOWS))
def test_the_request_is_the_commands(flags: str, keywords: Options) -> None:
    call = CALLS[flags]
    body, query = create_request("create", "busybox", ["echo", "hi"], keywords, around=AROUND)
    for_version(body, "1.51")
    ours, plain = flat(body.dump()), flat(PLAIN)
    theirs = flat(call["body"]) if flags else {}
    assert {name: ours.get(name) for name in theirs} == theirs  # all that the flags say
    assert ours == {
        name: (plain | theirs).get(name) for name in ours
    }  # and nothing that the command does not
    assert query == dict(parse_qsl(call["query"]))


@pytest.mark.parametrize(("flags", "keywords"), cases(REFUSED))
def test_what_the_command_refuses_is_refused(flags: str, keywords: Options) -> None:
    with pytest.raises(InvalidArgument) as caught:
        create_request("create", "busybox", None, keywords, around=AROUND)
    assert any(name in str(caught.value) for name in keywords)


SPARSE = {
    f"HostConfig.{name}" for name in ("Devices", "DeviceRequests", "LogConfig", "Mounts", "RestartPolicy")
}
FREE = {"Labels", "Options", "DriverOpts"}  # whose names are the caller's own


def flat(body: dict[str, Any]) -> dict[str, Any]:
    """A body's fields by name, without what is written in two ways and means the same.

    The docker command spells out fields of `SPARSE` objects and of endpoints that have no value, and the
    endpoint of the default network; it writes capabilities with their prefix, and shuffles variables.
    """
    made = {name: value for name, value in body.items() if name not in ("HostConfig", "NetworkingConfig")}
    made |= {f"HostConfig.{name}": value for name, value in body.get("HostConfig", {}).items()}
    made |= {name: spoken(made[name]) for name in SPARSE & set(made)}
    for name in {"HostConfig.CapAdd", "HostConfig.CapDrop"} & set(made):
        made[name] = [capability.removeprefix("CAP_") for capability in made[name] or []]
    if made.get("Env"):
        made["Env"] = sorted(made["Env"])
    endpoints = (body.get("NetworkingConfig") or {}).get("EndpointsConfig", {})
    for network, settings in endpoints.items():
        if network != "default" or spoken(settings):
            made[f"Endpoint {network}"] = spoken(settings)
    return made


def spoken(value: Any) -> Any:
    """A value without what has no value inside of it."""
    if isinstance(value, dict):
        inner = {name: item if name in FREE else spoken(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item}
    return [spoken(item) for item in value] if isinstance(value, list) else value
