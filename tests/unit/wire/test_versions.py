"""Which fields of a payload a version does not know: none of them vanishes in silence."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from dockpy.wire.base import Model, Since, Until
from dockpy.wire.containers import ContainerCreateRequest
from dockpy.wire.host_config import HostConfig
from dockpy.wire.networks import NetworkCreateRequest
from dockpy.wire.versions import unknown_fields


class Part(Model):
    always: str | None = None
    new: Annotated[int | None, Since("1.44")] = None


class Whole(Model):
    always: str | None = None
    new: Annotated[bool | None, Since("1.44")] = None
    old: Annotated[str | None, Until("1.50")] = None
    brief: Annotated[str | None, Since("1.44"), Until("1.50")] = None
    part: Part | None = None
    parts: Annotated[list[Part], Since("1.42")] = []
    by_name: dict[str, Part] = {}
    deep: dict[str, list[Part]] = {}


@pytest.mark.parametrize(
    ("model", "version", "unknown"),
    [
        (Whole(), "1.41", set()),
        (Whole(always="x"), "1.41", set()),
        (Whole(new=True), "1.44", set()),
        (Whole(new=True), "1.43", {"new needs API 1.44"}),
        (Whole(new=False), "1.43", {"new needs API 1.44"}),
        (Whole(new=None), "1.43", set()),
        (Whole(old="x"), "1.49", set()),
        (Whole(old="x"), "1.50", {"old is gone since API 1.50"}),
        (Whole(brief="x"), "1.43", {"brief needs API 1.44"}),
        (Whole(brief="x"), "1.49", set()),
        (Whole(brief="x"), "1.51", {"brief is gone since API 1.50"}),
        (Whole(new=True, old="x"), "1.41", {"new needs API 1.44"}),
        (Whole(part=Part(new=0)), "1.43", {"new needs API 1.44"}),
        (Whole(part=Part(always="x")), "1.41", set()),
        (Whole(parts=[Part(always="x")]), "1.41", {"parts needs API 1.42"}),
        (Whole(parts=[Part(), Part(new=1)]), "1.42", {"new needs API 1.44"}),
        (Whole(parts=[Part(new=1)]), "1.41", {"new needs API 1.44", "parts needs API 1.42"}),
        (Whole(by_name={"a": Part(new=1)}), "1.43", {"new needs API 1.44"}),
        (Whole(deep={"a": [Part(), Part(new=1)]}), "1.43", {"new needs API 1.44"}),
    ],
)
def test_what_a_version_does_not_know(model: Model, version: str, unknown: set[str]) -> None:
    assert set(unknown_fields(model, version)) == unknown


def test_what_an_engine_sent_beyond_its_documentation_is_nobodys_fault() -> None:
    assert list(unknown_fields(Whole.read({"Later": 1, "Part": {"Later": 2}}), "1.41")) == []


@pytest.mark.parametrize(
    ("values", "before", "from_"),
    [
        ({"host_config": {"annotations": {"a": "b"}}}, "1.42", "1.43"),
        ({"healthcheck": {"start_interval": 1_000_000_000}}, "1.43", "1.44"),
        ({"host_config": {"mounts": [{"volume_options": {"subpath": "a"}}]}}, "1.44", "1.45"),
    ],
)
def test_real_options_of_later_versions(values: dict[str, Any], before: str, from_: str) -> None:
    request = ContainerCreateRequest.model_validate({"image": "x", **values})
    assert [text.split(" needs ")[1] for text in unknown_fields(request, before)] == [f"API {from_}"]
    assert list(unknown_fields(request, from_)) == []


def test_an_empty_host_config_is_known_to_every_version() -> None:
    request = ContainerCreateRequest(image="x", host_config=HostConfig())
    assert list(unknown_fields(request, "1.41")) == []
    assert list(unknown_fields(NetworkCreateRequest(name="n"), "1.41")) == []
