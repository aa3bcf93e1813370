"""What does not fit an operation's body is refused as Docker 20.10 and 28.5 refused it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.gojson import misfit, type_of
from dockpy.fake.payload import Reader, read_filters, read_object
from dockpy.fake.reply import encode_text

CREATE = "containers.ContainerCreateRequest"
UPDATE = "containers.ContainerUpdateRequest"
RECORDED = [
    (CREATE, {"Image": 5}, "number", "ContainerConfigWrapper.Image of type string", ".Image of type string"),
    (
        CREATE,
        {"HostConfig": {"Memory": "x"}},
        "string",
        "HostConfig.HostConfig.Memory of type int64",
        ".HostConfig.Memory of type int64",
    ),
    (
        CREATE,
        {"HostConfig": {"RestartPolicy": {"Name": 5}}},
        "number",
        "RestartPolicy.HostConfig.RestartPolicy.Name of type string",
        ".HostConfig.RestartPolicy.Name of type container.RestartPolicyMode",
    ),
    (
        CREATE,
        {"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": 80}]}}},
        "number",
        "PortBinding.HostConfig.PortBindings.HostPort of type string",
        ".HostConfig.PortBindings.80~1tcp.0.HostPort of type string",
    ),
    (
        CREATE,
        {"Labels": {"a": 1}},
        "number",
        "ContainerConfigWrapper.Labels of type string",
        ".Labels.a of type string",
    ),
    (
        CREATE,
        {"StopTimeout": 1.5},
        "number 1.5",
        "ContainerConfigWrapper.StopTimeout of type int",
        ".StopTimeout of type int",
    ),
    (
        UPDATE,
        {"Memory": "x"},
        "string",
        "UpdateConfig.Memory of type int64",
        "UpdateConfig.Memory of type int64",
    ),
    (
        "networks.NetworkCreateRequest",
        {"Name": "x", "IPAM": {"Config": [{"Subnet": 5}]}},
        "number",
        "IPAMConfig.IPAM.Config.Subnet of type string",
        "CreateRequest.IPAM.Config.0.Subnet of type string",
    ),
]


@pytest.mark.parametrize(("model", "body", "kind", "old", "new"), RECORDED)
def test_the_words_of_both_engines(model: str, body: dict[str, Any], kind: str, old: str, new: str) -> None:
    begin = f"json: cannot unmarshal {kind} into Go struct field "
    assert misfit(body, model, modern=False) == begin + old
    assert misfit(body, model, modern=True) == begin + new


def test_an_item_of_a_list_is_no_field_to_newer_engines() -> None:
    told = misfit({"Env": [5]}, CREATE, modern=True)
    assert told == "json: cannot unmarshal number into .Env.0 of type string"


def test_commands_may_be_one_string() -> None:
    assert misfit({"Cmd": "x", "Entrypoint": ["x"]}, CREATE, modern=True) is None
    assert (
        misfit({"Cmd": 5}, CREATE, modern=True)
        == "json: cannot unmarshal number into Go value of type string"
    )


def test_null_and_unknown_fields_fit() -> None:
    assert misfit({"Image": None, "Nope": 5, "HostConfig": {"Memory": None}}, CREATE, modern=True) is None


def test_types_have_names() -> None:
    assert type_of(CREATE, modern=False) == "runconfig.ContainerConfigWrapper"
    assert type_of("services.ServiceSpec", modern=True) == "swarm.ServiceSpec"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from(["Env", "Labels", "HostConfig", "Cmd", "Healthcheck", "ExposedPorts", "Tty", "x"])


@given(st.dictionaries(NAMES, JSON), st.booleans())
def test_whatever_comes_is_judged(body: dict[str, Any], modern: bool) -> None:
    told = misfit(body, CREATE, modern)
    assert told is None or told.startswith("json: cannot unmarshal ")


def test_halves_of_a_character_are_read_and_written_as_go_has_them() -> None:
    """A lone surrogate is no character: U+FFFD stands for it."""
    reader = Reader(required=True, modern=True)
    read = read_object(
        b'{"A": ["\\ud800x", {"\\udc00": 1}], "B": "\\ud83d\\ude00"}', None, reader, "application/json"
    )
    assert read == {"A": ["\ufffdx", {"\ufffd": 1}], "B": "\U0001f600"}
    assert read_filters('{"label": ["\\ud800"]}', strict=True) == {"label": ["\ufffd"]}
    assert encode_text("a\udcddb") == "a\ufffdb".encode()
