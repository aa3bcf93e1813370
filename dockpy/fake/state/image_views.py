"""Images as the Engine API shows them: in a list, in full, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.image import chain_ids, nanoseconds
from dockpy.fake.times import ZERO_TIME, rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["graph_driver", "history_of", "inspected", "summary"]

_ROOT = "/var/lib/docker/overlay2"
_EMPTY_CONFIG: dict[str, Any] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}
"""What stands in a configuration always, up to API 1.51."""
_USED_CONFIG = (
    *("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal"),
    *("Healthcheck", "OnBuild", "Shell", "ArgsEscaped"),
)
"""What an image's configuration has, from API 1.50 on."""


def inspected(images: Images, image: Image, version: str) -> dict[str, Any]:
    """An image in full.

    Args:
        images: where it is.
        image: the image.
        version: the API version spoken.
    """
    config = image.config
    shown: dict[str, Any] = {
        "Id": image.id,
        "RepoTags": images.tags_of(image),
        "RepoDigests": images.digests_of(image),
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": image.created or ZERO_TIME,
        "Container": config.get("container") or "",
        "ContainerConfig": {**_EMPTY_CONFIG, **(config.get("container_config") or {})},
        "DockerVersion": config.get("docker_version") or "",
        "Author": image.author,
        "Config": settings_shown(image.settings, version),
        "Architecture": image.architecture,
        "Variant": image.variant,
        "Os": image.os,
        "OsVersion": config.get("os.version") or "",
        "Size": image.size,
        "VirtualSize": image.size,
        "GraphDriver": graph_driver(image.diff_ids),
        "RootFS": {"Type": "layers", "Layers": image.diff_ids},
        "Metadata": {
            "LastTagTime": ZERO_TIME if image.last_tag_time is None else rfc3339(image.last_tag_time)
        },
    }
    optional = ["Variant", "OsVersion"]
    if at_least(images.api, "1.42"):
        optional.append("Container")
    if at_least(version, "1.52"):
        optional += ["Parent", "Comment", "DockerVersion", "Author"]
    for name in optional:
        if not shown[name]:
            del shown[name]
    return shown


def settings_shown(settings: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What a container starts from, as a version shows it."""
    if at_least(version, "1.52"):
        return {name: settings[name] for name in _USED_CONFIG if settings.get(name)}
    if at_least(version, "1.50"):
        given = {name: value for name, value in settings.items() if name in _USED_CONFIG}
        return {name: value for name, value in _EMPTY_CONFIG.items() if name in _USED_CONFIG} | given
    return _EMPTY_CONFIG | dict(settings)


def graph_driver(diff_ids: Sequence[str]) -> dict[str, Any]:
    """Where an engine would have the layers."""
    places = [Blob.of(chain.encode()).digest.partition(":")[2] for chain in chain_ids(diff_ids)]
    if not places:
        return {"Data": None, "Name": "overlay2"}
    data = {
        name: f"{_ROOT}/{places[-1]}/{folder}"
        for name, folder in (("MergedDir", "merged"), ("UpperDir", "diff"), ("WorkDir", "work"))
    }
    if len(places) > 1:
        data["LowerDir"] = ":".join(f"{_ROOT}/{place}/diff" for place in reversed(places[:-1]))
    return {"Data": data, "Name": "overlay2"}


def summary(
    images: Images, image: Image, names: Sequence[Name], version: str, *, containers: int, shared_size: int
) -> dict[str, Any]:
    """An image in a list.

    Args:
        images: where it is.
        image: the image.
        names: those of its names that are shown.
        version: the API version spoken.
        containers: how many use it; -1 where nobody asked.
        shared_size: what other images have too, in bytes; -1 where nobody asked.
    """
    tags: list[str] | None = [name.familiar for name in names if not name.digest]
    digests: list[str] | None = [name.familiar for name in names if name.digest]
    if not tags and not digests and not at_least(version, "1.43"):
        tags, digests = ["<none>:<none>"], ["<none>@<none>"]
    if not at_least(images.api, "1.42"):
        tags, digests = tags or None, digests or None
    labels = image.settings.get("Labels")
    if at_least(version, "1.52"):
        labels = labels or {}
    return {
        "Containers": containers,
        "Created": image.created_at // SECOND,
        "Id": image.id,
        "Labels": labels,
        "ParentId": image.parent,
        "RepoDigests": digests,
        "RepoTags": tags,
        "SharedSize": shared_size,
        "Size": image.size,
        "VirtualSize": image.size,
    }


def history_of(images: Images, image: Image) -> list[dict[str, Any]]:
    """How an image was made, the last step first."""
    layers = iter(image.layers)
    steps: list[dict[str, Any]] = []
    for step in image.history:
        layer = None if step.get("empty_layer") else next(layers, None)
        steps.append(
            {
                "Comment": step.get("comment") or "",
                "Created": nanoseconds(step.get("created") or "") // SECOND,
                "CreatedBy": step.get("created_by") or "",
                "Id": "<missing>",
                "Size": 0 if layer is None else layer.size,
                "Tags": None,
            }
        )
    steps.reverse()
    known: Image | None = image
    for shown in steps:
        if known is None:
            break
        shown["Id"] = known.id
        shown["Tags"] = images.tags_of(known) or None
        known = images.get(known.parent)
    return steps
