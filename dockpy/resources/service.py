"""One service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, NotReady, TimedOut
from dockpy.ops import services as ops
from dockpy.options.service_changes import change
from dockpy.options.service_mode import kind_of
from dockpy.options.services import ServiceOptions, service_spec
from dockpy.resources.service_readiness import service_readiness
from dockpy.resources.service_request import image_name, pinned, registry_header, resolve
from dockpy.resources.swarm_logs import Logged
from dockpy.resources.versioned import read_spec, spec_of
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from typing_extensions import Unpack

    from dockpy.resources.image import Image
    from dockpy.resources.service_request import AuthConfig
    from dockpy.resources.task import Task
    from dockpy.wire.services import Service as ServiceAttrs
    from dockpy.wire.services import ServiceSpec, ServiceStatus, UpdateStatus

__all__ = ["Service"]

_LOOK_AGAIN = 0.1  # seconds
_BEGINS = 1.0  # seconds within which a swarm begins an update, or never does: where every task fits as it is


class Service(Logged["ServiceAttrs"]):
    """What a swarm keeps running: tasks of one kind, on its nodes."""

    _LOGS = ops.LOGS
    _updated = False
    """By this object, and `wait_ready` has not told yet what became of that."""

    # What it is

    @property
    def mode(self) -> str:
        """``replicated``, ``global``, ``replicated-job`` or ``global-job``."""
        return kind_of(self.attrs.spec.mode)

    @property
    def replicas(self) -> int | None:
        """How many tasks it shall have; of a job, how many are to complete; None where every node has one."""
        mode = spec_of(self._known).get("Mode") or {}
        job = mode.get("ReplicatedJob") or {}
        count = (mode.get("Replicated") or {}).get("Replicas", job.get("TotalCompletions"))
        return None if count is None else int(count)

    @property
    def image(self) -> str:
        """The name of its image."""
        return str(self._container.get("Image") or "")

    @property
    def status(self) -> ServiceStatus | None:
        """How many tasks it has and shall have, where `ServiceCollection.list` was asked for that."""
        status = self._known.get("ServiceStatus")
        return Document.of(status, "services.ServiceStatus") if status else None

    @property
    def update_status(self) -> UpdateStatus | None:
        """How far its last update is; None where there was none."""
        status = self._known.get("UpdateStatus")
        return Document.of(status, "services.UpdateStatus") if status else None

    @property
    def _container(self) -> dict[str, Any]:
        return dict((spec_of(self._known).get("TaskTemplate") or {}).get("ContainerSpec") or {})

    def _has_terminal(self) -> bool:
        return bool(self._container.get("TTY"))

    def _inspect(self) -> ServiceAttrs:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def tasks(self, *, filters: Mapping[str, Any] | None = None) -> list[Task]:
        """Its tasks, those that ended lately too.

        Args:
            filters: as of `TaskCollection.list`: ``{"desired-state": "running"}``.

        Operation: TaskList.
        """
        return self.client.tasks.list(filters={**(filters or {}), "service": self.id})

    # What changes it

    def update(
        self,
        image: str | Image | None = None,
        command: str | Sequence[str] | None = None,
        *,
        force: bool = False,
        auth_config: AuthConfig | None = None,
        query_registry: bool = False,
        **options: Unpack[ServiceOptions],
    ) -> list[str]:
        """Change it; what is not given stays as it is.

        A list or mapping that is given takes the place of the whole one that was. What is inside of
        ``update_config``, ``restart_policy``, ``healthcheck`` and the like is changed one by one. Where
        somebody else changes the service meanwhile, this is done again on top of that.

        Args:
            image: another image.
            command: what to run in it.
            force: make new tasks even where nothing changes that would.
            auth_config: credentials for the registry, in place of those known.
            query_registry: as of `ServiceCollection.create`; with an image only.
            **options: see `ServiceOptions`.

        Returns:
            Warnings of the engine.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            BadParameter: the engine does not accept a value.
            NotFound: it is not there any more, or a secret or a config is not.
            ServerError: its mode was to change, or a network is not there.

        Operation: ServiceInspect, ServiceUpdate.
        """
        from dockpy.wire.services import ServiceSpec

        name = image_name(image) if image is not None else None
        # Refused before anything is sent; what counts tasks is read with what the service is.
        known = {key: value for key, value in options.items() if key not in ("replicas", "max_concurrent")}
        service_spec("update", name, command, known, ServiceSpec())
        headers = registry_header(self.client, name, auth_config) if name is not None else {}

        def changed(wanted: ServiceSpec) -> None:
            changes = service_spec("update", name, command, options, wanted)
            resolve(self.client, changes)
            if query_registry and name is not None:
                pinned(self.client, changes, name, headers)
            change(wanted, changes)
            if force:
                _force(wanted)

        return self._send(changed, headers)

    def scale(self, replicas: int) -> None:
        """Give it another number of tasks; of a job, another number to complete.

        Args:
            replicas: how many, 0 too.

        Raises:
            InvalidArgument: it is a global service: every node has one.

        Operation: ServiceInspect, ServiceUpdate.
        """
        self.update(replicas=replicas)

    def force_update(self) -> None:
        """Make new tasks of it, though nothing changes.

        Operation: ServiceInspect, ServiceUpdate.
        """
        self.update(force=True)

    def rollback(self) -> list[str]:
        """Make it again what it was before its last update.

        Returns:
            Warnings of the engine.

        Raises:
            BadParameter: it has not been updated yet.

        Operation: ServiceInspect, ServiceUpdate.
        """
        return self._send(lambda wanted: None, {}, rollback="previous")

    def _send(
        self, alter: Callable[[ServiceSpec], None], headers: Mapping[str, str], **query: str
    ) -> list[str]:
        def send(current: ServiceAttrs, version: int) -> list[str]:
            wanted: ServiceSpec = read_spec("services.ServiceSpec", current)
            alter(wanted)
            # Without credentials of ours, nodes go on using those that the service has.
            auth = {} if headers else {"registryAuthFrom": "spec"}
            answer = self.client.api.call(
                ops.UPDATE, {"id": self.id}, {"version": version, **auth, **query}, wanted, headers
            )
            self._updated = not query
            return list(answer.get("Warnings") or [])

        return self._change(send)

    def remove(self) -> None:
        """Remove it; its tasks end.

        Raises:
            NotFound: it is not there any more.

        Operation: ServiceDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id})

    # What is waited for

    def wait_ready(self, *, timeout: float | None = None, stable: float = 0, max_failures: int = 3) -> None:
        """Wait until every task runs, and no update is under way; of a job, until it is complete.

        Args:
            timeout: seconds to wait at most; None for as long as it takes.
            stable: seconds that it has to run without a break, for programs that begin and fail.
            max_failures: after how many failures of its tasks, since its last update began, there is no hope;
                an update that its swarm pauses or takes back where tasks fail ends by that alone.

        Raises:
            NotReady: its tasks fail, or its update was paused or rolled back; the message says why.
            TimedOut: it took longer; the message says what its tasks wait for.
            NotFound: it is not there any more.

        Operation: ServiceInspect, TaskList.
        """
        end = None if timeout is None else time.monotonic() + timeout
        updating, since = self._updated, None
        while True:
            self.reload()
            now = service_readiness(self.attrs, [task.attrs for task in self.tasks()])
            updating = updating or now.update == "updating"
            if now.hopeless(updating, max_failures):
                self._updated = False
                raise NotReady(
                    f"The service does not become ready: {now}",
                    state=now.update or "failing",
                    output=now.failures[-1] if now.failures else now.undone,
                    subject=f"service {self.name or self.id}",
                    daemon=self.client.daemon,
                    hint=now.hint,
                )
            moment = time.monotonic()
            since = (since or moment) if now.done else None
            if since is not None and moment >= since + max(stable, _BEGINS if now.unsure else 0):
                self._updated = False
                return
            if end is not None and moment >= end:
                raise TimedOut(
                    f"The service is not ready after {timeout} s: {now}",
                    subject=f"service {self.name or self.id}",
                    daemon=self.client.daemon,
                    hint=now.hint,
                )
            time.sleep(_LOOK_AGAIN)


def _force(wanted: ServiceSpec) -> None:
    task = wanted.task_template
    if task is None:
        raise InvalidArgument("The service has no tasks to make anew")
    task.force_update = (task.force_update or 0) + 1
