"""Removing what nothing uses, of every kind at once: on an engine of the test's own, for it spares nobody."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy import InvalidArgument, NotFound, VersionMismatch


@pytest.fixture
def full(private_engine: Any) -> Any:
    """An engine with something of every kind, used and unused."""
    engine = private_engine()
    engine.seed()
    with engine.connect() as client:
        client.images.tag("busybox:latest", "spare:1")
        yield client


def fill(client: Any) -> dict[str, Any]:
    stopped = client.containers.create("busybox", ["true"], network="none", labels={"kind": "container"})
    running = client.containers.create("busybox", ["sleep", "1000"], network="none", init=True)
    running.start()
    return {
        "stopped": stopped,
        "running": running,
        "network": client.networks.create("unused", labels={"kind": "network"}, driver="bridge"),
        "named": client.volumes.create("named", labels={"kind": "volume"}),
        "nameless": client.volumes.create(labels={"kind": "volume"}),
    }


def test_what_is_removed(full: Any) -> None:
    made = fill(full)
    report = full.prune()
    assert report.containers == [made["stopped"].id]
    assert report.networks == ["unused"]
    assert (report.volumes, report.images) == ([], [])
    assert report.space_reclaimed >= 0
    made["running"].reload()
    assert full.images.get("spare:1").tags
    made["named"].reload()
    with pytest.raises(NotFound):
        made["stopped"].reload()
    made["running"].remove(force=True)


def test_everything(full: Any) -> None:
    made = fill(full)
    made["running"].remove(force=True)
    report = full.prune(all=True, volumes="all")
    assert set(report.volumes) == {"named", made["nameless"].name}
    assert "untagged: spare:1" in report.images
    assert any(line.startswith("sha256:") for line in report.images)
    assert report.space_reclaimed > 10**5
    assert full.images.list() == []
    assert full.volumes.list() == []
    again = full.prune(all=True, volumes="all")
    assert (again.containers, again.networks, again.volumes, again.images) == ([], [], [], [])
    assert again.space_reclaimed == 0


def test_anonymous_volumes(full: Any) -> None:
    made = fill(full)
    if full.api_version == "1.41":
        with pytest.raises(VersionMismatch, match="named volumes too"):
            full.prune(volumes=True)
        made["stopped"].reload()  # refused before anything was removed
    else:
        assert full.prune(volumes=True).volumes == [made["nameless"].name]
    made["named"].reload()
    made["running"].remove(force=True)


def test_filters(full: Any) -> None:
    made = fill(full)
    made["running"].remove(force=True)
    report = full.prune(filters={"label": "kind=network"})
    assert (report.containers, report.networks) == ([], ["unused"])
    report = full.prune(all=True, filters={"until": "1h"})
    assert (report.containers, report.networks) == ([], [])
    report = full.prune(filters={"label!": "kind=container"}, volumes="all")
    assert report.containers == []
    assert set(report.volumes) == {"named", made["nameless"].name}
    made["stopped"].reload()
    for options in (
        {"volumes": True, "filters": {"until": "1h"}},
        {"volumes": "some"},
        {"filters": {"name": "x"}},
    ):
        with pytest.raises(InvalidArgument):
            full.prune(**options)
