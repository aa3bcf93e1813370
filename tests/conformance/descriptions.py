"""Reads the published API descriptions and holds `dockpy.ops` and `dockpy.wire` against them.

    python tests/conformance/descriptions.py        counts, and every difference, for each description

A description is walked from its operations: parameters, the request's body and the answer, and from there
every property that can be reached; definitions that no operation names are looked up by their name. At each
version our tables must show exactly what the description has: what is missing, misspelt, of another type, or
there too early or too late is a difference. `deviations.py` lists, with reasons, where we know better.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import types
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import yaml

import dockpy.wire
from dockpy.ops import all_operations
from dockpy.version import at_least
from dockpy.wire.base import Model, Since, Until
from dockpy.wire.document import load_model

if TYPE_CHECKING:
    from dockpy.ops.operation import Operation, Param

sys.path.insert(0, str(Path(__file__).parent))
import deviations

VERSIONS = ("1.41", "1.45", "1.51", "1.55")


def directory() -> Path:
    """Where the descriptions lie: beside the project, or where DOCKPY_ENGINE_API says."""
    beside = Path(__file__).parents[3] / "shared" / "engine-api"
    return Path(os.environ.get("DOCKPY_ENGINE_API", beside))


@dataclass
class Report:
    """What one description holds, and where ours differs."""

    version: str
    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """The deviations that it took to agree."""

    def differ(self, place: str, what: str) -> None:
        self.differences.append(f"{self.version} {place}: {what}")


def compare(version: str) -> Report:
    """Hold our tables against the description of one API version."""
    text = (directory() / f"v{version}.yaml").read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _Comparison(yaml.load(text, Loader=loader), version).run()


class _Comparison:
    def __init__(self, description: dict[str, Any], version: str) -> None:
        self.description = description
        self.definitions: dict[str, Any] = description["definitions"]
        self.report = Report(version)
        self.version = version
        self.seen: set[tuple[int, str]] = set()
        self.reached: set[str] = set()

    def run(self) -> Report:
        ours = {(o.method, o.path): o for o in all_operations() if o.known_to(self.version)}
        theirs = {
            (method.upper(), path): operation
            for path, methods in self.description["paths"].items()
            for method, operation in methods.items()
        }
        for key, described in theirs.items():
            self.report.counts["operations"] += 1
            operation = ours.pop(key, None)
            if operation is None:
                self.report.differ(" ".join(key), "operation is missing")
            else:
                self.operation(operation, described)
        for key in ours:
            if key not in deviations.UNDESCRIBED_OPERATIONS:
                self.report.differ(" ".join(key), "the description has no such operation")
        self.unreached()
        return self.report

    # Operations

    def operation(self, operation: Operation[Any], described: dict[str, Any]) -> None:
        place = operation.id
        if self.version == "1.55" and described["operationId"] != operation.id:
            self.report.differ(place, f"its operationId is {described['operationId']}")
        parameters = described.get("parameters", [])
        for kind, params in (("query", operation.query), ("header", operation.headers)):
            theirs = {p["name"]: p for p in parameters if p["in"] == kind}
            self.parameters(place, {p.name: p for p in params if p.known_to(self.version)}, theirs)
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        if in_path != {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}:
            self.report.differ(place, f"path parameters are {in_path}")
        self.body(operation, next((p for p in parameters if p["in"] == "body"), None))
        self.answer(operation, described["responses"])

    def parameters(self, place: str, ours: dict[str, Param], theirs: dict[str, Any]) -> None:
        kinds = {"str": "string", "int": "integer", "bool": "boolean", "strs": "array"}
        for name, described in theirs.items():
            self.report.counts["parameters"] += 1
            param = ours.pop(name, None)
            if param is None:
                self.known(f"{place}?{name}") or self.report.differ(place, f"parameter {name!r} is missing")
                continue
            expected = {"filters": "string", "json": "string", "jsons": "array"} | kinds
            if expected[param.type] != described["type"] and not self.known(f"{place}?{name}"):
                self.report.differ(place, f"parameter {name!r} is {described['type']}, not {param.type}")
            if bool(described.get("required")) != param.required and not self.known(f"{place}?{name}"):
                self.report.differ(place, f"parameter {name!r} required: {not param.required}")
        for name in ours:
            if not self.known(f"{place}?{name}"):
                self.report.differ(place, f"the description has no parameter {name!r}")

    def body(self, operation: Operation[Any], described: dict[str, Any] | None) -> None:
        place, body = f"{operation.id} body", operation.body
        if (described is None) != (body is None):
            if not self.known(place):
                self.report.differ(place, "is missing" if body is None else "is not in the description")
            return
        if described is None or body is None:
            return
        schema = self.resolve(described["schema"])
        if body.model is None:
            if schema.get("type") != "string":
                self.report.differ(place, f"is {schema.get('type')}, not bytes")
            return
        model: Any = load_model(body.model)
        self.schema(place, schema, list[model] if body.many else model)

    def answer(self, operation: Operation[Any], responses: dict[Any, Any]) -> None:
        place, answer = f"{operation.id} answer", operation.answer
        statuses = {int(code) for code in responses if str(code).isdigit() and int(code) < 400}
        if statuses != set(operation.success) and not self.known(f"{operation.id} success"):
            self.report.differ(place, f"statuses are {sorted(statuses)}, not {operation.success}")
        for code in sorted(statuses):
            schema = responses.get(code, responses.get(str(code), {})).get("schema")
            if schema is None:
                continue
            schema = self.resolve(schema)
            if answer.kind in ("json", "json-stream", "headers") and answer.model:
                self.schema(place, schema, load_model(answer.model))
            elif answer.kind == "json-list" and answer.model:
                self.schema(place, schema, list[load_model(answer.model)])  # type: ignore[misc]
            elif schema.get("type") != "string" and not self.known(place):
                self.report.differ(place, f"is {schema.get('type')}, not {answer.kind}")

    # Schemas

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow references and merge allOf, one level deep."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            self.reached.add(name)
            return self.resolve(self.definitions[name])
        if "allOf" in schema:
            merged = {key: value for key, value in schema.items() if key != "allOf"}
            properties = dict(merged.get("properties", {}))
            for part in schema["allOf"]:
                part = self.resolve(part)
                merged = part | merged
                properties = part.get("properties", {}) | properties
            return merged | ({"properties": properties} if properties else {})
        return schema

    def schema(self, place: str, schema: dict[str, Any], ours: Any) -> None:
        schema, ours = self.resolve(schema), _bare(ours)
        if (mark := (id(schema.get("properties", schema)), str(ours))) in self.seen:
            return
        self.seen.add(mark)
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind == "array":
            if get_origin(ours) is not list:
                self.mismatch(place, "a list", ours)
            else:
                self.schema(f"{place}[]", schema["items"], get_args(ours)[0])
        elif kind == "object":
            self.object(place, schema, ours)
        elif kind in _SCALARS and ours is not _SCALARS[kind] and ours is not Any:
            self.mismatch(place, kind, ours)

    def object(self, place: str, schema: dict[str, Any], ours: Any) -> None:
        if "properties" in schema:
            if isinstance(ours, type) and issubclass(ours, Model):
                self.properties(place, schema["properties"], ours)
            else:
                self.mismatch(place, "an object with properties", ours)
            return
        values = schema.get("additionalProperties")
        if ours is Any and not values:
            return
        if get_origin(ours) is not dict:
            if not (isinstance(ours, type) and issubclass(ours, Model) and self.known(place)):
                self.mismatch(place, "a map", ours)
        elif isinstance(values, dict) and {"type", "$ref", "allOf"} & values.keys():
            self.schema(f"{place}{{}}", values, get_args(ours)[1])

    def properties(self, place: str, theirs: dict[str, Any], model: type[Model]) -> None:
        fields = {
            (info.alias or name): info
            for name, info in model.model_fields.items()
            if _visible(info.metadata, self.version)
        }
        for name, schema in theirs.items():
            self.report.counts["properties"] += 1
            info = fields.pop(name, None)
            where = f"{model.__name__}.{name}"
            if info is not None:
                self.schema(where, schema, info.annotation)
            elif not self.known(where):
                self.report.differ(f"{place} {where}", "property is missing")
        for name in fields:
            if not self.known(f"{model.__name__}.{name}"):
                self.report.differ(f"{place} {model.__name__}.{name}", "the description has no such property")

    def mismatch(self, place: str, expected: str, ours: Any) -> None:
        if not self.known(place):
            self.report.differ(place, f"is {expected}, not {getattr(ours, '__name__', ours)}")

    def known(self, place: str) -> bool:
        if place in deviations.KNOWN:
            self.report.used.add(place)
        return place in deviations.KNOWN

    def unreached(self) -> None:
        models = _models()
        for name, schema in self.definitions.items():
            if name in self.reached:
                continue
            schema = self.resolve(schema)
            if "properties" not in schema:
                continue
            model = models.get(deviations.RENAMED.get(name, name))
            if model is None:
                self.report.differ(name, "definition has no model")
            else:
                self.schema(name, schema, model)


_SCALARS: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [arg for arg in get_args(annotation) if arg is not types.NoneType]
        if len(rest) == 1:
            return _bare(rest[0])
    return annotation


def _visible(metadata: list[Any], version: str) -> bool:
    for mark in metadata:
        if isinstance(mark, Since) and not at_least(version, mark.version):
            return False
        if isinstance(mark, Until) and at_least(version, mark.version):
            return False
    return True


def _models() -> dict[str, type[Model]]:
    found: dict[str, type[Model]] = {}
    for module in pkgutil.iter_modules(dockpy.wire.__path__):
        for value in vars(importlib.import_module(f"dockpy.wire.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Model):
                found[value.__name__] = value
    return found


def main() -> int:
    failed = False
    for version in VERSIONS:
        report = compare(version)
        print(version, dict(report.counts), f"{len(report.differences)} differences")
        for difference in report.differences:
            print("  ", difference)
        failed |= bool(report.differences)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
