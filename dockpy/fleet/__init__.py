"""Many daemons as one: what is asked of all is asked at once, and each answers or fails for itself."""

from __future__ import annotations

from dockpy.fleet.fleet import Fleet
from dockpy.fleet.results import FleetList, FleetResults, Outcome

__all__ = ["Fleet", "FleetList", "FleetResults", "Outcome"]
