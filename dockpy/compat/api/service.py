"""Services and their tasks."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.api.base import filters_param
from dockpy.compat.api.image import ImageApiMixin
from dockpy.compat.types.services import ServiceMode
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.compat.utils.utils import convert_service_networks, version_lt
from dockpy.ops import services, tasks

__all__ = ["ServiceApiMixin"]

_SINCE = (
    # the part of a service, the path in it, the API version
    ("update_config", "MaxFailureRatio", "1.25"),
    ("update_config", "Monitor", "1.25"),
    ("update_config", "Order", "1.29"),
    ("rollback_config", "", "1.28"),
    ("rollback_config", "Order", "1.29"),
    ("task_template", "ForceUpdate", "1.25"),
    ("task_template", "Placement.Preferences", "1.27"),
    ("task_template", "Placement.Platforms", "1.30"),
    ("task_template", "ContainerSpec.TTY", "1.25"),
    ("task_template", "ContainerSpec.Hostname", "1.25"),
    ("task_template", "ContainerSpec.Hosts", "1.25"),
    ("task_template", "ContainerSpec.Groups", "1.25"),
    ("task_template", "ContainerSpec.DNSConfig", "1.25"),
    ("task_template", "ContainerSpec.Healthcheck", "1.25"),
    ("task_template", "ContainerSpec.ReadOnly", "1.28"),
    ("task_template", "ContainerSpec.StopSignal", "1.28"),
    ("task_template", "ContainerSpec.Configs", "1.30"),
    ("task_template", "ContainerSpec.Privileges", "1.30"),
    ("task_template", "ContainerSpec.Isolation", "1.35"),
    ("task_template", "ContainerSpec.Init", "1.38"),
    ("task_template", "Resources.GenericResources", "1.32"),
)


def _check_versions(version: str, **parts: Any) -> None:
    """Refuse what this API version does not have.

    Raises:
        InvalidVersion: the service has such a part.
    """
    for part, path, since in _SINCE:
        if version_lt(version, since) and _at(parts[part], path) is not None:
            raise errors.InvalidVersion(
                f"{part}{'.' if path else ''}{path} is not supported in API version < {since}"
            )
    ports = _at(parts["endpoint_spec"], "Ports") or []
    if version_lt(version, "1.32") and any(port.get("PublishMode") for port in ports):
        raise errors.InvalidVersion("A port's mode is not supported in API version < 1.32")
    if version_lt(version, "1.28") and _at(parts["update_config"], "FailureAction") == "rollback":
        raise errors.InvalidVersion("failure_action rollback is not supported in API version < 1.28")


def _at(value: Any, path: str) -> Any:
    for name in path.split(".") if path else []:
        value = (value or {}).get(name)
    return value


class ServiceApiMixin(ImageApiMixin):
    """docker-py's low-level methods on services."""

    @minimum_version("1.24")
    def create_service(
        self,
        task_template: Any,
        name: str | None = None,
        labels: dict[str, str] | None = None,
        mode: Any = None,
        update_config: Any = None,
        networks: Any = None,
        endpoint_config: Any = None,
        endpoint_spec: Any = None,
        rollback_config: Any = None,
    ) -> Any:
        """Create one."""
        _check_versions(
            self._version,
            task_template=task_template,
            update_config=update_config,
            endpoint_spec=endpoint_spec,
            rollback_config=rollback_config,
        )
        image = _at(task_template, "ContainerSpec.Image")
        if image is None:
            raise errors.DockerException("Missing mandatory Image key in ContainerSpec")
        if version_lt(self._version, "1.25"):
            networks = networks or task_template.pop("Networks", None)
        body = {
            "Name": name,
            "Labels": labels,
            "TaskTemplate": task_template,
            "Mode": _mode(mode),
            "Networks": convert_service_networks(networks),
            "EndpointSpec": endpoint_spec,
            "UpdateConfig": update_config,
            "RollbackConfig": rollback_config,
        }
        return self._json(services.CREATE, body=body, headers=self._auth_headers(image))

    @minimum_version("1.24")
    @check_resource("service")
    def inspect_service(self, service: Any, insert_defaults: bool | None = None) -> Any:
        """All that is known of it."""
        if insert_defaults is not None:
            self._needs("1.29", "insert_defaults")
        return self._json(services.INSPECT, service, params={"insertDefaults": insert_defaults})

    @minimum_version("1.24")
    @check_resource("task")
    def inspect_task(self, task: Any) -> Any:
        """All that is known of a task."""
        return self._json(tasks.INSPECT, task)

    @minimum_version("1.24")
    @check_resource("service")
    def remove_service(self, service: Any) -> bool:
        """Remove it, and its tasks."""
        self._call(services.DELETE, service)
        return True

    @minimum_version("1.24")
    def services(self, filters: Any = None, status: bool | None = None) -> Any:
        """Those there are; with `status`, how many of their tasks run."""
        if status is not None:
            self._needs("1.41", "status")
        return self._json(services.LIST, params={**filters_param(filters), "status": status})

    @minimum_version("1.25")
    @check_resource("service")
    def service_logs(
        self,
        service: Any,
        details: bool = False,
        follow: bool = False,
        stdout: bool = False,
        stderr: bool = False,
        since: int = 0,
        timestamps: bool = False,
        tail: str | int = "all",
        is_tty: bool | None = None,
    ) -> Any:
        """What its tasks' logs have, as it comes."""
        params = {
            "details": details,
            "follow": follow,
            "stdout": stdout,
            "stderr": stderr,
            "since": since,
            "timestamps": timestamps,
            "tail": tail,
        }
        response = self._send(services.LOGS, service, params=params, stream=True)
        if is_tty is None:
            spec = self.inspect_service(service)["Spec"]["TaskTemplate"]["ContainerSpec"]
            is_tty = spec.get("TTY", False)
        return self._get_result_tty(True, response, bool(is_tty))

    @minimum_version("1.24")
    def tasks(self, filters: Any = None) -> Any:
        """The tasks of all services."""
        return self._json(tasks.LIST, params=filters_param(filters))

    @minimum_version("1.24")
    @check_resource("service")
    def update_service(
        self,
        service: Any,
        version: int,
        task_template: Any = None,
        name: str | None = None,
        labels: dict[str, str] | None = None,
        mode: Any = None,
        update_config: Any = None,
        networks: Any = None,
        endpoint_config: Any = None,
        endpoint_spec: Any = None,
        fetch_current_spec: bool = False,
        rollback_config: Any = None,
    ) -> Any:
        """Change it; with `fetch_current_spec`, what is not given stays as it is."""
        _check_versions(
            self._version,
            task_template=task_template,
            update_config=update_config,
            endpoint_spec=endpoint_spec,
            rollback_config=rollback_config,
        )
        current: dict[str, Any] = {}
        if fetch_current_spec:
            defaults = None if version_lt(self._version, "1.29") else True
            current = self.inspect_service(service, insert_defaults=defaults)["Spec"]
        changed = {
            "Name": name,
            "Labels": labels,
            "Mode": _mode(mode),
            "UpdateConfig": update_config,
            "RollbackConfig": rollback_config,
            "EndpointSpec": endpoint_spec,
        }
        body = {key: current.get(key) if value is None else value for key, value in changed.items()}
        template = _merged(current.get("TaskTemplate", {}), task_template)
        # Networks have moved from the service to its tasks.
        place = body if version_lt(self._version, "1.25") else template
        if networks is not None:
            place["Networks"] = convert_service_networks(networks)
        elif place.get("Networks") is None:
            before = _at(current, "TaskTemplate.Networks") if place is template else None
            found = current.get("Networks") if before is None else before
            if found is not None:
                place["Networks"] = found
        body["TaskTemplate"] = template
        image = _at(template, "ContainerSpec.Image")
        headers = {} if image is None else self._auth_headers(image)
        return self._json(services.UPDATE, service, params={"version": version}, body=body, headers=headers)


def _mode(mode: Any) -> Any:
    return ServiceMode(mode) if mode and not isinstance(mode, dict) else mode


def _merged(current: dict[str, Any], changes: Any) -> dict[str, Any]:
    """A task's template with changes: the container's setting by setting, the rest part by part."""
    merged = dict(current)
    for part, value in (changes or {}).items():
        if part == "ContainerSpec":
            known = {key: item for key, item in value.items() if item is not None}
            merged[part] = {**merged.get(part, {}), **known}
        elif value is not None:
            merged[part] = value
    return merged
