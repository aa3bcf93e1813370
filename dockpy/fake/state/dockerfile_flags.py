"""The flags of a Dockerfile's instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.state.dockerfile import DockerfileError
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.dockerfile import Node

__all__ = ["FLAGS", "MOUNT_TYPES", "read_flags"]

_STRING, _BOOL, _LIST = "string", "bool", "list"
_HEALTH: dict[str, str] = dict.fromkeys(("interval", "timeout", "start-period", "retries"), _STRING)
FLAGS: dict[str, dict[str, str]] = {
    "add": {"chown": _STRING, "chmod": _STRING},
    "arg": {},
    "cmd": {},
    "copy": {"chown": _STRING, "from": _STRING, "chmod": _STRING},
    "entrypoint": {},
    "env": {},
    "expose": {},
    "from": {"platform": _STRING},
    "healthcheck": _HEALTH,
    "label": {},
    "maintainer": {},
    "onbuild": {},
    "run": {"mount": _LIST},
    "shell": {},
    "stopsignal": {},
    "user": {},
    "volume": {},
    "workdir": {},
}
"""By instruction, the flags that every engine knows."""
_NEWER: dict[str, dict[str, str]] = {
    "add": {"link": _BOOL, "keep-git-dir": _BOOL, "checksum": _STRING, "exclude": _LIST, "unpack": _BOOL},
    "copy": {"link": _BOOL, "exclude": _LIST},
    "healthcheck": {"start-interval": _STRING},
    "run": {"network": _STRING},
}
MOUNT_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")


def read_flags(node: Node, api: str, *, buildkit: bool) -> dict[str, str]:
    """An instruction's flags, by name; of one that may be given several times, its values by line breaks.

    Args:
        node: the instruction.
        api: the engine's newest version.
        buildkit: as BuildKit reads them.

    Raises:
        DockerfileError: one of them is none; of line 0.
    """
    new = at_least(api, "1.42")
    known = FLAGS[node.name] | (_NEWER.get(node.name, {}) if new else {})
    if buildkit and not new:
        known |= {"copy": {"chmod": _STRING}, "run": {"network": _STRING}}.get(node.name, {})
    found: dict[str, str] = {}
    for flag in node.flags:
        name, equals, value = flag.removeprefix("--").partition("=")
        shown = f"--{name}" if new else name
        if name not in known:
            raise DockerfileError(0, _unknown(name, list(known), new))
        kind = known[name]
        if name in found and kind != _LIST:
            raise DockerfileError(0, _worded("duplicate flag specified", shown, new))
        if kind == _BOOL:
            value = value.lower() if equals else "true"
            if value not in ("true", "false"):
                what = "expecting boolean value for flag" if new else "Expecting boolean value for flag"
                raise DockerfileError(0, f"{what} {shown}, not: {value}")
        elif not equals:
            raise DockerfileError(0, _worded("missing a value on flag", shown, new))
        found[name] = f"{found[name]}\n{value}" if name in found else value
    if node.name == "run" and not new:
        check_mounts(found)
    return found


def check_mounts(flags: dict[str, str]) -> None:
    """See that RUN's mounts are of a kind that there is.

    Raises:
        DockerfileError: one is not; of line 0.
    """
    for mount in flags.get("mount", "").splitlines():
        parts = (part.partition("=") for part in mount.split(","))
        options = {name: value for name, _, value in parts}
        kind = options.get("type", "bind")
        if kind not in MOUNT_TYPES:
            raise DockerfileError(0, f'unsupported mount type "{kind}"')


def _worded(text: str, shown: str, new: bool) -> str:
    return f"{text if new else text.capitalize()}: {shown}"


def _unknown(name: str, known: list[str], new: bool) -> str:
    from dockpy.fake.state.dockerfile_stages import suggestion

    return f"unknown flag: --{name}{suggestion(name, known)}" if new else f"Unknown flag: {name}"
