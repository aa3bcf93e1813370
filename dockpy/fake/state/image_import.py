"""Images made of what is here already: a tar of files, or a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import BadArchive, Layer
from dockpy.fake.state.config_changes import apply_changes
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import HOST
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dockpy.fake.state.container import Container
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.image_platform import Platform
    from dockpy.fake.state.images import Images

__all__ = ["commit", "full_config", "import_tar", "merged_config", "name_to_give"]


def name_to_give(images: Images, repository: str, tag: str, status: int = 400) -> Name | None:
    """The name that a new image is to get; None for none.

    Raises:
        Failure: it can be no image's.
    """
    if not repository:
        return None
    try:
        name = parse_name(repository, images.api)
        new = at_least(images.api, "1.42") or status == 400
        if name.digest and (new or not tag):
            refusing = "refusing to create a tag with a digest reference"
            raise Failure(400, "cannot import digest reference" if new else refusing)
        if tag:
            return name.of_tag(tag)
        # Older engines tell of the name as it was given.
        return name.with_default() if at_least(images.api, "1.42") else name
    except Failure as failure:
        refused = "digest reference" in failure.message
        raise Failure(400 if refused else status, failure.message) from None


def import_tar(
    images: Images,
    pieces: Iterable[bytes],
    *,
    name: Name | None = None,
    message: str = "",
    changes: Sequence[str] = (),
    platform: Platform | None = None,
) -> Image:
    """Make an image with one layer of a tar.

    Args:
        images: where it comes to.
        pieces: the tar, compressed or not.
        name: what it is called.
        message: its comment; empty for the engine's own.
        changes: instructions that say what its containers start from.
        platform: what it is for; None for the host's.

    Raises:
        Failure: it is no tar, or an instruction is none.
    """
    new = at_least(images.api, "1.42")
    if platform is not None and platform.os != HOST.os:
        raise Failure(400, "operating system is not supported")
    settings = apply_changes({}, changes, images.api)
    try:
        layer = Layer.from_tar(pieces, api=images.api)
    except BadArchive as error:
        raise Failure(500, str(error)) from None
    created = rfc3339(images.engine.now())
    comment = message or "Imported from -"
    target = platform if platform is not None and new else HOST
    config: dict[str, Any] = {
        "architecture": target.architecture or HOST.architecture,
        "comment": comment,
        "config": full_config(settings),
        "container_config": full_config({}),
        "created": created,
        "docker_version": images.release,
        "history": [{"created": created, "comment": comment}],
        "os": target.os or HOST.os,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    if target.variant:
        config["variant"] = target.variant
    image = images.add(config, [layer])
    if name is not None:
        images.tag(image, name)
    images.emit("import", image)
    return image


def commit(
    images: Images,
    container: Container,
    *,
    name: Name | None = None,
    comment: str = "",
    author: str = "",
    changes: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Image:
    """Make an image of a container: what it wrote becomes a layer.

    Args:
        images: where it comes to.
        container: the container.
        name: what it is called.
        comment: of the step.
        author: of the image.
        changes: instructions that say what its containers start from.
        config: what its containers start from; None for what this one did.

    Raises:
        Failure: an instruction is none.
    """
    base = container.image
    own: dict[str, Any] = dict(container.config)
    settings = merged_config(apply_changes(dict(own if config is None else config), changes, images.api), own)
    created = rfc3339(images.engine.now())
    step: dict[str, Any] = {"created": created}
    if command := " ".join(own.get("Cmd") or []):
        step["created_by"] = command
    if author:
        step["author"] = author
    if comment:
        step["comment"] = comment
    layers = list(base.layers)
    if container.upper.changes():
        layers.append(container.upper.freeze())
    else:
        step["empty_layer"] = True
    document: dict[str, Any] = {
        "architecture": base.architecture,
        "author": author,
        "config": full_config(settings),
        "container": container.id,
        "container_config": full_config(own),
        "created": created,
        "docker_version": images.release,
        "history": [*base.history, step],
        "os": base.os,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    if not author:
        del document["author"]
    if base.variant:
        document["variant"] = base.variant
    image = images.add(document, layers, parent=base)
    if at_least(images.api, "1.44"):
        images.emit("create", image)
    if name is not None:
        images.tag(image, name)
    return image


_ORDER = (
    *("Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "ExposedPorts", "Tty"),
    *("OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped", "Image", "Volumes", "WorkingDir"),
    *(
        "Entrypoint",
        "NetworkDisabled",
        "MacAddress",
        "OnBuild",
        "Labels",
        "StopSignal",
        "StopTimeout",
        "Shell",
    ),
)
_LISTS = ("Env", "Cmd", "Volumes", "Entrypoint", "OnBuild", "Labels")
_TEXTS = ("Hostname", "Domainname", "User", "Image", "WorkingDir")
_FLAGS = ("AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce")


def full_config(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A container's configuration with all that an engine writes of it."""
    empty = {
        **dict.fromkeys(_TEXTS, ""),
        **dict.fromkeys(_FLAGS, False),
        **dict.fromkeys(_LISTS),
    }
    shown = {**empty, **{key: value for key, value in settings.items() if value or key not in empty}}
    for key in ("ExposedPorts", "Labels", "Volumes"):
        if shown.get(key):
            shown[key] = dict(sorted(shown[key].items()))
    return {key: shown[key] for key in _ORDER if key in empty or shown.get(key)}


def merged_config(own: dict[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What a container starts from, completed by what its image says: as engines merge the two."""
    merged = dict(own)
    for key in ("User", "WorkingDir", "StopSignal", "Shell"):
        merged[key] = own.get(key) or base.get(key)
    for key in ("ExposedPorts", "Labels", "Volumes"):
        both = {**(base.get(key) or {}), **(own.get(key) or {})}
        merged[key] = both or own.get(key)
    env = list(own.get("Env") or [])
    given = {entry.partition("=")[0] for entry in env}
    env += [entry for entry in base.get("Env") or [] if entry.partition("=")[0] not in given]
    merged["Env"] = env or own.get("Env")
    if not own.get("Entrypoint"):
        if not own.get("Cmd"):
            merged["Cmd"] = base.get("Cmd")
        if own.get("Entrypoint") is None:
            merged["Entrypoint"] = base.get("Entrypoint")
    health, base_health = own.get("Healthcheck"), base.get("Healthcheck")
    if base_health:
        merged["Healthcheck"] = _merged_health(health or {}, base_health)
    return merged


def _merged_health(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(own)
    for key, value in base.items():
        if not merged.get(key):
            merged[key] = value
    return merged
