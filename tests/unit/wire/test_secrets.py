"""What is secret is shown in no repr and in no error."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dockpy.wire.auth import AuthConfig
from dockpy.wire.document import Document, load_model, redact

SECRET = "dont-show-me"
HOLDERS: list[tuple[str, dict[str, Any]]] = [
    ("swarm.Swarm", {"ID": "s", "JoinTokens": {"Worker": SECRET, "Manager": SECRET}}),
    ("swarm.UnlockKeyResponse", {"UnlockKey": SECRET}),
    ("swarm.SwarmUnlockRequest", {"UnlockKey": SECRET}),
    ("swarm.SwarmJoinRequest", {"JoinToken": SECRET, "RemoteAddrs": ["a"]}),
    ("swarm.SwarmSpec", {"CAConfig": {"SigningCAKey": SECRET}}),
    ("swarm.CAConfig", {"SigningCAKey": SECRET}),
    ("swarm.JoinTokens", {"Worker": SECRET, "Manager": SECRET}),
    ("auth.AuthResponse", {"Status": "ok", "IdentityToken": SECRET}),
    *(
        ("auth.AuthConfig", {"username": "u", name: SECRET})
        for name in ("password", "auth", "identitytoken", "registrytoken")
    ),
    ("secrets.SecretSpec", {"Name": "n", "Data": SECRET}),
    ("configs.ConfigSpec", {"Name": "n", "Data": SECRET}),
]


@pytest.mark.parametrize(("ref", "raw"), HOLDERS, ids=lambda value: value if isinstance(value, str) else "")
def test_no_secret_in_a_repr(ref: str, raw: dict[str, Any]) -> None:
    cls = load_model(ref)
    for shown in (Document(raw, ref), cls.read(raw), cls.model_validate(raw)):
        for text in (repr(shown), str(shown), f"{shown}", repr([shown])):
            assert SECRET not in text
            assert cls.__name__ in text
        assert SECRET in str(shown.to_dict())


@pytest.mark.parametrize(("ref", "raw"), HOLDERS, ids=lambda value: value if isinstance(value, str) else "")
def test_no_secret_in_what_pretty_printers_take(ref: str, raw: dict[str, Any]) -> None:
    """What rich and devtools show of a pydantic model is not its repr."""
    model = load_model(ref).read(raw)
    assert SECRET not in str(list(model.__rich_repr__()))
    assert SECRET not in model.__repr_str__(", ")


def test_no_secret_in_a_part() -> None:
    tokens = load_model("swarm.Swarm").read({"JoinTokens": {"Worker": SECRET, "Manager": SECRET}}).join_tokens  # type: ignore[attr-defined]
    assert SECRET not in repr(tokens)


@pytest.mark.parametrize(
    "values",
    [{"password": SECRET, "colour": "red"}, {"password": [SECRET]}, {"password": SECRET, "username": 5}],
)
def test_no_secret_in_an_error(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        AuthConfig.model_validate(values)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_redacting_copies() -> None:
    raw = {"a": [{"UnlockKey": SECRET, "b": 1}], "Data": ""}
    assert redact(raw) == {"a": [{"UnlockKey": "***", "b": 1}], "Data": ""}
    assert raw == {"a": [{"UnlockKey": SECRET, "b": 1}], "Data": ""}
