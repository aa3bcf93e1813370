"""What a container is kept from, and what it shares, as keywords."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.fields import Draft, Place, host
from dockpy.options.values import flag, one_of, pairs, string_list, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FIELDS", "IsolationOptions"]


class IsolationOptions(TypedDict, total=False):
    """What a container is kept from, and what it shares."""

    privileged: bool
    """Give it all rights on the host."""
    cap_add: Sequence[str]
    """Kernel capabilities to add."""
    cap_drop: Sequence[str]
    """Kernel capabilities to drop."""
    security_opt: Sequence[str]
    """Security options: ``no-new-privileges``, ``apparmor=…``, ``label=…``, ``systempaths=unconfined``, or
    ``seccomp=`` and a profile's path, its JSON, ``unconfined`` or ``builtin``."""
    sysctls: Mapping[str, str | int] | Sequence[str]
    """Kernel parameters of its namespaces: ``{"net.core.somaxconn": 128}``, ``["kernel.shmmax=1024"]``."""
    masked_paths: Sequence[str]
    """Paths that it cannot see, in place of the engine's own choice."""
    readonly_paths: Sequence[str]
    """Paths that it cannot write to, in place of the engine's own choice."""
    pid_mode: str
    """``host`` or ``container:<name>``."""
    ipc_mode: str
    """``none``, ``private``, ``shareable``, ``host`` or ``container:<name>``."""
    uts_mode: str
    """``host``: the host's own name is its too."""
    userns_mode: str
    """``host``: its users are the host's."""
    cgroupns: str
    """``private`` or ``host``: the control groups that it sees."""
    cgroup_parent: str
    """The control group that its own is made in."""
    cgroup: str
    """The control group that it joins, as the runtime has it."""
    runtime: str
    """The runtime that runs it, such as ``runc``."""
    isolation: str
    """``default``, ``process`` or ``hyperv``; Windows."""


def _security_opt(draft: Draft, option: str, value: Any) -> None:
    kept = list[str]()
    for item in string_list(option, value):
        name, sign, rest = item.partition("=" if "=" in item else ":")
        if not sign and item != "no-new-privileges":
            raise InvalidArgument(f"{option}: {item!r}: it takes 'no-new-privileges', or name=value")
        if name == "seccomp" and rest not in ("", "unconfined", "builtin"):
            kept.append(f"seccomp={_profile(draft, option, rest)}")
        elif (name, rest) == ("systempaths", "unconfined"):
            draft.host["masked_paths"] = draft.host["readonly_paths"] = []
        else:
            kept.append(item)
    draft.host["security_opt"] = kept


def _profile(draft: Draft, option: str, path: str) -> str:
    """A profile of seccomp as the engine takes it: the JSON that is in the file, or is given itself."""
    inline = path.lstrip().startswith("{")
    content = path if inline else draft.around.read(option, path)
    try:
        return json.dumps(json.loads(content), separators=(",", ":"), ensure_ascii=False)
    except ValueError as error:
        what = "the seccomp profile" if inline else f"the seccomp profile {path!r}"
        raise InvalidArgument(f"{option}: {what} is no JSON: {error}") from None


FIELDS: dict[str, Place] = {
    "privileged": host("privileged", flag),
    "cap_add": host("cap_add", string_list),
    "cap_drop": host("cap_drop", string_list),
    "security_opt": _security_opt,
    "sysctls": host("sysctls", pairs),
    "masked_paths": host("masked_paths", string_list),
    "readonly_paths": host("readonly_paths", string_list),
    "pid_mode": host("pid_mode", one_of("host", prefix="container:")),
    "ipc_mode": host("ipc_mode", one_of("none", "private", "shareable", "host", prefix="container:")),
    "uts_mode": host("uts_mode", one_of("host")),
    "userns_mode": host("userns_mode", one_of("host")),
    "cgroupns": host("cgroupns_mode", one_of("private", "host")),
    "cgroup_parent": host("cgroup_parent", text),
    "cgroup": host("cgroup", text),
    "runtime": host("runtime", text),
    "isolation": host("isolation", text),
}
