"""Many daemons as one: what is asked of all is asked at once, and each answers or fails for itself."""

from __future__ import annotations

from dockpy.fleet.fleet import Fleet
from dockpy.fleet.items import FleetBack, FleetItem, FleetLost, FleetMessage, LogLine
from dockpy.fleet.results import FleetList, FleetResults, Outcome
from dockpy.fleet.stream import FleetStream

__all__ = [
    "Fleet",
    "FleetBack",
    "FleetItem",
    "FleetList",
    "FleetLost",
    "FleetMessage",
    "FleetResults",
    "FleetStream",
    "LogLine",
    "Outcome",
]
