"""The image that a build of BuildKit's comes to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from dockpy.fake.state.build_trace import Status, Vertex, trace
from dockpy.fake.state.image_platform import HOST
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from dockpy.fake.files import Layer
    from dockpy.fake.state.buildkit_plan import PlannedStage
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["export"]

_CONFIG = (
    *("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal"),
    *("ArgsEscaped", "Healthcheck", "OnBuild", "Shell"),
)


def export(
    images: Images, stage: PlannedStage, layers: tuple[Layer, ...], created: str, tags: Sequence[Name]
) -> Generator[bytes, None, Image]:
    """Take the image in, and name it: messages, and at last the image.

    Args:
        images: where it comes to.
        stage: the stage that it is of, with all that is said of it.
        layers: its layers.
        created: when the last of them was made; empty for now.
        tags: its names.
    """
    now = images.engine.now
    digest = f"sha256:{hashlib.sha256(b'exporting').hexdigest()}"
    vertex = Vertex(digest, "exporting to image", started=now())
    status = Status("exporting layers", digest, now())
    yield trace(vertexes=[vertex], statuses=[status], now=now())
    image = images.add(_document(images, stage, layers, created or rfc3339(now())), layers)
    status.completed = now()
    yield trace(statuses=[status], now=now())
    new = at_least(images.api, "1.42")
    told = [f"writing image {image.id}"]
    told += [f"naming to {name.full if new else name.full.removesuffix(':latest')}" for name in tags]
    for number, text in enumerate(told):
        status = Status(text, digest, now())
        yield trace(statuses=[status], now=now())
        if number:
            images.tag(image, tags[number - 1])
        status.completed = now()
        yield trace(statuses=[status], now=now())
    vertex.completed = now()
    yield trace(vertexes=[vertex])
    return image


def _document(images: Images, stage: PlannedStage, layers: tuple[Layer, ...], created: str) -> dict[str, Any]:
    chain: list[PlannedStage] = []
    at: PlannedStage | None = stage
    while at is not None:
        chain.insert(0, at)
        at = at.base
    image = chain[0].image
    history = [*(image.history if image is not None else ())]
    for each in chain:
        history += each.history
    config = dict(stage.settings.config)
    if chain[0].stage.base == "scratch":
        config.setdefault("WorkingDir", "/")
    kept: dict[str, Any] = {name: config[name] for name in _CONFIG if config.get(name)}
    if not at_least(images.api, "1.42"):
        kept.setdefault("OnBuild", None)
    author = {"author": stage.settings.author} if stage.settings.author else {}
    return {
        "architecture": image.architecture if image is not None else HOST.architecture,
        **author,
        "config": kept,
        "created": created,
        "history": history,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
