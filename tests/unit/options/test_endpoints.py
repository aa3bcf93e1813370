"""Networks of a container, and where engines of each version have what is asked of them."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy.errors import VersionMismatch
from dockpy.options.containers import create_request
from dockpy.options.fitting import for_version

MAC = "92:d0:c6:0a:29:33"


def sent(version: str, **options: Any) -> dict[str, Any]:
    body, _ = create_request("create", "busybox", None, options)
    for_version(body, version)
    return body.dump()


@pytest.mark.parametrize(
    "options",
    [
        {"network": "n", "mac_address": MAC},
        {"networks": {"n": {"mac_address": MAC}}},
        {"network": "n", "networking_config": {"n": {"MacAddress": MAC}}},
    ],
    ids=str,
)
def test_a_mac_address_is_the_containers_before_1_44_and_its_endpoints_since(options: dict[str, Any]) -> None:
    old = sent("1.43", **options)
    assert old["MacAddress"] == MAC
    assert "MacAddress" not in old.get("NetworkingConfig", {}).get("EndpointsConfig", {}).get("n", {})
    new = sent("1.44", **options)
    assert "MacAddress" not in new
    assert new["NetworkingConfig"]["EndpointsConfig"] == {"n": {"MacAddress": MAC}}


def test_a_mac_address_without_a_network_is_the_default_ones() -> None:
    new = sent("1.51", mac_address=MAC, networks={"default": {"aliases": ["x"]}})
    assert new["NetworkingConfig"]["EndpointsConfig"] == {"default": {"Aliases": ["x"], "MacAddress": MAC}}
    assert sent("1.51", mac_address=MAC)["NetworkingConfig"]["EndpointsConfig"] == {
        "default": {"MacAddress": MAC}
    }


@pytest.mark.parametrize(
    ("options", "since", "before", "name"),
    [
        ({"networks": ["a", "b"]}, "1.44", "1.43", "to create with several networks"),
        ({"console_size": (24, 80)}, "1.42", "1.41", "console_size"),
        ({"mounts": ["type=image,src=a,dst=/b"]}, "1.48", "1.47", "a mount of type image"),
        ({"mounts": ["type=cluster,src=a,dst=/b"]}, "1.42", "1.41", "a mount of type cluster"),
    ],
    ids=str,
)
def test_what_an_engine_does_not_know_is_a_version_mismatch(
    options: dict[str, Any], since: str, before: str, name: str
) -> None:
    assert sent(since, **options)
    with pytest.raises(VersionMismatch, match=rf"^{name} needs API {since}, .* in {before}"):
        sent(before, **options)
