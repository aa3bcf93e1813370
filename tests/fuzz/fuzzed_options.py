"""Targets: what callers write: names, references, patterns, Dockerfiles, files of variables, options."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from fuzzed_streams import OPERATIONS
from material import Material, fuzzed, same

from dockpy.build.dockerfile import parse_dockerfile
from dockpy.build.dockerignore import Ignore, read_patterns
from dockpy.compat.errors import DockerException
from dockpy.compat.utils import fnmatch as compat_fnmatch
from dockpy.compat.utils import utils as compat_utils
from dockpy.compat.utils.build import PatternMatcher
from dockpy.compat.utils.host import parse_host
from dockpy.compat.utils.ports import build_port_bindings
from dockpy.config.endpoint import parse_endpoint
from dockpy.errors import DockpyError, InvalidReference
from dockpy.ops.path import format_path, match_path
from dockpy.ops.query import encode_query, filters_json
from dockpy.options import containers, devices, mounts, platforms, ports, services, values, volumes
from dockpy.options.build import BuildOptions, build_request
from dockpy.options.exec import ExecOptions, exec_request
from dockpy.options.fields import Surroundings
from dockpy.options.ipam import ipam_request
from dockpy.options.swarm import SwarmOptions, swarm_changes
from dockpy.options.textfiles import environment_lines, label_lines
from dockpy.options.updates import UpdateOptions, update_request
from dockpy.reference import ImageReference, is_image_id
from dockpy.registry.references import read_reference, read_repository

TYPED = (DockpyError, TypeError)
"""TypeError is for keywords that a function does not have."""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@fuzzed("busybox", "ghcr.io/team/app:1.0@sha256:" + "a" * 64, "[::1]:5000/a", "localhost/a_b/c", weight=40)
def references(data: bytes) -> None:
    """A reference's full and familiar writing mean the same reference."""
    text = _text(data)
    is_image_id(text)
    reference = ImageReference.parse(text)
    same(ImageReference.parse(reference.canonical), reference)
    same(ImageReference.parse(reference.familiar).canonical, reference.canonical)


@fuzzed("app:1", "127.0.0.1:5000/team/app", "team/app@sha256:" + "a" * 64, weight=15)
def registry_references(data: bytes) -> None:
    """References as a registry's client takes them."""
    text = _text(data)
    for read in (read_reference, read_repository):
        with contextlib.suppress(InvalidReference):
            str(read("127.0.0.1:5000", text).canonical)


PATTERNS = b"*.py\n!keep.py\n**/node_modules\n# no\nd?r/[a-c]*/x\n\\*\na/**/b\n!**\n"


@fuzzed(PATTERNS + b"\0src/main.py", b"a*b*c*d*e*\0" + b"abcde" * 20, b"[^a-z]\n[]]\n[\\]]\0-", weight=10)
def dockerignore(data: bytes) -> None:
    """Patterns and a path: an ignored path's row and its answer agree."""
    patterns, _, path = data[:600].partition(b"\0")
    ignore = Ignore(read_patterns(patterns)[:12])
    name = _text(path[:200])
    assert ignore.ignores(name) in (True, False)
    ignore.may_keep_below(name)


@fuzzed(PATTERNS + b"\0src/main.py", b"a*b*c*d*e*\0" + b"abcde" * 20, weight=10, errors=(*TYPED, re.error))
def compat_patterns(data: bytes) -> None:
    """docker-py's matcher; what is no pattern is re's error, as there."""
    patterns, _, path = data[:120].partition(b"\0")
    name = _text(path[:60])
    PatternMatcher([line for line in _text(patterns).split("\n") if line][:6]).matches(name)
    compat_fnmatch.fnmatch(name, _text(patterns))


DOCKERFILE = b"""# syntax=docker/dockerfile:1
# escape=\\
ARG V=1 W="x y"
FROM --platform=$BUILDPLATFORM alpine:${V:-3} AS build
RUN --mount=type=cache,target=/c \\
  # comment
  echo hi && \\

  true
COPY --from=build --chmod=644 ["a b", "/c"]
RUN <<EOF cat <<-"B"
one
EOF
	two
	B
HEALTHCHECK --interval=5s CMD ["x"]
ADD https://x/y.git#main /z
ENV A=b\\ c D='e f'
"""


@fuzzed(DOCKERFILE, b"# escape=`\r\nFROM a\r\nRUN x `\r\n y", weight=10)
def dockerfiles(data: bytes) -> None:
    """The client's reader: never an error, and each instruction says where it stands."""
    found = parse_dockerfile(data)
    count = data.count(b"\n") + data.count(b"\r") + 1
    assert all(1 <= one.line <= count for one in found.instructions)
    list(found.needs({"V": "1", "W": None}))
    found.images({"V": "1"})


@fuzzed("A=b\n# no\nB\n \tC=d=e\n\xef\xbb\xbfD=", weight=20)
def variable_files(data: bytes) -> None:
    """Files of variables and of labels."""
    for line in environment_lines("env_file", "f", data, {"B": "1"}):
        assert line.partition("=")[0]
    label_lines("label_file", "f", data)


SIZES = (
    "512m",
    "1.5g",
    "0",
    "1h30m",
    "2026-01-02T03:04:05.000000001Z",
    "1700000000.5",
    "-1",
    "1e3",
    "100ms",
    "1.5",
)


@fuzzed(*SIZES, weight=20)
def quantities(data: bytes) -> None:
    """Sizes, durations, points in time and CPUs, as texts."""
    text = _text(data)
    for parse in (
        values.size_bytes,
        values.duration_ns,
        values.nano_cpus,
        values.timestamp,
        values.csv_fields,
    ):
        try:
            parse("option", text)
        except DockpyError as error:
            told = str(error)
        else:
            continue
        assert "option" in told


@fuzzed("80/tcp\xff8080", "8000-8010\xff127.0.0.1:9000-9010", "/a:/b:ro\xff[::1]::53/udp", weight=20)
def port_and_volume_texts(data: bytes) -> None:
    """Ports, volumes, mounts and devices, as texts."""
    one, _, other = _text(data).partition("\udcff")
    tries: list[Any] = [
        lambda: ports.port_bindings({one: other}),
        lambda: ports.port_bindings([one]),
        lambda: volumes.binds_and_volumes([one]),
        lambda: volumes.binds_and_volumes({one: {"bind": other, "mode": "ro"}}),
        lambda: mounts.mount("mounts", one),
        lambda: devices.device("devices", one),
        lambda: devices.cgroup_rule("rules", one),
        lambda: devices.gpu_request("gpus", one),
        lambda: devices.ulimits("ulimits", [one]),
        lambda: devices.throttle_bytes("bps", one),
        lambda: platforms.platform_name(one),
        lambda: values.command_list("command", one),
    ]
    for attempt in tries:
        with contextlib.suppress(DockpyError):
            attempt()


def _files(option: str, path: str) -> bytes:
    return b"A=b\nC\n"


AROUND = Surroundings({"HOME": "/root", "C": "d"}, lambda path: "/" + path, _files)
INNER = (
    *(
        "type",
        "source",
        "target",
        "bind",
        "mode",
        "test",
        "interval",
        "Name",
        "Driver",
        "Count",
        "soft",
        "hard",
    ),
    *(
        "ipv4_address",
        "aliases",
        "driver_opt",
        "config",
        "read_only",
        "max-size",
        "Path",
        "Rate",
        "Replicas",
        "delay",
    ),
)


def _options(data: bytes, names: Sequence[str], most: int = 4) -> dict[str, Any]:
    material = Material(data)
    number = material.byte() % most + 1
    return {names[material.byte() % len(names)]: material.value(INNER) for _ in range(number)}


def _body(request: Any) -> None:
    assert isinstance(request.dump(), Mapping)


@fuzzed(b"\x02\x00\x00a\xff\x07\x00b\xff", b"\x01\x14\x0c\x01\x10\x00c\xff", weight=10, errors=TYPED)
def create_options(data: bytes) -> None:
    """Keywords of create and run, of any values."""
    request, _ = containers.create_request(
        "create", "busybox", None, _options(data, list(containers.CreateOptions.__annotations__)), {}, AROUND
    )
    _body(request)


@fuzzed(b"\x02\x00\x00a\xff\x07\x00b\xff", weight=10, errors=TYPED)
def service_options(data: bytes) -> None:
    """Keywords of services.create."""
    _body(
        services.service_spec(
            "create", "busybox", None, _options(data, list(services.ServiceOptions.__annotations__))
        )
    )


@fuzzed(b"\x02\x00\x00a\xff\x07\x00b\xff", weight=10, errors=TYPED)
def build_options(data: bytes) -> None:
    """Keywords of images.build."""
    build_request("build", _options(data, list(BuildOptions.__annotations__)), {})


@fuzzed(b"\x02\x00\x00a\xff\x07\x00b\xff", weight=10, errors=TYPED)
def other_options(data: bytes) -> None:
    """Keywords of exec, update, swarm and IPAM."""
    which, rest = (data[0] % 4, data[1:]) if data else (0, b"")
    if which == 0:
        _body(exec_request("exec_run", "true", _options(rest, list(ExecOptions.__annotations__))))
    elif which == 1:
        _body(update_request("update", _options(rest, list(UpdateOptions.__annotations__))))
    elif which == 2:
        _body(swarm_changes("init", _options(rest, list(SwarmOptions.__annotations__))))
    else:
        names = ("subnet", "gateway", "ip_range", "aux_addresses", "driver", "options")
        ipam_request(**_options(rest, names))


HOSTS = (
    "unix:///var/run/docker.sock",
    "tcp://[::1]:2375",
    "ssh://me@host:22/run/x.sock",
    "https://h:1/p",
    "npipe:////./pipe/d",
)


@fuzzed(*HOSTS, weight=20)
def endpoints(data: bytes) -> None:
    """Addresses of daemons: what is shown of one is one, without a password."""
    endpoint = parse_endpoint(_text(data))
    assert endpoint.display
    str(endpoint)


@fuzzed(b"\x05web", b"\x09a/b:c", b"\x20..", weight=20)
def paths(data: bytes) -> None:
    """A path leads to the operation that it was made for, and to that object."""
    operation = OPERATIONS[data[0] % len(OPERATIONS)] if data else OPERATIONS[0]
    text = _text(data[1:])
    names = re.findall(r"\{(\w+)\}", operation.path)
    path = format_path(operation, dict.fromkeys(names, text))
    assert re.fullmatch(r"/[\w./:@%~+!$&'()*,;=-]*", path), path
    if names:
        found = match_path(operation.method, path)
        assert found is not None, path
        same(found[0].id, operation.id)
        parts = dict.fromkeys(names, text.removeprefix("/") if operation.subject == "container" else text)
        same(found[1], parts)
        assert not {".", ".."} & set(unquote(path).split("/"))


@fuzzed(b"\x05\x01\x00\x00a\xff", b"\x30\x02\x01\x0c\x01\x00a\xff", weight=10, errors=TYPED)
def queries(data: bytes) -> None:
    """Query parameters of any operation, of any values: one line, one query."""
    material = Material(data)
    operation = OPERATIONS[material.byte() % len(OPERATIONS)]
    names = [param.name for param in operation.query] if hasattr(operation, "query") else []
    given = {}
    for _ in range(material.byte() % 4):
        choice = material.byte()
        name = names[choice % len(names)] if names and choice < 240 else material.text()
        given[name] = material.value(("label", "name", "status"))
    query = encode_query(operation, given, "1.51")
    assert re.fullmatch(r"[\w.~+%&=?*/:,@-]*", query, re.ASCII), query


@fuzzed(b"\x0c\x01\x00\x0aa\xff", weight=10, errors=TYPED)
def filters(data: bytes) -> None:
    """Filters of any values."""
    value = Material(data).value(("label", "name", "status"))
    if isinstance(value, dict):
        filters_json(value)


@fuzzed(
    "0.0.0.0:8000-8010:80-90/udp",
    "tcp://h:2375",
    "registry:5000/a/b:c",
    "10g",
    weight=15,
    errors=(ValueError, DockerException, TypeError),
)
def compat_texts(data: bytes) -> None:
    """docker-py's parsers, whose errors are its own: ValueError and DockerException."""
    text = _text(data)
    tries: list[Any] = [
        lambda: build_port_bindings([text]),
        lambda: parse_host(text),
        lambda: parse_host(text, is_win32=True, tls=True),
        lambda: compat_utils.parse_repository_tag(text),
        lambda: compat_utils.parse_bytes(text),
        lambda: compat_utils.parse_devices([text]),
        lambda: compat_utils.split_command(text),
        lambda: compat_utils.compare_version(text, "1.41"),
        lambda: compat_utils.convert_volume_binds({text: text}),
    ]
    for attempt in tries:
        with contextlib.suppress(ValueError, DockerException):
            attempt()
