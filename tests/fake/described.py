"""Holds answers against the published API descriptions: which keys there are, and of which types.

`Described(version).faults(operation, status, value)` says what an answer has that the description has not, or
has otherwise. `DEVIATIONS` lists, with reasons, where engines themselves send something else.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = ("1.41", "1.45", "1.51", "1.55")
_HERE = Path(__file__).parent

DEVIATIONS: dict[str, str] = {
    # "OperationId place": reason; [] and {} stand for any item
    "PluginInspect.Config.Interface.Types[]": "described as objects before 1.52; every engine sends strings",
    "PluginList[].Config.Interface.Types[]": "the same",
    "SystemDataUsage.BuilderSize": "20.10 sends it",
    "ConfigCreate.ID": "described as Id",
    "SecretCreate.ID": "described as Id",
    "ServiceInspect.PreviousSpec": "every engine sends it, rollbacks need it",
    "ServiceList[].PreviousSpec": "the same",
    "ServiceInspect.Spec.TaskTemplate.ContainerSpec.Healthcheck": "described as HealthCheck",
    "ServiceList[].Spec.TaskTemplate.ContainerSpec.Healthcheck": "the same",
    "TaskInspect.Spec.ContainerSpec.Healthcheck": "the same",
    "TaskList[].Spec.ContainerSpec.Healthcheck": "the same",
    "TaskInspect.NetworksAttachments[].Network": "described as an engine's network; it is the managers'",
    "TaskList[].NetworksAttachments[].Network": "the same",
    "TaskInspect.Status.PortStatus": "not described in 1.41; every engine sends it",
    "TaskList[].Status.PortStatus": "the same",
    "VolumeCreate.ClusterVolume.Spec.AccessMode.BlockVolume": "not described; what makes it one of blocks",
    "VolumeCreate.ClusterVolume.Spec.Availability": "described as part of AccessMode",
    "VolumeCreate.ClusterVolume.Spec.CapacityRange": "described as part of AccessMode",
    "VolumeInspect.ClusterVolume.Spec.AccessMode.BlockVolume": "not described; what makes it one of blocks",
    "VolumeInspect.ClusterVolume.Spec.Availability": "described as part of AccessMode",
    "VolumeInspect.ClusterVolume.Spec.CapacityRange": "described as part of AccessMode",
    "VolumeList.Volumes[].ClusterVolume.Spec.AccessMode.BlockVolume": "not described; makes it one of blocks",
    "VolumeList.Volumes[].ClusterVolume.Spec.Availability": "described as part of AccessMode",
    "VolumeList.Volumes[].ClusterVolume.Spec.CapacityRange": "described as part of AccessMode",
    "SystemEvents.status": "engines send it before 1.52, of containers and images",
    "SystemEvents.id": "as status",
    "SystemEvents.from": "as status",
    "TaskInspect.Volumes": "not described at 1.51; engines since API 1.42 send it, null where there is none",
    "TaskList[].Volumes": "as of TaskInspect",
}


def directory() -> Path:
    beside = _HERE.parents[2] / "shared" / "engine-api"
    return Path(os.environ.get("DOCKPY_ENGINE_API", beside))


class Described:
    """One published description.

    Args:
        version: one of `VERSIONS`.
    """

    def __init__(self, version: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        description = yaml.load((directory() / f"v{version}.yaml").read_text(), Loader=loader)
        self._definitions: dict[str, Any] = description["definitions"]
        self._operations = {
            (method.upper(), path): operation
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
        }

    def faults(self, operation: Any, status: int, value: Any) -> Iterator[str]:
        """What is wrong with an answer; nothing where the description says nothing of it."""
        described = self._operations.get((operation.method, operation.path))
        responses = described["responses"] if described else {}
        response = responses.get(status, responses.get(str(status)))
        if status >= 400:
            yield from self._check(operation.id, {"$ref": "#/definitions/ErrorResponse"}, value)
        elif response and "schema" in response:
            yield from self._check(operation.id, response["schema"], value)

    def _check(self, place: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
        if place in DEVIATIONS:
            return
        schema = self._resolve(schema)
        if value is None:  # engines send null wherever they have nothing
            return
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind is not None and not _is(value, kind):
            yield f"{place} is {type(value).__name__}, not {kind}"
        elif kind == "array":
            for item in value:
                yield from self._check(f"{place}[]", schema.get("items", {}), item)
        elif kind == "object":
            yield from self._object(place, schema, value)

    def _object(self, place: str, schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
        properties, others = schema.get("properties"), schema.get("additionalProperties")
        for name, item in value.items():
            if properties and name in properties:
                yield from self._check(f"{place}.{name}", properties[name], item)
            elif isinstance(others, dict):
                yield from self._check(f"{place}{{}}", others, item)
            elif properties and f"{place}.{name}" not in DEVIATIONS:
                yield f"{place}.{name} is not in the description"

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return self._resolve(self._definitions[schema["$ref"].removeprefix("#/definitions/")])
        if "allOf" in schema:
            parts = [self._resolve(part) for part in schema["allOf"]]
            merged: dict[str, Any] = {}
            properties: dict[str, Any] = {}
            for part in [*parts, schema]:
                merged |= part
                properties |= part.get("properties", {})
            return merged | ({"properties": properties} if properties else {})
        return schema


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True


@functools.cache
def described(version: str) -> Described | None:
    """The description of a version; None where none is published here."""
    return Described(version) if version in VERSIONS else None
