"""The image that a step of the classic builder comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.state.image_import import full_config
from dockpy.fake.state.image_platform import HOST
from dockpy.fake.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.files import Layer
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.images import Images

__all__ = ["add_step"]


def add_step(
    images: Images,
    base: Image | None,
    layer: Layer | None,
    *,
    container: str,
    started_from: Mapping[str, Any],
    settings: Mapping[str, Any],
    author: str,
) -> Image:
    """Take a step's image in.

    Args:
        images: where it comes to.
        base: what the step began with; None for nothing.
        layer: what it changed; None for nothing.
        container: the id of its container; empty where it had none.
        started_from: what its container started from; the command of that is the history's line.
        settings: what containers of the image start from.
        author: of the image.
    """
    created = rfc3339(images.engine.now())
    step: dict[str, Any] = {"created": created}
    if command := " ".join(started_from.get("Cmd") or []):
        step["created_by"] = command
    if author:
        step["author"] = author
    if layer is None:
        step["empty_layer"] = True
    layers = [*(base.layers if base is not None else ()), *([layer] if layer is not None else ())]
    document: dict[str, Any] = {
        "architecture": base.architecture if base is not None else HOST.architecture,
        "author": author,
        "config": full_config(settings),
        "container": container,
        "container_config": full_config(started_from),
        "created": created,
        "docker_version": images.release,
        "history": [*(base.history if base is not None else ()), step],
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [each.diff_id for each in layers]},
    }
    if base is not None and base.variant:
        document["variant"] = base.variant
    document = {name: value for name, value in document.items() if value != ""}
    return images.add(document, layers, parent=base)
