"""Volumes as Docker 20.10 and 28.5 answered the same calls."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.fake.asking import ask, events, run

LABEL = "com.docker.volume.anonymous"


def create(daemon, **request):
    return ask(daemon, "POST", "/volumes/create", request)


def names(daemon, filters="{}"):
    return [
        volume["Name"] for volume in ask(daemon, "GET", "/volumes?filters=" + quote(filters))[1]["Volumes"]
    ]


def test_a_volume_is_told_of(daemon):
    expected = {
        "CreatedAt": "2024-01-01T00:00:00Z",
        "Driver": "local",
        "Labels": None,
        "Mountpoint": "/var/lib/docker/volumes/vol/_data",
        "Name": "vol",
        "Options": None,
        "Scope": "local",
    }
    assert create(daemon, Name="vol") == (201, expected)
    assert create(daemon, Name="vol", Labels={"a": "b"}) == (201, expected)
    assert ask(daemon, "GET", "/volumes/vol") == (200, expected)
    assert ask(daemon, "GET", "/volumes") == (200, {"Volumes": [expected], "Warnings": None})
    assert ask(daemon, "DELETE", "/volumes/vol") == (204, None)
    assert ask(daemon, "DELETE", "/volumes/vol") == (404, "get vol: no such volume")
    assert ask(daemon, "DELETE", "/volumes/vol?force=1") == (204, None)
    # 20.10 tells of one that was there already.
    created = ["volume create vol"] * (2 if daemon._engine.api == "1.41" else 1)
    assert events(daemon) == [*created, "volume destroy vol"]


def test_one_without_a_name(daemon, modern):
    status, volume = create(daemon)
    assert (status, len(volume["Name"])) == (201, 64)
    assert volume["Labels"] == ({LABEL: ""} if modern else None)


REFUSED = [
    (
        {"Name": "a"},
        400,
        400,
        "create a: volume name is too short, names should be at least two alphanumeric characters",
    ),
    (
        {"Name": "vol", "Driver": "x"},
        404,
        404,
        'create vol: error looking up volume plugin x: plugin "x" not found',
    ),
    ({"Name": "vol", "DriverOpts": {"foo": "bar"}}, 400, 400, 'create vol: invalid option: "foo"'),
    (
        {"Name": "vol", "DriverOpts": {"type": "tmpfs"}},
        400,
        400,
        'create vol: missing required option: "device"',
    ),
    ({"Name": "vol", "DriverOpts": {"size": "zz"}}, 500, 400, "create vol: invalid size: 'zz'"),
    (
        {"Name": "vol", "DriverOpts": {"size": "1k"}},
        400,
        400,
        "create vol: quota size requested but no quota support",
    ),
]


@pytest.mark.parametrize(("request_", "old", "new", "message"), REFUSED)
def test_what_is_refused(daemon, modern, request_, old, new, message):
    assert create(daemon, **request_) == (new if modern else old, message)
    assert names(daemon) == []


def test_filters(daemon, modern):
    create(daemon, Name="aa", Labels={"k": "v"})
    create(daemon, Name="ab")
    run(daemon, "c0", start=False, HostConfig={"Binds": ["ab:/x"]})
    assert names(daemon, '{"label":["k=v"]}') == ["aa"]
    assert names(daemon, '{"name":["a"]}') == ["aa", "ab"]
    assert names(daemon, '{"dangling":["true"]}') == ["aa"]
    assert names(daemon, '{"dangling":["false"]}') == ["ab"]
    assert names(daemon, '{"driver":["x"]}') == []
    bad = ask(daemon, "GET", "/volumes?filters=" + quote('{"dangling":["maybe"]}'))
    assert bad == (400, f"{'i' if modern else 'I'}nvalid filter 'dangling=[maybe]'")


def test_pruning_takes_the_nameless_ones_since_142(daemon, modern):
    create(daemon, Name="named")
    nameless = create(daemon)[1]["Name"]
    pruned = ask(daemon, "POST", "/volumes/prune")[1]["VolumesDeleted"]
    assert sorted(pruned) == ([nameless] if modern else sorted(["named", nameless]))
    all_ = ask(daemon, "POST", "/volumes/prune?filters=" + quote('{"all":["true"]}'))
    assert all_ == (
        (200, {"VolumesDeleted": ["named"], "SpaceReclaimed": 0}) if modern else (400, "Invalid filter 'all'")
    )


def test_a_volume_begins_as_what_the_image_has(daemon):
    run(daemon, "c0", HostConfig={"Binds": ["vol:/data"]})
    tree = daemon._engine.volumes.get("vol").tree
    files = daemon._engine.containers.get("c0").fs
    assert files.read_bytes(daemon_user(), "/data/seed") == b"seed"
    assert (tree.root.mode, tree.root.uid) == (0o750, 7)
    run(daemon, "c1", HostConfig={"Binds": ["other:/data:nocopy"]})
    assert daemon._engine.volumes.get("other").tree.find("seed") is None


def test_what_is_written_stays_and_is_seen_by_others(daemon):
    run(daemon, "c0", Cmd=["write", "/v/file"], HostConfig={"Binds": ["vol:/v"], "AutoRemove": True})
    run(daemon, "c1", HostConfig={"Mounts": [{"Type": "volume", "Source": "vol", "Target": "/w"}]})
    files = daemon._engine.containers.get("c1").fs
    assert files.read_bytes(daemon_user(), "/w/file") == b"written"
    usage = ask(daemon, "GET", "/system/df")[1]["Volumes"][0]["UsageData"]
    assert usage == {"RefCount": 1, "Size": 7}


def daemon_user():
    from dockpy.fake.files import ROOT

    return ROOT


def test_in_use(daemon):
    id = run(daemon, "c0", start=False, HostConfig={"Binds": ["vol:/v"]})
    assert ask(daemon, "DELETE", "/volumes/vol?force=1") == (409, f"remove vol: volume is in use - [{id}]")
    ask(daemon, "DELETE", "/containers/c0")
    assert ask(daemon, "DELETE", "/volumes/vol") == (204, None)


def test_nameless_volumes_go_with_the_container_if_asked(daemon):
    run(daemon, "c0", start=False, Volumes={"/x": {}}, HostConfig={"Binds": ["vol:/v"]})
    mounts = ask(daemon, "GET", "/containers/c0/json")[1]["Mounts"]
    assert [(mount["Destination"], mount["Mode"]) for mount in mounts] == [("/v", "z"), ("/x", "")]
    assert len(names(daemon)) == 2
    ask(daemon, "DELETE", "/containers/c0?v=1")
    assert names(daemon) == ["vol"]


def test_mounts_are_told_of_in_events(daemon):
    run(daemon, "c0", HostConfig={"Binds": ["vol:/v:ro"]})
    ask(daemon, "POST", "/containers/c0/kill")
    assert events(daemon, "volume") == ["volume create vol", "volume mount vol", "volume unmount vol"]
    mounted = next(event for event in daemon._engine.events.kept() if event.action == "mount")
    assert dict(mounted.attributes) == {
        "container": daemon._engine.containers.get("c0").id,
        "destination": "/v",
        "driver": "local",
        "propagation": "",
        "read/write": "false",
    }


BAD_MOUNTS = [
    ({"Binds": ["x"]}, 500, "mount path must be absolute"),
    ({"Binds": ["/a:/b:zz"]}, 500, "invalid mode: zz"),
    ({"Binds": [":/x"]}, 500, "invalid volume specification: ':/x'"),
    ({"Binds": ["/a:/b", "/c:/b"]}, 400, "Duplicate mount point: /b"),
    ({"Binds": ["va:/b"], "Tmpfs": {"/b": ""}}, 400, "Duplicate mount point: /b"),
    (
        {"Mounts": [{"Type": "weird", "Target": "/x"}]},
        400,
        'invalid mount config for type "weird": mount type unknown',
    ),
    (
        {"Mounts": [{"Type": "volume"}]},
        400,
        'invalid mount config for type "volume": field Target must not be empty',
    ),
    (
        {"Mounts": [{"Type": "bind", "Source": "/nosuch", "Target": "/x"}]},
        400,
        'invalid mount config for type "bind": bind source path does not exist: /nosuch',
    ),
    ({"VolumesFrom": ["nosuch"]}, 400, "No such container: nosuch"),
]


@pytest.mark.parametrize(("host_config", "status", "message"), BAD_MOUNTS)
def test_mounts_that_cannot_be(daemon, host_config, status, message):
    answer = ask(daemon, "POST", "/containers/create?name=c0", {"Image": "idle", "HostConfig": host_config})
    assert answer[0] == status
    assert message in answer[1]
    assert ask(daemon, "GET", "/containers/json?all=1") == (200, [])


def test_the_fake_hosts_folders_are_shared(daemon):
    run(daemon, "c0", Cmd=["write", "/h/file"], HostConfig={"Binds": ["/made/up:/h"]})
    run(daemon, "c1", HostConfig={"Binds": ["/made:/m:ro"]})
    files = daemon._engine.containers.get("c1").fs
    assert files.read_bytes(daemon_user(), "/m/up/file") == b"written"
    with pytest.raises(OSError, match="Read-only file system"):
        files.write_bytes(daemon_user(), "/m/up/file", b"")


def test_volumes_of_another_container(daemon):
    run(daemon, "c0", HostConfig={"Binds": ["vol:/v"]})
    run(daemon, "c1", HostConfig={"VolumesFrom": ["c0:ro"]})
    mount = ask(daemon, "GET", "/containers/c1/json")[1]["Mounts"][0]
    assert (mount["Name"], mount["RW"], mount["Mode"]) == ("vol", False, "")
    ask(daemon, "DELETE", "/containers/c0?force=1&v=1")
    assert ask(daemon, "DELETE", "/volumes/vol")[0] == 409


def test_a_folder_of_this_machine_where_it_was_allowed(tmp_path, modern):
    from tests.fake.asking import make_daemon

    with make_daemon("1.51" if modern else "1.41", host_folders=[str(tmp_path)]) as daemon:
        (tmp_path / "here").write_text("x")
        run(daemon, "c0", Cmd=["write", "/h/file"], HostConfig={"Binds": [f"{tmp_path}:/h", "/etc:/e"]})
        assert (tmp_path / "file").read_bytes() == b"written"
        assert daemon._engine.containers.get("c0").fs.listdir(daemon_user(), "/e") == []


def test_updating(daemon, modern):
    create(daemon, Name="vol")
    expected = (
        (503, "volume update only valid for cluster volumes, but swarm is unavailable")
        if modern
        else (404, "page not found")
    )
    assert ask(daemon, "PUT", "/volumes/vol?version=1", {}) == expected
