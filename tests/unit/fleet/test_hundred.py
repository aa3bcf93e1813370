"""A hundred daemons that answer late, one that hangs, one that refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from fleet_standins import standins

from dockpy.errors import ConnectionFailed, FleetError, TimedOut
from dockpy.fleet import Fleet


@pytest.mark.parametrize("workers", [4, 128])
def test_one_hangs_and_one_refuses(tmp_path: Path, workers: int) -> None:
    with standins(tmp_path, 98, 0.02) as healthy:
        daemons = {
            "hanging": f"unix://{tmp_path}/hanging.sock",
            **healthy,
            "refusing": f"unix://{tmp_path}/refusing.sock",
        }
        with Fleet(daemons, timeout=20, max_workers=workers) as fleet:
            hanging = {"hanging": fleet["hanging"].with_options(timeout=1)}
            with Fleet({**fleet, **hanging}, max_workers=workers) as mixed:
                found = mixed.containers.list()
                versions = mixed.version()
            assert list(versions.errors) == ["hanging", "refusing"]
            assert {version.version for version in versions.succeeded.values()} == {"28.5.1"}
            assert [container.name for container in found] == [f"on-{number}" for number in range(98)]
            assert [container.client.daemon for container in found] == list(healthy.values())
            assert list(found.errors) == ["hanging", "refusing"]
            hung, refused = found.errors.values()
            assert isinstance(hung, TimedOut)
            assert hung.daemon == daemons["hanging"]
            assert type(refused) is ConnectionFailed
            assert refused.daemon == daemons["refusing"]
            with pytest.raises(FleetError, match="2 of 100 daemons failed: hanging: TimedOut") as caught:
                found.raise_errors()
            assert list(caught.value.errors) == ["hanging", "refusing"]
