"""A container's health check."""

from __future__ import annotations

from typing import Any

from dockpy.compat.types.base import DictType, entry

__all__ = ["Healthcheck"]


def _test(value: Any) -> Any:
    return ["CMD-SHELL", value] if isinstance(value, str) else value


class Healthcheck(DictType):
    """A health check.

    Args:
        test: the command: words, the first of which is ``NONE``, ``CMD`` or ``CMD-SHELL``; a str is for the
            shell.
        interval: nanoseconds between two checks.
        timeout: nanoseconds that one may take.
        retries: how many must fail for the container to be unhealthy.
        start_period: nanoseconds that the container has to start.
    """

    def __init__(self, **kwargs: Any) -> None:
        names = {"Test": "test", "Interval": "interval", "Timeout": "timeout", "Retries": "retries"}
        names["StartPeriod"] = "start_period"
        super().__init__({name: kwargs.get(ours, kwargs.get(name)) for name, ours in names.items()})
        self.test = self["Test"]

    test: Any = entry("Test", _test)
    interval: Any = entry("Interval")
    timeout: Any = entry("Timeout")
    retries: Any = entry("Retries")
    start_period: Any = entry("StartPeriod")
