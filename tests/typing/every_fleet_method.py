"""Fleets and what they give. Type checkers read this; nothing runs it."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, assert_type

from dockpy import (
    Client,
    Config,
    Container,
    Image,
    Network,
    Node,
    Plugin,
    RunOutput,
    Secret,
    Service,
    Swarm,
    Task,
    Volume,
)
from dockpy.fleet import Fleet, FleetList, FleetResults, Outcome
from dockpy.fleet.collections import (
    FleetConfigs,
    FleetContainers,
    FleetImages,
    FleetNetworks,
    FleetNodes,
    FleetPlugins,
    FleetSecrets,
    FleetServices,
    FleetTasks,
    FleetVolumes,
)
from dockpy.fleet.placement import Placement
from dockpy.resources.pruning import PruneReport
from dockpy.resources.registry_data import RegistryData
from dockpy.resources.run import RunStream
from dockpy.wire.containers import ContainerPruneResponse
from dockpy.wire.disk_usage import SystemDataUsageResponse
from dockpy.wire.images import (
    AttestationStatement,
    ImageDeleteResponseItem,
    ImageHistoryResponseItem,
    ImagePruneResponse,
    ImageSearchResponseItem,
)
from dockpy.wire.networks import NetworkPruneResponse
from dockpy.wire.system import SystemInfo, SystemVersion
from dockpy.wire.volumes import VolumePruneResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.errors import FleetError


def made(client: Client) -> None:
    fleet = Fleet(
        {"a": "unix:///a", "b": client}, labels={"a": {"zone": "eu"}}, timeout=(5, 60), max_workers=8
    )
    assert_type(fleet, Fleet)
    assert_type(Fleet.from_contexts("a", "b", timeout=5, max_workers=8), Fleet)
    with Fleet({"a": client}) as entered:
        assert_type(entered, Fleet)


def chosen_by(clients: Mapping[str, Client]) -> str:
    return next(iter(clients))


def fleet(fleet: Fleet) -> None:
    assert_type(fleet["a"], Client)
    assert_type(fleet.names, list[str])
    assert_type(fleet.errors, dict[str, Exception])
    assert_type(fleet.select("a", label="zone=eu", where=lambda name, client: client.ping()), Fleet)
    assert_type(fleet.select(label={"zone": "eu"}), Fleet)
    assert_type(fleet.with_options(timeout=5), Fleet)
    assert_type(fleet.map(lambda client: client.daemon, timeout=5), FleetResults[str])
    assert_type(fleet.swarm_init(), Swarm)
    assert_type(
        fleet.swarm_init(
            managers=["a"],
            advertise={"a": "10.0.0.1"},
            listen_addr="10.0.0.1:2377",
            data_path_port=4789,
            default_addr_pool=["10.0.0.0/8"],
            subnet_size=24,
            autolock_managers=True,
        ),
        Swarm,
    )
    assert_type(fleet.swarm_leave(force=True), FleetResults[bool])
    assert_type(fleet.ping(), FleetResults[bool])
    assert_type(fleet.info(), FleetResults[SystemInfo])
    assert_type(fleet.version(), FleetResults[SystemVersion])
    assert_type(fleet.df(type="volume", verbose=True), FleetResults[SystemDataUsageResponse])
    assert_type(fleet.prune(all=True), FleetResults[PruneReport])
    assert_type(fleet.containers, FleetContainers)
    assert_type(fleet.images, FleetImages)
    assert_type(fleet.networks, FleetNetworks)
    assert_type(fleet.volumes, FleetVolumes)
    assert_type(fleet.plugins, FleetPlugins)
    assert_type(fleet.services, FleetServices)
    assert_type(fleet.tasks, FleetTasks)
    assert_type(fleet.nodes, FleetNodes)
    assert_type(fleet.secrets, FleetSecrets)
    assert_type(fleet.configs, FleetConfigs)
    assert_type(fleet.place("memory"), Placement)
    assert_type(fleet.place(chosen_by), Placement)
    assert_type(fleet.run("busybox", ["true"], spread="memory", mem_limit="1g"), RunOutput)
    assert_type(fleet.run("busybox", ["true"], spread="containers", stream=True), RunStream)
    assert_type(fleet.run("busybox", ["true"], spread=chosen_by, detach=True, name="web"), Container)
    fleet.close()


def placement(placement: Placement) -> None:
    assert_type(placement.name, str)
    assert_type(placement.client, Client)
    assert_type(placement.measured, dict[str, int])
    assert_type(placement.errors, dict[str, Exception])


def results(results: FleetResults[int]) -> None:
    assert_type(results["a"], Outcome[int])
    assert_type(results.succeeded, dict[str, int])
    assert_type(results.errors, dict[str, Exception])
    assert_type(results.raise_errors(), FleetResults[int])


def outcome(outcome: Outcome[int]) -> None:
    assert_type(outcome.value, int)
    assert_type(outcome.error, Exception | None)
    assert_type(outcome.ok, bool)


def listed(found: FleetList[Container], error: FleetError) -> None:
    assert_type(found[0].client, Client)
    assert_type(found.errors, dict[str, Exception])
    assert_type(found.by_daemon(), dict[str, list[Container]])
    assert_type(found.raise_errors(), FleetList[Container])
    assert_type(error.errors, dict[str, Exception])
    raise error


def containers(containers: FleetContainers) -> None:
    assert_type(containers.fleet, Fleet)
    assert_type(containers.fleet, Fleet)
    assert_type(containers.list(all=True, filters={"label": "x"}, full=True), FleetList[Container])
    assert_type(containers.get("web"), FleetResults[Container])
    assert_type(containers.create("busybox", ["true"], name="web", mem_limit="1g"), FleetResults[Container])
    assert_type(containers.prune(filters={"label": "x"}), FleetResults[ContainerPruneResponse])
    containers.remove("web", v=True, force=True).raise_errors()


def images(images: FleetImages, on_progress: Any) -> None:
    assert_type(images.fleet, Fleet)
    assert_type(images.list("busybox", all=True), FleetList[Image])
    assert_type(images.get("busybox", platform="linux/amd64"), FleetResults[Image])
    assert_type(images.history("busybox"), FleetResults[builtins.list[ImageHistoryResponseItem]])
    assert_type(images.attestations("busybox"), FleetResults[builtins.list[AttestationStatement]])
    assert_type(images.get_registry_data("busybox"), FleetResults[RegistryData])
    assert_type(images.search("busybox", limit=3), FleetResults[builtins.list[ImageSearchResponseItem]])
    assert_type(images.pull("busybox", "latest", on_progress=on_progress), FleetResults[Image])
    assert_type(images.pull("busybox", all_tags=True), FleetResults[builtins.list[Image]])
    assert_type(images.remove("busybox", force=True), FleetResults[builtins.list[ImageDeleteResponseItem]])
    assert_type(images.prune(filters={"dangling": False}), FleetResults[ImagePruneResponse])
    images.tag("busybox", "mine", "1").raise_errors()


def networks(networks: FleetNetworks) -> None:
    assert_type(networks.fleet, Fleet)
    assert_type(networks.list(["web"]), FleetList[Network])
    assert_type(networks.get("web", scope="local"), FleetResults[Network])
    assert_type(networks.create("web", driver="bridge", internal=True), FleetResults[Network])
    assert_type(networks.prune(), FleetResults[NetworkPruneResponse])
    networks.remove("web").raise_errors()


def volumes(volumes: FleetVolumes) -> None:
    assert_type(volumes.fleet, Fleet)
    assert_type(volumes.list(filters={"dangling": True}), FleetList[Volume])
    assert_type(volumes.get("data"), FleetResults[Volume])
    assert_type(volumes.create("data", labels={"x": "y"}), FleetResults[Volume])
    assert_type(volumes.prune(all=True), FleetResults[VolumePruneResponse])
    volumes.remove("data", force=True).raise_errors()


def plugins(plugins: FleetPlugins) -> None:
    assert_type(plugins.fleet, Fleet)
    assert_type(plugins.list(), FleetList[Plugin])
    assert_type(plugins.get("vieux/sshfs"), FleetResults[Plugin])
    plugins.remove("vieux/sshfs", force=True).raise_errors()


def services(services: FleetServices, tasks: FleetTasks, nodes: FleetNodes) -> None:
    assert_type(tasks.fleet, Fleet)
    assert_type(nodes.fleet, Fleet)
    assert_type(services.fleet, Fleet)
    assert_type(services.list(status=True), FleetList[Service])
    assert_type(services.get("web"), FleetResults[Service])
    assert_type(services.create("busybox", ["top"], name="web", replicas=2), FleetResults[Service])
    services.remove("web").raise_errors()
    assert_type(tasks.list(), FleetList[Task])
    assert_type(tasks.get("t"), FleetResults[Task])
    assert_type(nodes.list(), FleetList[Node])
    assert_type(nodes.get("n"), FleetResults[Node])


def secrets(secrets: FleetSecrets, configs: FleetConfigs) -> None:
    assert_type(configs.fleet, Fleet)
    assert_type(secrets.fleet, Fleet)
    assert_type(secrets.list(), FleetList[Secret])
    assert_type(secrets.get("s"), FleetResults[Secret])
    assert_type(secrets.create("s", b"x", labels={"x": "y"}), FleetResults[Secret])
    secrets.remove("s").raise_errors()
    assert_type(configs.list(), FleetList[Config])
    assert_type(configs.get("c"), FleetResults[Config])
    assert_type(configs.create("c", b"x"), FleetResults[Config])
    configs.remove("c").raise_errors()
