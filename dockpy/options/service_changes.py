"""What a service becomes when something of it changes, and the rest stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.wire.base import Model
    from dockpy.wire.services import ServiceSpec

__all__ = ["change", "merge"]


def change(current: ServiceSpec, changes: ServiceSpec) -> None:
    """Put changes into what a service is, in place.

    What is given takes the place of what was, lists and mappings as a whole; what is not given stays, inside
    of update_config, restart_policy, healthcheck and the like too.
    """
    merge(current, changes)
    if changes.task_template is not None and "networks" in changes.task_template.model_fields_set:
        # Where both are there, the deprecated ones count on some engines.
        current.networks = []
        current.model_fields_set.discard("networks")


def merge(current: Model, changes: Model) -> None:
    """Put what is set in one model into another, in place; see `change`."""
    from dockpy.wire.base import Model

    for name in changes.model_fields_set:
        new, old = getattr(changes, name), getattr(current, name)
        if isinstance(new, Model) and isinstance(old, Model) and not _whole(name, old, new):
            merge(old, new)
        else:
            setattr(current, name, new)


def _whole(name: str, old: Model, new: Model) -> bool:
    """Whether a part is replaced: where something of the old one would contradict the new one."""
    if name == "mode":
        return old.model_fields_set != new.model_fields_set
    if name == "log_driver":
        return "name" in new.model_fields_set  # the options of another driver
    return name == "credential_spec"
