"""`Fleet`: many daemons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from dockpy.client import Client
from dockpy.closing import Closing
from dockpy.errors import ContextNotFound, DockpyError, InvalidArgument, InvalidEndpoint
from dockpy.fleet.daemons import (
    check_function,
    check_names,
    clients_of,
    daemon_labels,
    label_wanted,
    labels_given,
    limited,
)
from dockpy.fleet.fanned import Fanned
from dockpy.fleet.gathering import Gathering
from dockpy.fleet.merging import FleetStreams
from dockpy.fleet.placement import FleetRun
from dockpy.fleet.results import FleetResults
from dockpy.fleet.swarm import FleetSwarm
from dockpy.transport.message import check_timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fleet.collections import (
        FleetConfigs,
        FleetContainers,
        FleetImages,
        FleetNetworks,
        FleetNodes,
        FleetPlugins,
        FleetSecrets,
        FleetServices,
        FleetTasks,
        FleetVolumes,
    )
    from dockpy.transport.message import TimeoutSetting

__all__ = ["Fleet"]

T = TypeVar("T")

_SHOWN = 6


class Fleet(FleetRun, FleetStreams, FleetSwarm, Mapping[str, Client], Closing):
    """Many daemons, by names: ``Fleet({"a": "unix:///run/docker.sock", "b": "ssh://b", "c": client})``.

    ``fleet["a"]`` is a `Client`. What is asked of the fleet is asked of all daemons at once, and each answers
    or fails for itself: one that is down costs its own timeout, and nobody else's.

    Making a fleet opens no connection and starts nothing. It may be shared by threads. Use it in a ``with``
    statement, or `close` it, to give its connections back early. Two names may be those of one daemon.

    Args:
        daemons: an address as `Client` takes it, or a client, by the daemon's name. Clients that are given
            are left open when the fleet is closed.
        labels: labels of daemons for `select`, by name, in place of those that the engine has itself.
        timeout: of the clients that are made here; as of `Client`.
        max_workers: how many daemons are asked at the same time. Those that take longer than a quarter of a
            second do not count.

    Attributes:
        errors: why daemons are missing that could not be asked whether they belong here; see `select`.

    Raises:
        InvalidArgument: a name or another argument cannot be.
        InvalidEndpoint: an address cannot be read; the error names the daemon.
    """

    def __init__(
        self,
        daemons: Mapping[str, str | Client],
        *,
        labels: Mapping[str, Mapping[str, str]] | None = None,
        timeout: TimeoutSetting = 60,
        max_workers: int = 128,
    ) -> None:
        if isinstance(max_workers, bool) or not isinstance(max_workers, int) or max_workers < 1:
            raise InvalidArgument(f"max_workers={max_workers!r}: it takes a whole number above 0")
        self._clients, self._made = clients_of(daemons, timeout)
        self._labels = labels_given(labels, self._clients)
        self._workers = max_workers
        self._timeout: float | None = None
        self._is_view = False
        self._running = set[Gathering[Any]]()
        self.errors: dict[str, Exception] = {}

    @classmethod
    def from_contexts(
        cls,
        *names: str,
        labels: Mapping[str, Mapping[str, str]] | None = None,
        timeout: TimeoutSetting = 60,
        max_workers: int = 128,
    ) -> Self:
        """The daemons of docker contexts (``docker context ls``), by the contexts' names.

        Args:
            *names: the contexts; all that there are where none is named, ``default`` among them.
            labels: as of `Fleet`.
            timeout: as of `Client`.
            max_workers: as of `Fleet`.

        Raises:
            InvalidArgument: an argument cannot be.
            ContextNotFound: there is no such context.
            InvalidEndpoint: a context's address cannot be read; the error names the context.
        """
        from dockpy.config.contexts import list_contexts

        for name in names:
            if not isinstance(name, str):
                raise InvalidArgument(f"{name!r} is no context's name: each name is an argument of its own")
        wanted = names or [context.name for context in list_contexts()]
        clients = {name: Client.from_context(name, timeout=timeout) for name in wanted}
        fleet = cls(clients, labels=labels, max_workers=max_workers)
        fleet._made = list(clients.values())
        return fleet

    # Its daemons

    @property
    def names(self) -> list[str]:
        """The names of its daemons, in the order in which they were given."""
        return list(self._clients)

    def __getitem__(self, name: str) -> Client:
        return self._clients[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clients)

    def __len__(self) -> int:
        return len(self._clients)

    def select(
        self,
        *names: str,
        label: str | Mapping[str, str] | None = None,
        where: Callable[[str, Client], bool] | None = None,
    ) -> Self:
        """Some of the daemons, as a fleet: those that fit all that is given.

        It shares this one's clients; closing it closes nothing.

        Args:
            *names: only these.
            label: only those with this label, or these: ``"zone=eu"``, ``"gpu"`` (whatever its value),
                ``{"zone": "eu"}``. The labels are those that the fleet was given for the daemon; where there
                are none, those of the engine (``dockerd --label``), which is asked.
            where: only those for which this is true, called with name and client, for several at once.

        Returns:
            A fleet. Daemons that could not be asked are not in it: its ``errors`` say which, and why.

        Raises:
            InvalidArgument: there is no daemon of a name, the label is none, or ``where`` no function.
        """
        check_names(names, self._clients)
        if where is not None:
            check_function("where", where)
        wanted = {} if label is None else label_wanted(label)
        chosen = {name: client for name, client in self._clients.items() if not names or name in names}
        view = self._view(chosen)
        if wanted:
            view = view._those(lambda name, client: self._is_labelled(name, client, wanted))
        return view if where is None else view._those(where)

    def with_options(self, *, timeout: float | None) -> Self:
        """The same fleet, its connections included, with a limit to what each daemon may take.

        Args:
            timeout: seconds that each daemon has for a call, from the call's beginning to its end; None for
                as long as its client waits. Its clients wait no longer than that for an answer; streams may
                be silent as before.
        """
        check_timeout("timeout", timeout)
        clients = self._clients.items()
        view = self._view({name: limited(client, timeout, streams=False) for name, client in clients})
        view._timeout = timeout
        return view

    def _view(self, clients: dict[str, Client]) -> Self:
        view = type(self).__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._clients, view._made, view._is_view = clients, [], True
        view.errors = dict(self.errors)
        return view

    def _those(self, fits: Callable[[str, Client], bool]) -> Self:
        results = self._gather(lambda name, client: bool(fits(name, client)), None)
        view = self._view({name: self[name] for name, fit in results.succeeded.items() if fit})
        for name, error in results.errors.items():
            if not isinstance(error, DockpyError):
                raise error
            view.errors[name] = error
        return view

    def _is_labelled(self, name: str, client: Client, wanted: Mapping[str, str | None]) -> bool:
        labels = self._labels.get(name)
        if labels is None:
            labels = daemon_labels(client)
        return all(label in labels and value in (None, labels[label]) for label, value in wanted.items())

    # What is asked of all

    def map(self, fn: Callable[[Client], T], *, timeout: float | None = None) -> FleetResults[T]:
        """Call a function with the client of each daemon, at once, in threads.

        Args:
            fn: the function. It runs in the caller's context (`contextvars`).
            timeout: seconds that each daemon has, from the call's beginning to its end; the clients that
                ``fn`` is given wait no longer than that either. None for as long as it takes: clients have
                their own timeouts.

        Returns:
            What came of each daemon, in the fleet's order. Whatever ``fn`` raises is an error of that daemon;
            nothing is raised here.

        Raises:
            InvalidArgument: ``fn`` is no function, or one that would not have done anything when it returns:
                an async one, or a generator.
        """
        check_function("fn", fn)
        check_timeout("timeout", timeout)
        seconds = self._timeout if timeout is None else timeout
        return self._gather(lambda _, client: fn(limited(client, seconds)), seconds)

    def _gather(self, function: Callable[[str, Client], T], timeout: float | None) -> FleetResults[T]:
        seconds = self._timeout if timeout is None else timeout
        gathering = Gathering(function, self._clients, workers=self._workers, timeout=seconds)
        self._running.add(gathering)
        try:
            return FleetResults(gathering.run())
        finally:
            self._running.discard(gathering)

    def _ask(self, function: Callable[[str, Client], T]) -> FleetResults[T]:
        """What each daemon gave; arguments that none of them takes are refused as a client does."""
        results = self._gather(function, None)
        refused = [error for error in results.errors.values() if _is_refusal(error)]
        if refused and not results.succeeded:
            raise refused[0]
        return results

    def _fan(self, call: Callable[[Client], T]) -> FleetResults[T]:
        return self._ask(lambda _, client: call(client))

    ping: Final = Fanned(Client.ping)
    info: Final = Fanned(Client.info)
    version: Final = Fanned(Client.version)
    df: Final = Fanned(Client.df)
    prune: Final = Fanned(Client.prune)

    # Its collections

    @property
    def containers(self) -> FleetContainers:
        """Containers."""
        from dockpy.fleet.collections import FleetContainers

        return FleetContainers(self)

    @property
    def images(self) -> FleetImages:
        """Images."""
        from dockpy.fleet.collections import FleetImages

        return FleetImages(self)

    @property
    def networks(self) -> FleetNetworks:
        """Networks."""
        from dockpy.fleet.collections import FleetNetworks

        return FleetNetworks(self)

    @property
    def volumes(self) -> FleetVolumes:
        """Volumes."""
        from dockpy.fleet.collections import FleetVolumes

        return FleetVolumes(self)

    @property
    def plugins(self) -> FleetPlugins:
        """Plugins of the engines."""
        from dockpy.fleet.collections import FleetPlugins

        return FleetPlugins(self)

    @property
    def services(self) -> FleetServices:
        """Services of the swarms that the daemons manage."""
        from dockpy.fleet.collections import FleetServices

        return FleetServices(self)

    @property
    def tasks(self) -> FleetTasks:
        """Tasks of the swarms' services."""
        from dockpy.fleet.collections import FleetTasks

        return FleetTasks(self)

    @property
    def nodes(self) -> FleetNodes:
        """Nodes of the swarms that the daemons manage."""
        from dockpy.fleet.collections import FleetNodes

        return FleetNodes(self)

    @property
    def secrets(self) -> FleetSecrets:
        """Secrets of the swarms that the daemons manage."""
        from dockpy.fleet.collections import FleetSecrets

        return FleetSecrets(self)

    @property
    def configs(self) -> FleetConfigs:
        """Configs of the swarms that the daemons manage."""
        from dockpy.fleet.collections import FleetConfigs

        return FleetConfigs(self)

    # Its life

    def close(self) -> None:
        """Give back the connections of the clients that were made here, and end what is being asked.

        A call that another thread waits in returns at once; daemons that had not answered are errors in it.
        The next call opens new connections. On a selection it does nothing.
        """
        if self._is_view:
            return
        for gathering in list(self._running):
            gathering.cancel()
        for client in self._made:
            client.close()

    def __copy__(self) -> Self:
        return self._view(dict(self._clients))

    def __getstate__(self) -> dict[str, Any]:
        """Names, clients and labels; what is being asked stays here."""
        return {name: value for name, value in self.__dict__.items() if name != "_running"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._running = set()
        # Its clients are new ones, which nobody else closes.
        self._made, self._is_view = list(self._clients.values()), False

    def __repr__(self) -> str:
        names = self.names
        more = f", … ({len(names)} daemons)" if len(names) > _SHOWN else ""
        return f"<Fleet: {', '.join(names[:_SHOWN]) or 'no daemons'}{more}>"


def _is_refusal(error: Exception) -> bool:
    """Whether an error is about the arguments, not about a daemon."""
    if isinstance(error, DockpyError):
        about_the_daemon = isinstance(error, (InvalidEndpoint, ContextNotFound))
        return isinstance(error, InvalidArgument) and not about_the_daemon
    return not isinstance(error, OSError)
