"""Disk usage adds up to the same, whichever shape an engine tells it in."""

from __future__ import annotations

from dockpy.wire.disk_usage import DiskUsageTotals, SystemDataUsageResponse


def test_added_up_here() -> None:
    """Until API 1.51: each object, and nothing added up."""
    usage = SystemDataUsageResponse.read(
        {
            "LayersSize": 1000,
            "Images": [
                {"Size": 700, "SharedSize": 200, "Containers": 2},
                {"Size": 500, "SharedSize": 200, "Containers": 0},
                {"Size": 100, "SharedSize": -1, "Containers": -1},
            ],
            "Containers": [
                {"State": "running", "SizeRw": 10},
                {"State": "exited", "SizeRw": 5},
                {"State": "paused"},
            ],
            "Volumes": [
                {"Name": "a", "UsageData": {"Size": 30, "RefCount": 1}},
                {"Name": "b", "UsageData": {"Size": 12, "RefCount": 0}},
                {"Name": "c", "UsageData": {"Size": -1, "RefCount": -1}},
                {"Name": "d"},
            ],
            "BuildCache": [
                {"InUse": True, "Shared": False, "Size": 8},
                {"InUse": False, "Shared": True, "Size": 100},
                {"InUse": False, "Shared": False, "Size": 4},
            ],
        }
    )
    assert usage.totals == {
        "image": DiskUsageTotals(active_count=1, total_count=3, reclaimable=500, total_size=1000),
        "container": DiskUsageTotals(active_count=2, total_count=3, reclaimable=5, total_size=15),
        "volume": DiskUsageTotals(active_count=1, total_count=4, reclaimable=12, total_size=42),
        "build-cache": DiskUsageTotals(active_count=1, total_count=3, reclaimable=4, total_size=12),
    }


def test_added_up_by_the_engine() -> None:
    """From API 1.52 on."""
    told = {"ActiveCount": 1, "TotalCount": 3, "Reclaimable": 7, "TotalSize": 9}
    usage = SystemDataUsageResponse.read({"ImageUsage": told, "VolumeUsage": {**told, "Reclaimable": 8}})
    nothing = DiskUsageTotals(0, 0, 0, 0)
    assert usage.totals == {
        "image": DiskUsageTotals(1, 3, 7, 9),
        "container": nothing,
        "volume": DiskUsageTotals(1, 3, 8, 9),
        "build-cache": nothing,
    }


def test_nothing_at_all() -> None:
    assert set(SystemDataUsageResponse.read({}).totals.values()) == {DiskUsageTotals(0, 0, 0, 0)}
