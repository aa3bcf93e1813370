"""A daemon, its networks, volumes and plugins, and settings. Type checkers read this; nothing runs it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_type

from dockpy import (
    TLS,
    Client,
    Container,
    Credentials,
    EventStream,
    Hooks,
    Network,
    Plugin,
    PruneReport,
    Registry,
    Swarm,
    Volume,
    from_env,
    ops,
)
from dockpy.config.endpoint import Endpoint
from dockpy.resources.builder import Builder
from dockpy.resources.configs import ConfigCollection
from dockpy.resources.containers import ContainerCollection
from dockpy.resources.images import ImageCollection
from dockpy.resources.networks import NetworkCollection
from dockpy.resources.nodes import NodeCollection
from dockpy.resources.plugins import PluginCollection
from dockpy.resources.secrets import SecretCollection
from dockpy.resources.services import ServiceCollection
from dockpy.resources.tasks import TaskCollection
from dockpy.resources.volumes import VolumeCollection, VolumeList
from dockpy.transport.answers import JsonStream, Pending
from dockpy.transport.caller import Caller, RequestEvent, ResponseEvent
from dockpy.transport.connectors import UnixConnector
from dockpy.transport.exchange import ByteStream, Upgraded
from dockpy.transport.message import Timeouts
from dockpy.transport.negotiation import Negotiation
from dockpy.transport.transport import Transport
from dockpy.wire.auth import AuthResponse
from dockpy.wire.common import IDResponse
from dockpy.wire.containers import ContainerSummary, ContainerTopResponse, ContainerWaitResponse
from dockpy.wire.disk_usage import SystemDataUsageResponse
from dockpy.wire.events import EventMessage
from dockpy.wire.networks import NetworkInspect, NetworkPruneResponse
from dockpy.wire.plugins import Plugin as PluginAttrs
from dockpy.wire.plugins import PluginPrivilege, PluginSettings
from dockpy.wire.progress import PushResult
from dockpy.wire.system import SystemInfo, SystemVersion
from dockpy.wire.volumes import Volume as VolumeAttrs
from dockpy.wire.volumes import VolumePruneResponse, VolumeUsageData


def client(client: Client) -> None:
    assert_type(client.endpoint, Endpoint)
    assert_type(client.daemon, str)
    assert_type(client.timeouts, Timeouts)
    assert_type(client.stream_timeout, float | None)
    assert_type(client.hooks, Hooks)
    assert_type(client.api, Caller)
    assert_type(client.api_version, str)
    assert_type(client.default_platform, str | None)
    assert_type(client.detach_keys, str | None)
    assert_type(client.proxy_variables, dict[str, str])
    assert_type(client.containers, ContainerCollection)
    assert_type(client.images, ImageCollection)
    assert_type(client.networks, NetworkCollection)
    assert_type(client.volumes, VolumeCollection)
    assert_type(client.plugins, PluginCollection)
    assert_type(client.builder, Builder)
    assert_type(client.swarm, Swarm)
    assert_type(client.services, ServiceCollection)
    assert_type(client.tasks, TaskCollection)
    assert_type(client.nodes, NodeCollection)
    assert_type(client.secrets, SecretCollection)
    assert_type(client.configs, ConfigCollection)
    assert_type(client.ping(), bool)
    assert_type(client.ping_headers(), dict[str, str])
    assert_type(client.info(), SystemInfo)
    assert_type(client.version(), SystemVersion)
    client.close()
    assert_type(
        Client(
            "unix:///run/docker.sock", timeout=(5, None), version="1.41", tls=True, pool_size=1, hooks=Hooks()
        ),
        Client,
    )
    assert_type(from_env(timeout=5, version="auto", pool_size=1), Client)
    assert_type(client.from_context("name", timeout=None, version="auto", pool_size=1), Client)
    assert_type(
        client.of_connector(
            UnixConnector("/run/docker.sock"), "fake://x", timeout=5, version="auto", hooks=Hooks()
        ),
        Client,
    )
    with client as entered:
        assert_type(entered, Client)
    assert_type(client.with_options(timeout=5, stream_timeout=None), Client)
    assert_type(client.login("user", "password", "registry", email="", save=True), AuthResponse | None)
    assert_type(client.logout("registry", erase=True), None)
    assert_type(client.registry("registry", insecure=True, tls=TLS()), Registry)
    assert_type(client.registry_auth("registry", Credentials("user", "password")), str)
    assert_type(client.df(), SystemDataUsageResponse)
    assert_type(client.df(type="volume", verbose=True), SystemDataUsageResponse)
    assert_type(client.df(type=["image", "build-cache"]), SystemDataUsageResponse)
    assert_type(client.prune(all=True, volumes="all", filters={"label": ["a"]}), PruneReport)
    assert_type(client.events(), EventStream)
    assert_type(
        client.events(
            since="5m",
            until=timedelta(0),
            filters={"type": "container"},
            reconnect=False,
            reconnect_timeout=None,
        ),
        EventStream,
    )
    assert_type(client.events(since=datetime.now(), decode=False), ByteStream)


def caller(caller: Caller) -> None:
    assert_type(caller.transport, Transport)
    assert_type(caller.negotiation, Negotiation)
    assert_type(caller.timeouts, Timeouts)
    assert_type(caller.hooks, Hooks)
    assert_type(caller.read_timeout, float | None)
    assert_type(caller.version(), str)
    assert_type(caller.call(ops.containers.TOP, {"id": ""}, {"ps_args": "aux"}), ContainerTopResponse)
    assert_type(
        caller.call(ops.containers.LIST, query={"all": True}, headers={}, takes=1), list[ContainerSummary]
    )
    assert_type(caller.call(ops.exec.CREATE, {"id": ""}, body={"Cmd": ["true"]}), IDResponse)
    assert_type(caller.stream(ops.containers.EXPORT, {"id": ""}), ByteStream)
    assert_type(caller.objects(ops.system.EVENTS), JsonStream[EventMessage])
    assert_type(caller.waiting(ops.containers.WAIT, {"id": ""}), Pending[ContainerWaitResponse])
    assert_type(caller.upgrade(ops.exec.START, {"id": ""}, body={"Detach": False}), Upgraded)


def credentials(credentials: Credentials) -> None:
    assert_type(credentials.username, str)
    assert_type(credentials.password, str)
    assert_type(credentials.identity_token, str)
    assert_type(credentials.registry_token, str)
    assert_type(credentials.server_address, str)
    assert_type(credentials.email, str)
    assert_type(credentials.to_wire(), dict[str, str])
    assert_type(
        Credentials("user", "password", identity_token="", registry_token="", server_address="", email=""),
        Credentials,
    )


def tls_(tls: TLS) -> None:
    assert_type(tls.ca, str | os.PathLike[str] | None)
    assert_type(tls.cert, str | os.PathLike[str] | None)
    assert_type(tls.key, str | os.PathLike[str] | None)
    assert_type(tls.verify, bool)
    assert_type(tls.hostname, str | None)
    assert_type(tls.context(), ssl.SSLContext)
    assert_type(TLS(ca="ca.pem", cert="cert.pem", key=Path("key.pem"), verify=True, hostname="name"), TLS)
    assert_type(tls.from_directory("certs"), TLS)
    assert_type(tls.from_environ({}), TLS | None)


def hooks(hooks: Hooks) -> None:
    assert_type(hooks.request, list[Callable[[RequestEvent], object]])
    assert_type(hooks.response, list[Callable[[ResponseEvent], object]])


def request_event(event: RequestEvent) -> None:
    assert_type(event.operation, str)
    assert_type(event.method, str)
    assert_type(event.path, str)
    assert_type(event.daemon, str)


def response_event(event: ResponseEvent) -> None:
    assert_type(event.request, RequestEvent)
    assert_type(event.status, int)
    assert_type(event.seconds, float)


def network(network: Network) -> None:
    assert_type(network.driver, str)
    assert_type(network.scope, str)
    assert_type(network.labels, dict[str, str])
    assert_type(network.created, datetime | None)
    assert_type(network.containers, list[Container])
    assert_type(network.short_id, str)
    assert_type(network.attrs, NetworkInspect)
    assert_type(network.name, str)
    assert_type(network.id, str)
    assert_type(network.client, Client)
    network.remove()
    network.reload()
    network.stale()
    network.connect(
        "container",
        aliases=["db"],
        ipv4_address="10.0.0.2",
        ipv6_address="fd00::2",
        links={"web": "alias"},
        link_local_ips=["169.254.1.1"],
        driver_opt=["a=b"],
        gw_priority=1,
        mac_address="92:d0:c6:0a:29:33",
    )
    network.disconnect("container", force=True)


def network_collection(networks: NetworkCollection) -> None:
    assert_type(networks.client, Client)
    assert_type(networks.create("name"), Network)
    networks.create(
        "name",
        driver="bridge",
        options={"a": "b"},
        subnet="10.0.0.0/24",
        gateway="10.0.0.1",
        ip_range=["10.0.0.0/25"],
        aux_addresses={"a": "10.0.0.5"},
        ipam_driver="default",
        ipam_options={"a": "b"},
    )
    networks.create(
        "name",
        ipam={"Config": []},
        internal=True,
        labels=["a=b"],
        enable_ipv4=True,
        enable_ipv6=False,
        attachable=True,
        ingress=False,
        scope="local",
        config_only=False,
        config_from=networks.get("other"),
        check_duplicate=True,
    )
    assert_type(networks.get("id", verbose=True, scope="swarm"), Network)
    assert_type(networks.list(["name"], ["id"], filters={"driver": "bridge"}, full=True), list[Network])
    networks.remove("id")
    assert_type(networks.prune(filters={"until": "24h"}), NetworkPruneResponse)


def volume(volume: Volume) -> None:
    assert_type(volume.name, str)
    assert_type(volume.short_id, str)
    assert_type(volume.driver, str)
    assert_type(volume.mountpoint, str)
    assert_type(volume.labels, dict[str, str])
    assert_type(volume.created, datetime | None)
    assert_type(volume.options, dict[str, str])
    assert_type(volume.usage(), VolumeUsageData)
    assert_type(volume.attrs, VolumeAttrs)
    assert_type(volume.id, str)
    assert_type(volume.client, Client)
    volume.reload()
    volume.stale()
    volume.remove(force=True)
    volume.update({"Availability": "drain"}, version=1)


def volume_collection(volumes: VolumeCollection) -> None:
    assert_type(volumes.client, Client)
    assert_type(volumes.create(), Volume)
    volumes.create(
        "name", driver="local", driver_opts={"a": "b"}, labels=["a=b"], cluster_volume_spec={"Group": "a"}
    )
    assert_type(volumes.get("name"), Volume)
    assert_type(volumes.list(filters={"dangling": True}), VolumeList)
    volumes.remove("name", force=True)
    assert_type(volumes.prune(all=True, filters={"label": "a"}), VolumePruneResponse)


def plugin(plugin: Plugin) -> None:
    assert_type(plugin.enabled, bool)
    assert_type(plugin.settings, PluginSettings)
    assert_type(plugin.reference, str)
    assert_type(plugin.description, str)
    assert_type(plugin.inspect(), PluginAttrs)
    assert_type(plugin.short_id, str)
    assert_type(plugin.attrs, PluginAttrs)
    assert_type(plugin.name, str)
    assert_type(plugin.id, str)
    assert_type(plugin.client, Client)
    plugin.reload()
    plugin.stale()
    plugin.configure({"DEBUG": "1"})
    plugin.enable(timeout=30)
    plugin.disable(force=True)
    plugin.upgrade("remote", privileges=True, auth_config=Credentials("user", "password"), on_progress=print)
    assert_type(plugin.push(auth_config={"username": "user"}, on_progress=print), PushResult | None)
    plugin.remove(force=True)


def plugin_collection(plugins: PluginCollection) -> None:
    assert_type(plugins.client, Client)
    assert_type(plugins.get("name"), Plugin)
    assert_type(plugins.list(filters={"enabled": True}), list[Plugin])
    assert_type(plugins.privileges("remote"), list[PluginPrivilege])
    assert_type(
        plugins.install(
            "remote",
            alias="name",
            privileges=lambda wanted: True,
            enable=False,
            settings=["DEBUG=1"],
            auth_config={},
            on_progress=print,
        ),
        Plugin,
    )
    assert_type(plugins.create("name", "archive.tar"), Plugin)
    plugins.remove("name", force=True)
    assert_type(plugins.granted("remote", True, None), tuple[list[PluginPrivilege], dict[str, str]])
