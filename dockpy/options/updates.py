"""The keywords of ``container.update``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options import limits, process
from dockpy.options.fields import Draft, Surroundings
from dockpy.options.keywords import check_keywords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.wire.containers import ContainerUpdateRequest
    from dockpy.wire.host_config import RestartPolicy

__all__ = ["UpdateOptions", "update_request"]


class UpdateOptions(TypedDict, total=False):
    """What may be changed of a container that is there, running or not."""

    mem_limit: str | float
    """Memory, in bytes or as ``"512m"``; more than swap and memory together have, only with those."""
    mem_reservation: str | float
    """Memory that it is held to where memory is short."""
    memswap_limit: str | float
    """Memory and swap together, in bytes or as ``"1g"``; -1 for no limit."""
    kernel_memory: str | float
    """Memory of the kernel for it; gone since API 1.42."""
    pids_limit: int
    """How many processes it may have; -1 for no limit."""
    cpus: str | float
    """CPUs, such as 1.5."""
    nano_cpus: int
    """CPUs, in billionths of one."""
    cpu_shares: int
    """Its share of busy CPUs, relative to others', which have 1024."""
    cpu_period: int
    """The length of a period of the scheduler, in microseconds."""
    cpu_quota: int
    """Microseconds of CPU that it may use in each period."""
    cpu_rt_period: int
    """The length of a period of the real-time scheduler, in microseconds."""
    cpu_rt_runtime: int
    """Microseconds that real-time tasks may run in each such period."""
    cpuset_cpus: str
    """CPUs that it may run on: ``0-3`` or ``0,1``."""
    cpuset_mems: str
    """Memory nodes that it may use: ``0-3`` or ``0,1``."""
    blkio_weight: int
    """Its share of block devices, 10 to 1000; 0 for the host's own."""
    restart_policy: str | Mapping[str, Any] | RestartPolicy
    """``"always"``, ``"unless-stopped"``, ``"on-failure:5"``, ``"no"``."""


# The docker command's flags.
_ELSEWHERE = {
    "memory": "mem_limit",
    "memory_reservation": "mem_reservation",
    "memory_swap": "memswap_limit",
    "restart": "restart_policy",
}


def update_request(options: Mapping[str, Any]) -> ContainerUpdateRequest:
    """The Engine's request to change a container.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms, or none is given.
    """
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.containers import ContainerUpdateRequest

    check_keywords("update", options, UpdateOptions.__annotations__, _ELSEWHERE)
    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        raise InvalidArgument("update() changes nothing: give it what to change, such as mem_limit='1g'")
    if "cpus" in given and "nano_cpus" in given:
        raise InvalidArgument("cpus= and nano_cpus= say the same: give one of them")
    draft = Draft(Surroundings())
    for name, value in given.items():
        {**limits.FIELDS, **process.FIELDS}[name](draft, name, value)
    try:
        return ContainerUpdateRequest(**draft.host)
    except ValidationError as error:
        raise InvalidArgument(f"update(): {faults(error, draft.options)}") from None
