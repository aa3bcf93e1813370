"""Volumes: made, used, listed, removed; what they hold outlives containers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Client, Conflict, InvalidArgument, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Volume


@pytest.fixture
def make(new_name: Callable[[], str], labels: dict[str, str]) -> Callable[..., Volume]:
    """Create a volume."""

    def create(client: Client, name: str | None = None, **options: Any) -> Volume:
        options["labels"] = {**labels, **options.get("labels", {})}
        return client.volumes.create(name or new_name(), **options)

    return create


def test_create(client: Client, make: Any, labels: dict[str, str], new_name: Any) -> None:
    name = new_name()
    volume = make(
        client, name, driver="local", driver_opts={"type": "tmpfs", "device": "tmpfs"}, labels={"a": "b"}
    )
    assert (volume.name, volume.id, volume.short_id) == (name, name, name)
    assert volume.driver == "local"
    assert volume.labels == {**labels, "a": "b"}
    assert volume.mountpoint.endswith(f"/{name}/_data")
    assert abs(volume.created - datetime.now(UTC)) < timedelta(seconds=60)
    assert volume.attrs.options == {"type": "tmpfs", "device": "tmpfs"}
    volume.remove()


def test_without_a_name(engine: Client, labels: dict[str, str]) -> None:
    volume = engine.volumes.create(labels=labels)
    assert len(volume.name) == 64
    assert volume.short_id == volume.name[:12]
    volume.remove()


def test_a_name_that_is_there_already(engine: Client, make: Any) -> None:
    volume = make(engine, labels={"first": "yes"})
    again = make(engine, volume.name)
    assert again == volume
    assert again.labels["first"] == "yes"


def test_what_an_engine_refuses(engine: Client, make: Any) -> None:
    with pytest.raises(BadParameter, match=r"invalid characters|only .* are allowed"):
        make(engine, "not/a name")
    with pytest.raises(BadParameter, match="invalid option"):
        make(engine, driver_opts={"no-such-option": "x"})
    with pytest.raises(InvalidArgument, match="labels"):
        engine.volumes.create(labels={"a": 1})  # type: ignore[dict-item]


def test_get(engine: Client, make: Any) -> None:
    volume = make(engine)
    assert engine.volumes.get(volume.name) == volume
    with pytest.raises(NotFound, match="no such volume") as caught:
        engine.volumes.get("nowhere")
    assert (caught.value.operation, caught.value.subject) == ("VolumeInspect", "volume nowhere")
    for name in ("", "a/b", "..", "a?b", "a\nb"):
        with pytest.raises(InvalidArgument):
            engine.volumes.get(name)


def test_data_survives(engine: Client, make: Any, start: Any) -> None:
    volume = make(engine)
    writer = start(engine, ["sh", "-c", "echo kept > /data/file"], volumes=[f"{volume.name}:/data"])
    assert writer.wait()["StatusCode"] == 0
    writer.remove(v=True)  # named volumes stay
    reader = start(engine, ["cat", "/data/file"], volumes=[f"{volume.name}:/data"])
    reader.wait()
    assert reader.logs() == b"kept\n"
    with pytest.raises(Conflict, match="volume is in use"):
        volume.remove()
    reader.remove()
    volume.remove()
    with pytest.raises(NotFound):
        volume.reload()


def test_remove(engine: Client, make: Any) -> None:
    volume = make(engine)
    volume.remove()
    with pytest.raises(NotFound):
        volume.remove()
    volume.remove(force=True)
    by_name = make(engine)
    engine.volumes.remove(by_name.name)
    with pytest.raises(NotFound):
        engine.volumes.remove(by_name.name)
    engine.volumes.remove(by_name.name, force=True)


def test_list(client: Client, make: Any) -> None:
    volumes = {make(client) for _ in range(3)}
    assert client.api_version  # agreed on
    requests: list[str] = []
    client.hooks.request.append(lambda event: requests.append(event.operation))
    found = client.volumes.list()
    assert volumes <= set(found)
    for volume in found:
        assert (volume.name, volume.driver, volume.mountpoint) != ("", "", "")
        assert volume.attrs.name == volume.name
    assert requests == ["VolumeList"]


def test_list_some(engine: Client, make: Any, labels: dict[str, str], create: Any) -> None:
    first, second = make(engine, labels={"v": "1"}), make(engine, labels={"v": "2"})
    create(engine, volumes=[f"{second.name}:/data"])
    assert engine.volumes.list(filters={"name": first.name}) == [first]
    assert engine.volumes.list(filters={"label": {"v": "2", **labels}}) == [second]
    assert engine.volumes.list(filters={"label": ["v=1", "v=2"]}) == []
    mine = {"name": f"^({first.name}|{second.name})$"}
    assert engine.volumes.list(filters={**mine, "dangling": True}) == [first]
    assert engine.volumes.list(filters={**mine, "dangling": False}) == [second]
    assert engine.volumes.list(filters={"name": "no-such-volume"}) == []
    with pytest.raises(BadParameter, match="nvalid filter"):
        engine.volumes.list(filters={"no-such-filter": "x"})


def test_prune(engine: Client, make: Any, create: Any, labels: dict[str, str]) -> None:
    unused = {make(engine, labels={"prune": labels["dockpy-test"]}) for _ in range(2)}
    used, other = make(engine, labels={"prune": labels["dockpy-test"]}), make(engine)
    create(engine, volumes=[f"{used.name}:/data"])
    filters = {"label": f"prune={labels['dockpy-test']}"}
    if engine.api_version != "1.41":
        assert engine.volumes.prune(filters=filters).volumes_deleted == []  # they have names
    answer = engine.volumes.prune(all=True, filters=filters)
    assert set(answer.volumes_deleted) == {volume.name for volume in unused}
    assert answer.space_reclaimed >= 0
    used.reload()
    other.reload()
