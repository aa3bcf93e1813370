"""Which images a list shows, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.state.image import chain_ids
from dockpy.fake.state.image_filters import boolean, check_names, has_labels, like, moment
from dockpy.fake.state.image_views import summary
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.state.image import Image
    from dockpy.fake.state.images import Images

__all__ = ["listed"]

_FILTERS = frozenset({"dangling", "label", "before", "since", "reference"})


def listed(
    images: Images,
    version: str,
    filters: Mapping[str, Sequence[str]],
    *,
    all: bool = False,
    shared_size: bool = False,
) -> list[dict[str, Any]]:
    """The images as ImageList shows them.

    Args:
        images: where they are.
        version: the API version spoken.
        filters: ``dangling``, ``label``, ``before``, ``since``, ``reference`` and on newer engines ``until``.
        all: also those without a name that others were made from.
        shared_size: tell what of each others have too.

    Raises:
        Failure: a filter cannot be read, or names an image that is not here.
    """
    api = images.api
    known = _FILTERS | {"until"} if at_least(api, "1.42") else _FILTERS
    check_names(filters, frozenset(known), api)
    dangling = boolean(filters, "dangling", False, api)
    asked = "dangling" in filters
    before = min((images.resolve(text).created_at for text in filters.get("before", ())), default=None)
    since = max((images.resolve(text).created_at for text in filters.get("since", ())), default=None)
    until = min((moment(text, images.engine.now()) for text in filters.get("until", ())), default=None)
    labels, patterns = filters.get("label", ()), filters.get("reference", ())
    users = _users(images) if at_least(version, "1.51") else None
    chains = images.chains() if shared_size else {}
    known_names = images.all_names()
    found: list[tuple[int, dict[str, Any]]] = []
    for image in images:
        made = image.created_at
        if (before is not None and made >= before) or (since is not None and made <= since):
            continue
        if (until is not None and made > until) or not has_labels(image.labels, labels):
            continue
        names = [name for name in known_names.get(image.id, ()) if not patterns or like(name, patterns)]
        if not names:
            hidden = bool(patterns) or (asked and not dangling)
            if hidden or not (all or not images.children_of(image)):
                continue
        if dangling and any(not name.digest for name in names):
            continue
        shown = summary(
            images,
            image,
            names,
            version,
            containers=-1 if users is None else users.get(image.id, 0),
            shared_size=_shared(image, chains) if shared_size else -1,
        )
        found.append((made, shown))
    return [shown for _, shown in sorted(found, key=lambda pair: -pair[0])]


def _users(images: Images) -> dict[str, int]:
    found: dict[str, int] = {}
    for container in images.engine.containers:
        found[container.image.id] = found.get(container.image.id, 0) + 1
    return found


def _shared(image: Image, chains: Mapping[str, int]) -> int:
    """The bytes of the layers that another image has too."""
    own = zip(chain_ids(image.diff_ids), image.layers, strict=True)
    return sum(layer.size for chain, layer in own if chains.get(chain, 0) > 1)
