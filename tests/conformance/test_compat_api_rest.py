"""`dockpy.compat`'s low-level client on the engine, networks, volumes, plugins and swarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from dockpy.compat import APIClient, errors, types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def api(engine_place: Any) -> Iterator[APIClient]:
    """A client of each engine."""
    with APIClient(base_url=engine_place.url) as client:
        yield client


def test_the_engine(api: APIClient, engine_place: Any) -> None:
    assert api.ping() is True
    assert api.api_version == engine_place.api
    assert api.version()["ApiVersion"] == engine_place.api
    assert api.info()["ServerVersion"] == api.version(api_version=False)["Version"]
    assert {"LayersSize", "Images", "Containers", "Volumes"} <= set(api.df())


def test_an_older_version_is_spoken(engine_place: Any) -> None:
    with APIClient(base_url=engine_place.url, version="1.30") as api:
        assert api.info()["ServerVersion"]
        with pytest.raises(errors.InvalidVersion):
            api.create_container("busybox", platform="linux/amd64")
    with pytest.raises(errors.InvalidVersion):
        APIClient(base_url=engine_place.url, version="1.20")


def test_requests_of_a_program_s_own(api: APIClient, new_name: Callable[[], str]) -> None:
    response = api._get(api._url("/containers/{0}/json", new_name()))
    assert isinstance(response, requests.Response)
    assert response.status_code == 404
    with pytest.raises(errors.NotFound):
        api._raise_for_status(response)
    assert api._result(api._get(api._url("/info")), json=True)["ID"]
    assert api.get(api._url("/_ping")).text == "OK"


def test_events(api: APIClient, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name, began = new_name(), datetime.now(UTC) - timedelta(seconds=1)
    live = api.events(decode=True, filters={"type": "volume"})
    api.create_volume(name, labels=labels)
    assert any(event["Actor"]["ID"] == name for event in live)
    live.close()
    assert list(live) == []
    api.remove_volume(name)
    past = api.events(since=began, until=datetime.now(UTC) + timedelta(seconds=1), filters={"type": "volume"})
    assert name.encode() in b"".join(past)


def test_volumes(api: APIClient, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name = new_name()
    made = api.create_volume(name, driver="local", driver_opts={}, labels=labels)
    assert made["Name"] == name
    assert api.inspect_volume(name)["Labels"] == labels
    assert [one["Name"] for one in api.volumes(filters={"name": name})["Volumes"]] == [name]
    assert api.remove_volume(name, force=True) is None
    with pytest.raises(errors.NotFound):
        api.inspect_volume(name)
    assert api.prune_volumes({"label": new_name()})["SpaceReclaimed"] == 0


def test_networks(api: APIClient, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name = new_name()
    pool = types.IPAMPool(subnet="10.213.7.0/24", gateway="10.213.7.1")
    made = api.create_network(name, "bridge", ipam=types.IPAMConfig(pool_configs=[pool]), labels=labels)
    container = api.create_container("busybox", "sleep 100", labels=labels)
    try:
        api.connect_container_to_network(container, made["Id"], ipv4_address="10.213.7.9", aliases=["other"])
        api.start(container)
        endpoint = api.inspect_container(container)["NetworkSettings"]["Networks"][name]
        assert endpoint["IPAddress"] == "10.213.7.9"
        assert "other" in endpoint["Aliases"]
        assert list(api.inspect_network(name)["Containers"]) == [container["Id"]]
        assert [one["Name"] for one in api.networks(names=[name])] == [name]
        api.disconnect_container_from_network(container, name, force=True)
        assert api.inspect_network(made)["Containers"] == {}
    finally:
        api.remove_container(container, force=True)
        api.remove_network(made)
    with pytest.raises(errors.NotFound):
        api.inspect_network(name)
    assert api.prune_networks({"label": new_name()})["NetworksDeleted"] is None


def test_a_swarm_or_none(api: APIClient) -> None:
    if api.info()["Swarm"]["LocalNodeState"] != "inactive":
        assert isinstance(api.nodes(), list)
        return
    for call in (api.nodes, api.services, api.tasks, api.secrets, api.configs, api.inspect_swarm):
        with pytest.raises(errors.APIError) as caught:
            call()
        assert caught.value.status_code == 503
    with pytest.raises(errors.APIError):
        api.create_service(types.TaskTemplate(types.ContainerSpec("busybox", ["true"])))
    assert api.leave_swarm(force=True) is True


def test_plugins(api: APIClient, new_name: Callable[[], str]) -> None:
    assert isinstance(api.plugins(), list)
    name = new_name()
    for call in (api.inspect_plugin, api.enable_plugin, api.disable_plugin, api.remove_plugin):
        with pytest.raises(errors.NotFound):
            call(name)
    with pytest.raises(errors.NotFound):
        api.push_plugin(name)
