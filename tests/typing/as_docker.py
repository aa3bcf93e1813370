"""A program that was written for docker-py. Type checkers read this; nothing runs it."""

from __future__ import annotations

from typing import assert_type

import dockpy.compat as docker
from dockpy.compat.models.containers import Container
from dockpy.compat.models.images import Image
from dockpy.compat.models.networks import Network
from dockpy.compat.models.volumes import Volume


def connect() -> None:
    assert_type(docker.from_env(timeout=5), docker.DockerClient)
    assert_type(docker.DockerClient(base_url="unix:///run/docker.sock", version="auto"), docker.DockerClient)
    assert_type(docker.APIClient(base_url="unix:///run/docker.sock"), docker.APIClient)
    with docker.from_env() as client:
        assert_type(client, docker.DockerClient)


def use(client: docker.DockerClient) -> None:
    assert_type(client.api, docker.APIClient)
    assert_type(client.ping(), bool)
    assert_type(client.containers.get("id"), Container)
    assert_type(client.containers.create("busybox", "true"), Container)
    assert_type(client.containers.list(all=True), list[Container])
    assert_type(client.images.get("busybox"), Image)
    assert_type(client.networks.create("name"), Network)
    assert_type(client.volumes.create("name"), Volume)
    client.containers.get("id").stop(timeout=0)
    client.close()
