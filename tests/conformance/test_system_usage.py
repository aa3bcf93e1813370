"""How much room a daemon's objects take, and what a ping tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockpy import InvalidArgument, VersionMismatch

if TYPE_CHECKING:
    from dockpy import Client


def test_ping_headers(client: Client, place: Any) -> None:
    headers = client.ping_headers()
    assert headers["Api-Version"] == place.api
    assert headers["Ostype"] == "linux"
    assert client.ping() is True


def test_totals(engine: Client, start: Any, new_name: Any, labels: dict[str, str]) -> None:
    name = new_name()
    engine.volumes.create(name, labels=labels)
    start(engine, ["sh", "-c", "head -c 50000 /dev/zero > /data/file; sleep 1000"], volumes=[f"{name}:/data"])
    totals = engine.df().totals
    assert set(totals) == {"image", "container", "volume", "build-cache"}
    for usage in totals.values():
        assert 0 <= usage.active_count <= usage.total_count
        assert 0 <= usage.reclaimable <= usage.total_size
    for kind in ("image", "container", "volume"):
        assert totals[kind].active_count >= 1
    assert totals["image"].total_size > 10**5


def test_some_kinds(engine: Client, start: Any) -> None:
    container = start(engine)
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"'type' needs API 1\.42"):
            engine.df(type="container")
    else:
        usage = engine.df(type=["container", "volume"])
        assert container.id in {item.id for item in usage.containers}
        assert usage.images == []
        assert engine.df(type="image").containers == []
    with pytest.raises(VersionMismatch, match=r"'verbose' needs API 1\.52"):
        engine.df(verbose=True)
    with pytest.raises(InvalidArgument, match="type='images': it takes container, image"):
        engine.df(type="images")  # type: ignore[arg-type]
