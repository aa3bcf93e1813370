"""What a daemon is made of, put together."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from dockpy.fake.state.events import Events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.registry import FakeRegistry

__all__ = ["assemble"]

_PARTS = {
    "programs": "programs.Programs",
    "images": "state.images.Images",
    "volumes": "state.volumes.Volumes",
    "networks": "state.networks.Networks",
    "containers": "state.containers.Containers",
    "execs": "state.execs.Execs",
    "builder": "state.build.Builder",
    "plugins": "state.plugins.Plugins",
    "swarm": "state.swarm.Swarm",
    "system": "state.system.System",
}


def assemble(engine: Engine, registries: Mapping[str, FakeRegistry]) -> None:
    """Give an engine its parts."""
    engine.events = Events(engine)
    try:
        from dockpy.fake.registry import Registries

        engine.registries = Registries(engine, registries)
    except ImportError:
        pass
    for name, where in _PARTS.items():  # until every part is there
        module, _, cls = where.rpartition(".")
        try:
            part = getattr(importlib.import_module(f"dockpy.fake.{module}"), cls)
        except (ImportError, AttributeError) as error:
            if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("dockpy.fake"):
                raise
            continue
        setattr(engine, name, part(engine))
