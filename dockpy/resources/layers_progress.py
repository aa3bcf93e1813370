"""Where each layer of a pull or a push stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.wire.progress import ProgressMessage

__all__ = ["LayerPhase", "LayerProgress", "LayersProgress"]

LayerPhase: TypeAlias = Literal["waiting", "downloading", "downloaded", "extracting", "pushing", "done"]

_LAYER = re.compile(r"[0-9a-f]{12}")
_PHASES: dict[str, LayerPhase] = {
    "Pulling fs layer": "waiting",
    "Preparing": "waiting",
    "Waiting": "waiting",
    "Retrying": "waiting",
    "Downloading": "downloading",
    "Verifying Checksum": "downloaded",
    "Download complete": "downloaded",
    "Extracting": "extracting",
    "Pushing": "pushing",
    "Pull complete": "done",
    "Already exists": "done",
    "Pushed": "done",
    "Layer already exists": "done",
    "Mounted from": "done",
}


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """Where one layer stands.

    Attributes:
        id: the layer's short digest.
        phase: what is done with it; ``done`` also where the engine or the registry had it already.
        current: bytes of this phase that have passed; 0 where the engine does not tell.
        total: bytes of this phase; None where nobody knows.
        status: the engine's own words.
    """

    id: str
    phase: LayerPhase = "waiting"
    current: int = 0
    total: int | None = None
    status: str = ""


class LayersProgress:
    """Follows a pull or a push, layer by layer: give it to ``images.pull`` or ``push`` as ``on_progress``.

        client.images.pull("app", on_progress=LayersProgress(lambda progress: draw(progress.layers)))

    Args:
        changed: called with this object whenever a layer stands somewhere else; None for nobody: what there
            is stays in `layers`.

    Attributes:
        layers: by their ids, in the engine's order.
    """

    def __init__(self, changed: Callable[[LayersProgress], object] | None = None) -> None:
        self._changed = changed
        self.layers: dict[str, LayerProgress] = {}

    @property
    def done(self) -> int:
        """How many layers are where they are to be."""
        return sum(layer.phase == "done" for layer in self.layers.values())

    def __call__(self, message: ProgressMessage) -> None:
        """Take a message of the engine."""
        id, status = message.id or "", message.status or ""
        if not _LAYER.fullmatch(id) or status.startswith("Pulling from"):  # of a tag, or of the whole
            return
        before = self.layers.get(id, LayerProgress(id))
        named = (phase for words, phase in _PHASES.items() if status.startswith(words))
        after = replace(before, phase=next(named, before.phase), status=status)
        detail = message.progress_detail
        if detail is not None and detail.current is not None and not detail.units:  # else it is no bytes
            after = replace(after, current=detail.current, total=detail.total)
        elif after.phase == "done":
            after = replace(after, current=after.total or after.current)
        elif after.phase != before.phase and after.phase != "downloaded":
            after = replace(after, current=0, total=None)
        if after == before and id in self.layers:
            return
        self.layers[id] = after
        if self._changed is not None:
            self._changed(self)

    def __repr__(self) -> str:
        return f"<LayersProgress: {self.done} of {len(self.layers)} layers>"
