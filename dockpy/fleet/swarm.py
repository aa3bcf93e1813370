"""One swarm of a fleet's daemons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self, TypeVar

from dockpy.client import Client
from dockpy.errors import DockpyError, FleetError, InvalidArgument, ServerError
from dockpy.fleet.daemons import check_names
from dockpy.fleet.results import FleetResults, Outcome
from dockpy.options.swarm import swarm_changes
from dockpy.options.values import is_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Unpack

    from dockpy.options.swarm import SwarmOptions
    from dockpy.resources.swarm import Swarm

__all__ = ["FleetSwarm"]

T = TypeVar("T")

_PORT = "2377"
_ELSEWHERE = "already part of a swarm"
"""What engines say that are to enter a swarm while they are part of one."""


class FleetSwarm(Mapping[str, Client]):
    """The part of a fleet that makes one swarm of its daemons, and undoes it."""

    def _gather(self, function: Callable[[str, Client], T], timeout: float | None) -> FleetResults[T]:
        raise NotImplementedError

    def _view(self, clients: dict[str, Client]) -> Self:
        raise NotImplementedError

    def swarm_init(
        self,
        *,
        managers: int | Sequence[str] = 1,
        advertise: Mapping[str, str] | None = None,
        listen_addr: str = "0.0.0.0:2377",
        data_path_port: int | None = None,
        default_addr_pool: Sequence[str] | None = None,
        subnet_size: int | None = None,
        **spec: Unpack[SwarmOptions],
    ) -> Swarm:
        """Make one swarm of all daemons; ``select`` says of which else.

        The first manager makes the swarm, and the others join it. It is all or nothing: where a daemon cannot
        join, those that did leave again.

        Args:
            managers: how many of the daemons manage it, the first ones in the fleet's order, or which do, by
                name. An odd number: more than half of them have to be there for a swarm to work.
            advertise: by name, the address or interface at which the others reach a daemon. An engine finds
                its own where its host has one only.
            listen_addr: where each listens to the others; as of `Swarm.init`.
            data_path_port: as of `Swarm.init`.
            default_addr_pool: as of `Swarm.init`.
            subnet_size: as of `Swarm.init`.
            **spec: see `SwarmOptions`.

        Returns:
            The swarm; its ``client`` is that of the first manager, which services are created with.

        Raises:
            InvalidArgument: there is no daemon of a name, or not that many.
            FleetError: a daemon does not answer, is part of a swarm already, or could not join; ``errors``
                says which, and why. None of them is part of the new swarm; what could not be undone is in the
                error's notes.

        Operation: SystemInfo, SwarmInit, SwarmInspect, SwarmJoin, SwarmLeave.
        """
        chosen = self._managers(managers)
        addresses = self._advertised(advertise)
        swarm_changes("swarm_init", spec)
        self._check_free()
        first = chosen[0]
        others = [name for name in self if name != first]
        asked = [first]
        try:
            self._each(
                [first],
                lambda name, client: client.swarm.init(
                    advertise_addr=addresses.get(name),
                    listen_addr=listen_addr,
                    data_path_port=data_path_port,
                    default_addr_pool=default_addr_pool,
                    subnet_size=subnet_size,
                    **spec,
                ),
            )
            where, tokens = self._each([first], lambda _, client: _invitation(client, listen_addr))[first]
            asked += others
            self._each(
                others,
                lambda name, client: client.swarm.join(
                    [where],
                    tokens["manager" if name in chosen else "worker"],
                    listen_addr=listen_addr,
                    advertise_addr=addresses.get(name),
                ),
            )
        except BaseException as error:
            self._undo(asked, error)
            raise
        return self[first].swarm

    def swarm_leave(self, *, force: bool = False) -> FleetResults[bool]:
        """Let all daemons leave the swarms that they are part of, the workers first.

        Args:
            force: also those that are managers: without its managers a swarm is lost, and whatever is in it.

        Returns:
            By name, whether it was part of a swarm. Managers that were not to leave are errors.

        Operation: SystemInfo, SwarmLeave.
        """
        parts = self._gather(lambda _, client: _part(client), None)
        left = dict[str, Outcome[bool]]()
        for part in ("worker", "manager"):
            names = [name for name, found in parts.succeeded.items() if found == part]
            left.update(self._some(names)._gather(lambda _, client: _leave(client, force), None))
        others: dict[str, Outcome[bool]] = {
            name: Outcome(False, outcome.error) for name, outcome in parts.items()
        }
        return FleetResults({**others, **left})

    # What is asked for

    def _managers(self, managers: int | Sequence[str]) -> list[str]:
        if isinstance(managers, int) and not isinstance(managers, bool):
            if not 1 <= managers <= len(self):
                raise InvalidArgument(f"managers={managers}: it takes a number from 1 to {len(self)}")
            return list(self)[:managers]
        if not isinstance(managers, Sequence) or isinstance(managers, str) or not managers:
            raise InvalidArgument(f"managers={managers!r}: it takes a number, or a list of names")
        check_names(managers, self)
        return list(managers)

    def _advertised(self, advertise: Mapping[str, str] | None) -> dict[str, str]:
        addresses = dict(advertise or {})
        check_names(list(addresses), self)
        for name, address in addresses.items():
            if not is_text(address) or not address:
                raise InvalidArgument(f"advertise[{name!r}]={address!r}: it takes an address or an interface")
        return addresses

    def _check_free(self) -> None:
        """
        Raises:
            FleetError: daemons do not answer, or are part of a swarm.
        """
        states = self._gather(lambda _, client: (client.swarm.state, client.daemon), None)
        taken: dict[str, Exception] = {
            name: DockpyError(
                f"The daemon is part of a swarm already ({state})",
                daemon=daemon,
                hint="fleet.swarm_leave(force=True) lets all leave theirs; fleet.select(…) leaves some out.",
            )
            for name, (state, daemon) in states.succeeded.items()
            if state != "inactive"
        }
        errors = {name: error for name in self if (error := states.errors.get(name) or taken.get(name))}
        if errors:
            raise FleetError.of(errors, len(self))

    # What is done

    def _some(self, names: Sequence[str]) -> Self:
        return self._view({name: self[name] for name in names})

    def _each(self, names: Sequence[str], function: Callable[[str, Client], T]) -> dict[str, T]:
        """What each of some daemons gave.

        Raises:
            FleetError: some failed.
        """
        results = self._some(names)._gather(function, None)
        if errors := results.errors:
            raise FleetError.of(errors, len(self))
        return results.succeeded

    def _undo(self, asked: list[str], error: BaseException) -> None:
        """Let those leave that were asked to enter the swarm, as engines go on trying to join.

        Not those that meanwhile were part of another one. What failed is added to the error.

        Args:
            asked: their names, that of the first manager first.
            error: what came of it.
        """
        errors = error.errors if isinstance(error, FleetError) else {}
        ours = [name for name in asked if _ELSEWHERE not in str(errors.get(name, ""))]
        first = asked[:1]
        # Without the first one, a manager hears of no other.
        for names in ([name for name in ours if name not in first], [name for name in first if name in ours]):
            undone = self._some(names)._gather(lambda _, client: _leave(client, force=True), None)
            for name, failure in undone.errors.items():
                error.add_note(f"{name!r} may be part of the swarm still: {failure}")


def _invitation(client: Client, listen_addr: str) -> tuple[str, dict[str, str]]:
    """Where a manager is reached, and what lets others join, by their role."""
    host = client.info().swarm.node_addr
    address, _, port = listen_addr.rpartition(":")
    is_port = port.isdecimal() and (":" not in address or address.endswith("]"))
    there = f"[{host}]" if ":" in host else host
    tokens = client.swarm.join_tokens
    return f"{there}:{port if is_port else _PORT}", {
        "manager": tokens.manager,
        "worker": tokens.worker,
    }


def _part(client: Client) -> str:
    """What a daemon is in its swarm: ``manager``, ``worker``, or nothing."""
    swarm = client.info().swarm
    if (swarm.local_node_state or "inactive") == "inactive":
        return ""
    return "manager" if swarm.control_available else "worker"


def _leave(client: Client, force: bool) -> bool:
    """Leave the swarm, where there is one to leave.

    It is not asked first: where other managers have left, a manager takes 20 seconds to tell of its swarm.
    """
    try:
        client.swarm.leave(force=force)
    except ServerError:
        if client.swarm.state != "inactive":
            raise
        return False
    return True
