"""Scenarios about files of containers: archives both ways, changes, export."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

SCRIPT = """
mkdir -p /data/a/b; echo hello > /data/a/file; ln -s file /data/a/link; ln /data/a/file /data/a/hard
chmod 700 /data/a/b; chown 5:6 /data/a/file; mkfifo /data/a/fifo; touch /data/a/b/empty; chmod 4755 /data/a/b/empty
rm -rf /home; ln -s nowhere /data/broken; echo x > /etc/new
"""


def tar_of(**files: Any) -> bytes:
    """An archive: of each name its text, or a TarInfo."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size, info.mode = len(content), 0o640
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def members(data: bytes) -> list[Any]:
    """What an archive holds: names, types, modes, owners, sizes and targets."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return [
            (item.name, item.type, oct(item.mode), item.uid, item.gid, item.size, item.linkname)
            for item in archive.getmembers()
        ]


def _stat(d: Side, id: str, path: str) -> None:
    answer = d.call("HEAD", f"/containers/{id}/archive", query={"path": path}, note=False)
    text = answer.headers.get("x-docker-container-path-stat")
    stat = json.loads(base64.b64decode(text)) if text else None
    if stat:
        stat.pop("mtime")
        if stat["mode"] >> 31:
            stat["size"] = "of a folder"
    d.note(f"stat {path}", (answer.status, stat))


def _fetched(d: Side, id: str, path: str) -> None:
    answer = d.get(f"/containers/{id}/archive", query={"path": path}, note=False)
    if answer.status == 200:
        found = sorted(members(answer.body)) if path.endswith("/.") else members(answer.body)
        d.note(f"archive {path}", (answer.headers.get("content-type"), found))
    else:
        d.note(f"archive {path}", d.noted(answer))


def scenario_archives(d: Side) -> None:
    id = d.start("web", ["sh", "-c", SCRIPT + "sleep 1000"])
    d.until(lambda: d.get(f"/containers/{id}/archive", query={"path": "/etc/new"}, note=False).status == 200)
    paths = (
        *(
            "/data/a",
            "/data/a/",
            "/data/a/.",
            "/data/a/file",
            "/data/a/file/",
            "/data/a/link",
            "/data/a/b/empty",
        ),
        *(
            "/data/broken",
            "/data/broken/",
            "data/a/b",
            "/no/such",
            "",
            "/data/../data/a/b",
            "/data/a/file/x",
            "/data/a/fifo",
        ),
    )
    for path in paths:
        _stat(d, id, path)
        _fetched(d, id, path)
    d.get(f"/containers/{id}/archive")
    d.call("HEAD", f"/containers/{id}/archive")
    changes = d.get(f"/containers/{id}/changes", note=False).json
    d.note("changes", sorted((change["Path"], change["Kind"]) for change in changes))


def scenario_archives_put(d: Side) -> None:
    since = d.now()
    id = d.start("web", ["sh", "-c", "mkdir /data; exec sleep 1000"])
    d.until(lambda: d.exec_code(id, ["test", "-d", "/data"]) == 0)
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    folder = tarfile.TarInfo("data")
    folder.type, folder.mode, folder.uid = tarfile.DIRTYPE, 0o750, 7
    up = tar_of(**{"..__..__up": b"x"})
    path = f"/containers/{id}/archive"
    for what, data, query in (
        ("files", tar_of(one=b"1", two__three=b"23"), {"path": "/data"}),
        ("a link", tar_of(link=link), {"path": "/data"}),
        ("a folder over a file", tar_of(one=folder), {"path": "/data"}),
        ("a folder", tar_of(one=folder), {"path": "/"}),
        ("up", up, {"path": "/data"}),
        ("to a file", tar_of(one=b"1"), {"path": "/etc/passwd"}),
        ("to nowhere", tar_of(one=b"1"), {"path": "/no/such"}),
        ("no tar", b"nonsense", {"path": "/data"}),
        ("cut", tar_of(one=b"1" * 5000)[:2000], {"path": "/data"}),
        ("nothing", b"", {"path": "/data"}),
        ("no path", tar_of(one=b"1"), {}),
        ("kept kinds", tar_of(data=b"a file"), {"path": "/", "noOverwriteDirNonDir": "1"}),
        ("owners", tar_of(mine=b"x"), {"path": "/data", "copyUIDGID": "1"}),
    ):
        d.note("put", what)
        d.put(path, body=data, query=query)
    d.exec(id, ["sh", "-c", "find /data /up -exec stat -c '%n %a %u %g %s' {} \\; | sort"], "what is there")
    d.put("/containers/nothing-there/archive", body=tar_of(one=b"1"), query={"path": "/"})
    d.events(since, container=[id])


def scenario_read_only(d: Side) -> None:
    id = d.start("web", ["sleep", "1000"], HostConfig={"ReadonlyRootfs": True, "Tmpfs": {"/run": ""}})
    d.put(f"/containers/{id}/archive", body=tar_of(one=b"1"), query={"path": "/usr"})
    d.exec(id, ["touch", "/usr/x"], "touch")
    d.exec(id, ["touch", "/run/x"], "touch in a tmpfs")


def scenario_changes(d: Side) -> None:
    id = d.start(
        "web",
        ["sh", "-c", "mkdir /new; echo x > /new/file; rm /bin/sh; echo y >> /etc/passwd; chmod 711 /usr"],
    )
    d.wait(id)
    changes = d.get(f"/containers/{id}/changes", note=False).json
    d.note("changes", sorted((change["Path"], change["Kind"]) for change in changes))


def scenario_export(d: Side) -> None:
    since = d.now()
    id = d.start("web", ["sh", "-c", SCRIPT])
    d.wait(id)
    answer = d.get(f"/containers/{id}/export", note=False)
    found = [
        item for item in members(answer.body) if item[0].startswith(("data", "home", "etc/new", ".dockerenv"))
    ]
    d.note("export", (answer.status, answer.headers.get("content-type"), sorted(found)))
    d.get("/containers/nothing-there/export")
    d.events(since, container=[id])
