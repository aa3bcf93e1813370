"""What a daemon is made of, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.programs import Programs
from dockpy.fake.registry import Registries
from dockpy.fake.state.build import Builder
from dockpy.fake.state.containers import Containers
from dockpy.fake.state.events import Events
from dockpy.fake.state.execs import Execs
from dockpy.fake.state.images import Images
from dockpy.fake.state.networks import Networks
from dockpy.fake.state.plugins import Plugins
from dockpy.fake.state.swarm import Swarm
from dockpy.fake.state.system import System
from dockpy.fake.state.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.registry import FakeRegistry

__all__ = ["assemble"]


def assemble(engine: Engine, registries: Mapping[str, FakeRegistry]) -> None:
    """Give an engine its parts."""
    engine.events = Events(engine)
    engine.registries = Registries(engine, registries)
    engine.programs = Programs(engine)
    engine.images = Images(engine)
    engine.volumes = Volumes(engine)
    engine.networks = Networks(engine)
    engine.containers = Containers(engine)
    engine.execs = Execs(engine)
    engine.builder = Builder(engine)
    engine.plugins = Plugins(engine)
    engine.swarm = Swarm(engine)
    engine.system = System(engine)
