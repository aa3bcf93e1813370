"""The fake daemon: the Engine API answered in this process, by state that behaves as an engine's does.

    from dockpy.fake import FakeDaemon

    with FakeDaemon() as daemon:
        client = daemon.client()

Where to find what: two `doors` lead in, `router` and `handlers` translate between the Engine API and `state`;
`kernel` runs the containers' processes over `files`; `sh` and `applets` are their programs, `programs` says
which file is which; `hub` and `registry` are where images come from; `faults` is what goes wrong on purpose.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as in dockpy itself: names are loaded when they are first used
if TYPE_CHECKING:
    from dockpy.fake.daemon import FakeDaemon
    from dockpy.fake.faults import Fault
    from dockpy.fake.kernel.clock import ManualClock
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.programs.context import Program
    from dockpy.fake.registry import FakeRegistry
    from dockpy.fake.router import RecordedRequest

__all__ = ["FakeDaemon", "FakeRegistry", "Fault", "ManualClock", "Process", "Program", "RecordedRequest"]

_HOMES = {
    "FakeDaemon": "daemon",
    "FakeRegistry": "registry",
    "Fault": "faults",
    "ManualClock": "kernel.clock",
    "Process": "kernel.process",
    "Program": "programs.context",
    "RecordedRequest": "router",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'dockpy.fake' has no attribute {name!r}")
    return getattr(importlib.import_module(f"dockpy.fake.{_HOMES[name]}"), name)
