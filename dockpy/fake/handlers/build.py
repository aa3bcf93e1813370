"""Building images: build, prune of the build cache, cancel."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from dockpy.fake.call import Answer, Call, checks, handles
from dockpy.fake.failure import Failure
from dockpy.fake.payload import json_kind, json_problem
from dockpy.fake.state.build_options import BuildOptions
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import parse_platform
from dockpy.ops import images as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.image_names import Name

__all__: list[str] = []

_HUB = "https://index.docker.io/v1/"


def _new(call: Call) -> bool:
    return at_least(call.engine.api, "1.42")


@handles(ops.BUILD)
def _build(call: Call) -> Answer:
    options = _options(call)
    if call.flag("squash"):
        raise Failure(400, "squash is only supported with experimental mode")
    options.tags = _tags(call)
    builder = call.engine.builder
    if call.text("version") == "2":
        return Answer(stream=builder.buildkit(options, call.pieces, call.gone))
    return Answer(stream=builder.build(options, call.pieces, call.gone))


@checks(ops.BUILD)
def _check(call: Call) -> None:
    _options(call)


@handles(ops.BUILD_CANCEL)
def _cancel(call: Call) -> Answer:
    if not call.text("id"):
        raise Failure(400 if _new(call) else 500, "build ID not provided")
    call.engine.builder.cancel(call.text("id"))
    return Answer(body=b"", content_type="application/json")


@handles(ops.BUILD_PRUNE)
def _prune(call: Call) -> Answer:
    status = 400 if _new(call) else 500
    sizes = {}
    for name in ("keep-storage", "reserved-space", "max-used-space", "min-free-space"):
        text = call.text(name) if name == "keep-storage" or call.knows("1.48") else ""
        if text and not text.lstrip("+-").isdigit():
            problem = f'strconv.Atoi: parsing "{text}": invalid syntax'
            raise Failure(status, f"{name} is in bytes and expects an integer, got {text}: {problem}")
        sizes[name] = int(text or 0)
    try:
        filters = call.filters()
    except Failure as failure:
        words = "" if _new(call) else "could not parse filters: "
        raise Failure(failure.status, words + failure.message) from None
    keep = sizes["keep-storage"] or sizes["reserved-space"] or sizes["max-used-space"]
    return Answer(json=call.engine.builder.records.prune(filters, everything=call.flag("all"), keep=keep))


def _tags(call: Call) -> list[Name]:
    found: list[Name] = []
    for text in call.all_of("t"):
        if not text:
            continue
        try:
            name = parse_name(text, call.engine.api)
        except Failure as failure:
            raise Failure(500, failure.message) from None
        if name.digest:
            raise Failure(500, "build tag cannot contain a digest")
        if (tagged := name.with_default()) not in found:
            found.append(tagged)
    return found


def _options(call: Call) -> BuildOptions:
    new = _new(call)
    version = call.text("version")
    if version not in ("", "1", "2"):
        raise Failure(400 if new else 500, f'invalid version "{version}"')
    if call.all_of("securityopt"):
        on_this = "security options are not supported on linux"
        old = "The daemon on this platform does not support setting security options on build"
        raise Failure(400, on_this if new else old)
    platform = parse_platform(call.text("platform"), call.engine.api)
    _json(call, "outputs", "invalid outputs specified", list, plain=not new)
    isolation = call.text("isolation")
    if isolation.lower() not in ("", "default"):
        raise Failure(400, f'{"u" if new else "U"}nsupported isolation: "{isolation}"')
    forced = call.flag("forcerm")
    return BuildOptions(
        dockerfile=call.text("dockerfile"),
        remote=call.text("remote"),
        target=call.text("target"),
        host_config=_host_config(call),
        arguments=_texts(call, "buildargs", "error reading build args", "*string"),
        labels=_texts(call, "labels", "error reading labels", "string"),
        cache=not call.flag("nocache"),
        cache_from=_json(call, "cachefrom", "error reading cache-from", list, plain=not new),
        pull=call.flag("pull"),
        remove=forced or not call.text("rm") or call.flag("rm"),
        remove_always=forced,
        quiet=call.flag("q"),
        platform=platform,
        auth=_auth(call.headers.get("x-registry-config", "")),
        id=call.text("buildid"),
    )


def _integer(call: Call, name: str) -> int:
    text = call.text(name)
    try:
        return int(text) if text else 0
    except ValueError:
        return 0


def _host_config(call: Call) -> dict[str, Any]:
    shm = call.text("shmsize")
    if shm and not shm.lstrip("+-").isdigit():
        raise Failure(500, f'strconv.ParseInt: parsing "{shm}": invalid syntax')
    return {
        "Memory": _integer(call, "memory"),
        "MemorySwap": _integer(call, "memswap"),
        "CpuShares": _integer(call, "cpushares"),
        "CpuPeriod": _integer(call, "cpuperiod"),
        "CpuQuota": _integer(call, "cpuquota"),
        "CpusetCpus": call.text("cpusetcpus"),
        "CpusetMems": call.text("cpusetmems"),
        "CgroupParent": call.text("cgroupparent"),
        "ShmSize": int(shm or 0),
        "NetworkMode": call.text("networkmode"),
        "ExtraHosts": call.all_of("extrahosts"),
        "Ulimits": _json(call, "ulimits", "error reading ulimit settings", list) or [],
    }


def _json(call: Call, name: str, words: str, kind: type, *, plain: bool = False) -> Any:
    """A parameter that is JSON; None for none."""
    text = call.text(name)
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = json_problem(error)
    else:
        if value is None or isinstance(value, kind):
            return value
        wanted = "map[string]*string" if kind is dict else "[]string"
        problem = f"json: cannot unmarshal {json_kind(value)} into Go value of type {wanted}"
    raise Failure(500, problem) if plain else Failure(400, f"{words}: {problem}")


def _texts(call: Call, name: str, words: str, kind: str) -> Mapping[str, Any]:
    value: dict[str, Any] = _json(call, name, words, dict) or {}
    for key, item in value.items():
        if isinstance(item, str) or (item is None):
            continue
        where = f"Go struct field .{key}" if _new(call) else "Go value"
        problem = f"json: cannot unmarshal {json_kind(item)} into {where} of type string"
        raise Failure(400, f"{words}: {problem}")
    return value if kind == "*string" else {key: item or "" for key, item in value.items()}


def _auth(header: str) -> dict[str, str]:
    """By registry, what a pull tells of who asks; what cannot be read is nothing."""
    try:
        given = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))) if header else {}
        items = given.items()
    except (ValueError, AttributeError):
        return {}
    found: dict[str, str] = {}
    for key, entry in items:
        host = "docker.io" if key == _HUB else key.partition("://")[2] or key
        found[host.partition("/")[0]] = base64.urlsafe_b64encode(json.dumps(entry).encode()).decode()
    return found
