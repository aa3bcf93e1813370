"""What a service's request needs of the daemon, or of registries, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dockpy.ops import distribution
from dockpy.reference import ImageReference, is_image_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.client import Client
    from dockpy.config.credentials import Credentials
    from dockpy.resources.image import Image
    from dockpy.wire.services import ServiceSpec

    AuthConfig: TypeAlias = Credentials | Mapping[str, str]

__all__ = ["image_name", "pinned", "registry_header", "resolve"]


def image_name(image: str | Image) -> str:
    """The image as the engine takes it: its name or id; anything else is refused with the other options."""
    return image if isinstance(image, str) else getattr(image, "id", "")


def resolve(client: Client, spec: ServiceSpec) -> None:
    """Find the secrets and configs that were given by name, in place.

    Raises:
        NotFound: one is not there.
    """
    container = spec.task_template.container_spec if spec.task_template is not None else None
    if container is None:
        return
    for secret in container.secrets:
        if secret.secret_id is None and secret.secret_name:
            found = client.secrets.get(secret.secret_name)
            secret.secret_id, secret.secret_name = found.id, found.name
            _name_file(secret.file, found.name)
    for config in container.configs:
        if config.config_id is None and config.config_name:
            known = client.configs.get(config.config_name)
            config.config_id, config.config_name = known.id, known.name
            _name_file(config.file, known.name)
    _resolve_account(client, container)


def _name_file(file: Any, name: str) -> None:
    if file is not None and file.name is None:
        file.name = name


def _resolve_account(client: Client, container: Any) -> None:
    """Find the config of a service account, which the container's configs have to name too."""
    from dockpy.wire.container_spec import SwarmConfigReference

    account = container.privileges.credential_spec if container.privileges is not None else None
    if account is None or not account.config:
        return
    config = client.configs.get(account.config)
    account.config = config.id
    if not any(reference.config_id == config.id for reference in container.configs):
        reference = SwarmConfigReference(runtime={}, config_id=config.id, config_name=config.name)
        container.configs = [*container.configs, reference]


def registry_header(client: Client, image: str, given: AuthConfig | None) -> dict[str, str]:
    """The header with the credentials that nodes pull the image with; none where there are no credentials."""
    if is_image_id(image):
        return {}
    from dockpy.config.credentials import encode_registry_auth

    header = client.registry_auth(ImageReference.parse(image).registry, given)
    return {} if header == encode_registry_auth(None) else {"X-Registry-Auth": header}


def pinned(client: Client, spec: ServiceSpec, image: str, headers: Mapping[str, str]) -> None:
    """Put the digest that the image's name stands for, and its platforms, into a request.

    Raises:
        ImageNotFound: the registry does not have it, or wants credentials.
    """
    if is_image_id(image):
        return
    from dockpy.wire.nodes import Platform
    from dockpy.wire.tasks import Placement

    reference = ImageReference.parse(image)
    answer = client.api.call(distribution.INSPECT, {"name": reference.canonical}, headers=headers)
    task = spec.task_template
    assert task is not None
    assert task.container_spec is not None
    if reference.digest is None and answer.descriptor.digest:
        task.container_spec.image = reference.with_digest(answer.descriptor.digest).familiar
    if not answer.platforms:
        return
    if task.placement is None:
        task.placement = Placement()
    if not task.placement.platforms:
        task.placement.platforms = [
            # Nodes say which ARM they are; images may be made for an older one: that is no constraint.
            Platform(
                os=platform.os, architecture=platform.architecture if platform.architecture != "arm" else ""
            )
            for platform in answer.platforms
        ]
