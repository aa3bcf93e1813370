"""The classic builder's cache: images here that came of the same step on the same image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.state.image import Image
    from dockpy.fake.state.images import Images

__all__ = ["Cache"]

_SAME = ("Cmd", "Env", "Entrypoint", "Labels", "ExposedPorts", "Volumes")


class Cache:
    """Finds them, in one stage: after the first step that is not there, none is.

    Args:
        images: the images.
        sources: where these are given, what is taken has to be part of one of them.
        used: whether there is one at all.
    """

    def __init__(self, images: Images, sources: Sequence[Image] | None, *, used: bool) -> None:
        self._images = images
        self._sources = sources
        self._used = used

    def find(self, parent: Image | None, config: Mapping[str, Any]) -> Image | None:
        """The image of a step.

        Args:
            parent: what it begins with; None for nothing.
            config: what its container starts from.
        """
        if not self._used:
            return None
        found = self._local(parent, config)
        if self._sources is not None:
            if found is not None and not any(self._is_from(source, found) for source in self._sources):
                found = None
            if found is None:
                found = self._of_history(parent, config)
        if found is None:
            self._used = False
        return found

    def _local(self, parent: Image | None, config: Mapping[str, Any]) -> Image | None:
        wanted = "" if parent is None else parent.id
        matching = [
            image
            for image in self._images
            if image.parent == wanted and _same(image.config.get("container_config"), config)
        ]
        return max(matching, key=lambda image: image.created_at, default=None)

    def _is_from(self, source: Image, image: Image) -> bool:
        """Whether an image is another one, or one that it was made from."""
        known: Image | None = source
        while known is not None and known.id != image.id:
            known = self._images.get(known.parent)
        return known is not None

    def _of_history(self, parent: Image | None, config: Mapping[str, Any]) -> Image | None:
        """The first steps of an image whose own images are not here: they are made of its history."""
        done = 0 if parent is None else len(parent.history)
        command = " ".join(config.get("Cmd") or [])
        for source in self._sources or ():
            steps = source.history
            if len(steps) <= done or steps[done].get("created_by") != command:
                continue
            if parent is not None and not (
                steps[:done] == parent.history and source.diff_ids[: len(parent.layers)] == parent.diff_ids
            ):
                continue
            if len(steps) == done + 1:
                source.parent = "" if parent is None else parent.id
                return source
            self._sources = [source]
            return self._restored(parent, source, config)
        return None

    def _restored(self, parent: Image | None, source: Image, config: Mapping[str, Any]) -> Image:
        done = 0 if parent is None else len(parent.history)
        steps = source.history[: done + 1]
        layers = source.layers[: sum(not step.get("empty_layer") for step in steps)]
        document = {
            "architecture": source.architecture,
            "config": dict(config),
            "created": steps[-1].get("created") or source.created,
            "docker_version": self._images.release,
            "history": steps,
            "os": source.os,
        }
        return self._images.add(document, layers, parent=parent)


def _same(known: Mapping[str, Any] | None, config: Mapping[str, Any]) -> bool:
    if not known:
        return False
    if (known.get("User") or "") != (config.get("User") or ""):
        return False
    return all((known.get(name) or None) == (config.get(name) or None) for name in _SAME)
