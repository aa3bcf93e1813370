"""Plugins of fake daemons: what tests/conformance/test_plugins.py has not. The texts are the engines' own."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockpy import APIError
from dockpy.fake import FakeDaemon, FakeRegistry
from dockpy.fake.failure import Failure
from dockpy.fake.state.plugin_config import apply as set_one
from dockpy.fake.state.plugin_config import initial_settings, privileges, read_config, same_privileges
from dockpy.ops import plugins as ops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Client

CONFIG: dict[str, Any] = {
    "description": "d",
    "entrypoint": ["/plugin"],
    "env": [
        {"name": "A", "settable": ["value"], "value": "0"},
        {"name": "B", "value": "1"},
        {"name": "C", "settable": ["value"]},
        {"name": "E", "settable": ["nope"]},
    ],
    "mounts": [
        {"name": "m", "source": "/s", "destination": "/d", "type": "bind", "settable": ["source"]},
        {"name": "n", "source": "/n", "destination": "/n", "settable": ["source", "destination"]},
    ],
    "linux": {
        "devices": [{"name": "dev", "path": "/dev/null", "settable": ["path"]}],
        "capabilities": ["CAP_X"],
    },
    "args": {"name": "args", "settable": ["value"], "value": ["x", "y"]},
    "network": {"type": "host"},
    "ipchost": True,
    "user": {"uid": 1},
    "interface": {"types": ["docker.volumedriver/1.0"], "socket": "x.sock"},
}


def archive(config: dict[str, Any] | bytes | None = CONFIG, files: dict[str, bytes] | None = None) -> bytes:
    file = io.BytesIO()
    content = dict(files) if files is not None else {"rootfs/plugin": b"a program"}
    if config is not None:
        content = {
            "config.json": config if isinstance(config, bytes) else json.dumps(config).encode(),
            **content,
        }
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.mode = 0o644 if name == "rootfs/data" else 0o755
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file.getvalue()


@pytest.fixture(params=["1.41", "1.51"])
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param, seed=1) as daemon:
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[Client]:
    with daemon.client() as client:
        yield client


def create(client: Client, name: str, data: bytes) -> None:
    client.api.call(ops.CREATE, query={"name": name}, body=iter([data]))


class TestMaking:
    def test_every_field(self, daemon: FakeDaemon, client: Client) -> None:
        create(client, "reg.test/p", archive())
        attrs = client.plugins.get("reg.test/p").inspect()
        assert attrs["Name"] == attrs["PluginReference"] == "reg.test/p:latest"
        assert attrs["Config"]["IpcHost"] is True
        assert attrs["Config"]["User"] == {"UID": 1}
        assert attrs["Config"]["Interface"] == {"Socket": "x.sock", "Types": ["docker.volumedriver/1.0"]}
        assert attrs["Settings"]["Env"] == ["A=0", "B=1"]
        assert attrs["Settings"]["Args"] == ["x", "y"]
        assert happened(daemon) == [("create", attrs["Id"])]

    @pytest.mark.parametrize(
        ("name", "data", "old", "new"),
        [
            ("p", b"", "no rootfs found: EOF", "config not found"),
            ("p", bytes(1024), "no rootfs found: EOF", "config not found"),
            ("p", b"garbage" * 300, "failed to read from tar: archive/tar: invalid tar header", None),
            ("p", archive(None), "config not found", None),
            ("p", archive(CONFIG, {}), "no rootfs found: EOF", ""),
            ("p", archive(b""), "failed to parse config: unexpected end of JSON input", None),
            (
                "p",
                archive(b"{nope"),
                "failed to parse config: invalid character 'n' looking for beginning of object key string",
                None,
            ),
            (
                "p",
                archive(b"[]"),
                "failed to parse config: json: cannot unmarshal array into Go value "
                "of type types.PluginConfig",
                None,
            ),
            (
                "p",
                archive({"entrypoint": 1}),
                "failed to parse config: json: cannot unmarshal number into Go struct field "
                "PluginConfig.Entrypoint of type []string",
                "failed to parse config: json: cannot unmarshal number into Go struct field "
                "PluginConfig.entrypoint of type []string",
            ),
            ("", archive(), "failed to parse reference : invalid reference format", None),
            ("p@sha256:" + "a" * 64, archive(), "canonical references are not permitted", None),
        ],
        ids=lambda value: "" if isinstance(value, bytes) else None,
    )
    def test_of_what_is_none(
        self, daemon: FakeDaemon, client: Client, name: str, data: bytes, old: str, new: str | None
    ) -> None:
        text = old if new is None or daemon._engine.api == "1.41" else new
        if not text:
            create(client, name, data)
            return
        with pytest.raises(APIError) as caught:
            create(client, name, data)
        assert (caught.value.status_code, caught.value.explanation) == (500, text)
        assert client.plugins.list() == []

    def test_content_that_is_known(self, daemon: FakeDaemon, client: Client) -> None:
        create(client, "p", archive())
        with pytest.raises(APIError, match="already exists") as caught:
            create(client, "q", archive())
        assert caught.value.status_code == (409 if daemon._engine.api == "1.41" else 500)
        client.plugins.remove("p")
        create(client, "q", archive())

    @settings(max_examples=100, deadline=None)
    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["env", "Mounts", "linux", "args", "interface", "types", "name", "user"]),
                    inner,
                )
            ),
        )
    )
    def test_any_configuration(self, value: Any) -> None:
        try:
            config = read_config(json.dumps(value).encode(), "1.51")
        except Failure:
            return
        assert read_config(json.dumps(config).encode(), "1.51") == config
        assert same_privileges(privileges(config), privileges(config))


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            ("A=x=y", "Env", ["A=x=y", "B=1"]),
            ("A", "Env", ["A=", "B=1"]),
            ("A.", "Env", ["A=", "B=1"]),
            ("A.value=3", "Env", ["A=3", "B=1"]),
            ("C=1", "Env", ["A=0", "B=1", "C=1"]),
            ("args=p q", "Args", ["p", "q"]),
            ("args.value=r", "Args", ["r"]),
            ("args=", "Args", [""]),
        ],
    )
    def test_set(self, text: str, kind: str, value: list[str]) -> None:
        config = read_config(json.dumps(CONFIG).encode(), "1.51")
        current = initial_settings(config)
        set_one(config, current, text)
        assert current[kind] == value

    def test_places(self) -> None:
        config = read_config(json.dumps(CONFIG).encode(), "1.51")
        current = initial_settings(config)
        for text in ("m=/x", "n.source=/y", "dev=/dev/zero"):
            set_one(config, current, text)
        assert [mount["Source"] for mount in current["Mounts"]] == ["/x", "/y"]
        assert current["Devices"][0]["Path"] == "/dev/zero"
        assert config["Mounts"][0]["Source"] == "/s"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("B=2", '"B" is not settable'),
            ("E=1", '"E.nope" is not settable'),
            ("E.nope=1", '"E.nope" is not settable'),
            ("A.nope=1", '"A.nope" is not settable'),
            ("m.destination=/y", '"m.destination" is not settable'),
            ("n=/q", "multiple fields are settable, one must be specified"),
            ("n.destination=/t", '"n.destination" is not settable'),
            ("A.b.c", 'setting "A.b" not found in the plugin configuration'),
            ("", 'setting "" not found in the plugin configuration'),
            (".", 'setting "." not found in the plugin configuration'),
            (".A=1", 'setting ".A" not found in the plugin configuration'),
            ("=x", "invalid format, must be <name>[.<field>][=<value>]"),
        ],
    )
    def test_what_cannot_be(self, text: str, message: str) -> None:
        config = read_config(json.dumps(CONFIG).encode(), "1.51")
        with pytest.raises(Failure) as caught:
            set_one(config, initial_settings(config), text)
        assert caught.value.message == message

    def test_what_comes_before_a_wrong_one_is_set(self, client: Client) -> None:
        create(client, "p", archive())
        plugin = client.plugins.get("p")
        with pytest.raises(APIError, match="NOPE"):
            plugin.configure(["A=9", "NOPE=1"])
        assert client.plugins.get("p").settings.env == ["A=9", "B=1"]


class TestLife:
    def test_events(self, daemon: FakeDaemon, client: Client) -> None:
        create(client, "p", archive())
        plugin = client.plugins.get("p")
        plugin.enable()
        plugin.disable()
        client.plugins.remove("p")
        actions = ("create", "enable", "disable", "remove")
        assert happened(daemon) == [(action, plugin.id) for action in actions]

    def test_by_the_beginning_of_its_id(self, client: Client) -> None:
        create(client, "p", archive())
        id = client.plugins.get("p").id
        assert client.plugins.get(id[:6]).name == "p:latest"
        with pytest.raises(APIError, match='plugin "p:2" not found'):
            client.plugins.get("p:2")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"entrypoint": None, "args": {}}, "runc create failed: args must not be empty"),
            ({"entrypoint": ["/data"]}, 'exec: "/data": permission denied'),
            ({"entrypoint": ["/nowhere"]}, 'exec: "/nowhere": stat /nowhere: no such file or directory'),
            ({"entrypoint": ["nowhere"]}, 'exec: "nowhere": executable file not found in $PATH'),
            ({"mounts": [{"name": "m", "destination": "/d"}]}, "mount source is not specified"),
            (
                {"linux": {"devices": [{"name": "d", "path": "/dev/one"}]}},
                'error gathering device information while adding custom device "/dev/one": '
                "no such file or directory",
            ),
        ],
    )
    def test_that_does_not_start(self, client: Client, change: dict[str, Any], message: str) -> None:
        create(client, "p", archive({**CONFIG, **change}, {"rootfs/data": b"no program"}))
        with pytest.raises(APIError) as caught:
            client.plugins.get("p").enable()
        assert message in str(caught.value)
        assert not client.plugins.get("p").enabled

    def test_a_program_that_is_mounted(self, client: Client) -> None:
        create(client, "p", archive({**CONFIG, "entrypoint": ["/d/bin/program"]}))
        client.plugins.get("p").enable()

    def test_filters(self, daemon: FakeDaemon, client: Client) -> None:
        create(client, "p", archive())
        create(client, "untyped", archive({}, {"rootfs/other": b"x"}))
        client.plugins.get("p").enable()

        def names(**filters: Any) -> list[str]:
            return [plugin.name for plugin in client.plugins.list(filters=filters)]

        assert names(enabled="true") == ["p:latest"]
        assert names(enabled="false") == ["untyped:latest"]
        assert names(capability="volumedriver") == ["p:latest", "untyped:latest"]
        assert names(capability="authz") == ["untyped:latest"]
        word = "Invalid" if daemon._engine.api == "1.41" else "invalid"
        for filters, text in (({"nope": "x"}, "'nope'"), ({"enabled": "maybe"}, "'enabled=[maybe]'")):
            with pytest.raises(APIError) as caught:
                client.api.call(
                    ops.LIST, query={"filters": {name: [value] for name, value in filters.items()}}
                )
            assert caught.value.explanation == f"{word} filter {text}"


class TestRegistry:
    def test_two_daemons_share_one(self) -> None:
        registry = FakeRegistry(users={"ann": "s3cret"})
        auth: Any = {"username": "ann", "password": "s3cret"}
        shared = {"reg.test": registry}
        with FakeDaemon(registries=shared) as first, FakeDaemon(registries=shared, api="1.41") as second:
            one, two = first.client(), second.client()
            create(one, "reg.test/team/p:1", archive())
            pushed = one.plugins.get("reg.test/team/p:1").push(auth_config=auth)
            assert pushed is not None
            assert registry.manifest("team/p", "1").digest == pushed.digest
            plugin = two.plugins.install("reg.test/team/p:1", privileges=True, auth_config=auth)
            assert plugin.enabled
            assert plugin.inspect()["Config"] == one.plugins.get("reg.test/team/p:1").inspect()["Config"]
            with pytest.raises(APIError, match="401 Unauthorized"):
                two.api.objects(ops.PULL, query={"remote": "reg.test/team/p:1", "name": "q"}, body=[])
            for client in (one, two):
                client.close()

    def test_an_image_is_no_plugin_and_a_plugin_no_image(self, daemon: FakeDaemon, client: Client) -> None:
        with pytest.raises(
            APIError, match=r"did not find plugin config for specified reference docker.io/library"
        ):
            client.plugins.privileges("busybox")
        create(client, "reg.test/p:1", archive())
        client.plugins.get("reg.test/p:1").push()
        with pytest.raises(APIError, match=r'Encountered remote "application/vnd.docker.plugin') as caught:
            client.images.pull("reg.test/p:1")
        assert caught.value.status_code == (500 if daemon._engine.api == "1.41" else 400)

    def test_what_is_not_there(self, client: Client) -> None:
        assert client.plugins.privileges("reg.test/nope") == []
        with pytest.raises(
            APIError, match=r"error resolving plugin reference: reg.test/nope:latest: not found"
        ):
            client.plugins.install("reg.test/nope", privileges=True)

    def test_a_registry_that_fails(self) -> None:
        registry = FakeRegistry()
        with FakeDaemon(registries={"reg.test": registry}) as daemon, daemon.client() as client:
            create(client, "reg.test/p:1", archive())
            client.plugins.get("reg.test/p:1").push()
            client.plugins.remove("reg.test/p:1")
            with (
                registry.fail("GET", "*/manifests/*", status=503),
                pytest.raises(APIError, match="503 Service"),
            ):
                client.plugins.install("reg.test/p:1", privileges=[])
            with registry.fail("GET", "*/blobs/*", corrupt=True):
                assert client.plugins.privileges("reg.test/p:1") == []
                *_, last = client.api.objects(ops.PULL, query={"remote": "reg.test/p:1"}, body=[])
                assert "unexpected commit digest" in (last.error or "")
            assert client.plugins.list() == []


def happened(daemon: FakeDaemon) -> list[tuple[str, str]]:
    return [(event.action, event.actor) for event in daemon._engine.events.kept() if event.type == "plugin"]
