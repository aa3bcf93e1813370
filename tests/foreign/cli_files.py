"""`docker cp`, `export`, `import`, `save`, `load`, `commit`: files, both ways."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal


def _members(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return sorted(
            f"{one.name} {one.mode:o} {one.uid}:{one.gid} {one.type!r} {one.linkname}" for one in tar
        )


def scenario_cp(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "--network", "none", "busybox", "sleep", "1000")
    docker.write("folder/a", "text of a\n")
    docker.write("folder/sub/b", "text of b\n")
    docker.write("file", "text\n")
    docker("cp", "file", f"{name}:/tmp/renamed")
    docker("cp", "file", f"{name}:/tmp/")
    docker("cp", "folder", f"{name}:/tmp/new")
    docker("cp", "folder", f"{name}:/tmp")
    docker("cp", "folder/.", f"{name}:/root")
    docker("exec", name, "sh", "-c", "cd /tmp; find . /root | sort; cat renamed file new/a folder/sub/b")
    docker("exec", name, "ln", "-s", "/tmp/file", "/link")
    docker("cp", f"{name}:/tmp/new", "back")
    docker("cp", f"{name}:/tmp/new/.", "contents")
    docker("cp", f"{name}:/tmp/renamed", "one")
    docker("cp", f"{name}:/link", "link")
    docker("cp", "-L", f"{name}:/link", "followed")
    paths = sorted(str(path.relative_to(docker.folder)) for path in docker.folder.rglob("*"))
    docker.note("paths", [path for path in paths if not path.startswith(".docker")])
    assert (docker.folder / "back/sub/b").read_text() == "text of b\n"
    assert (docker.folder / "followed").read_text() == "text\n"
    docker.note("link", str((docker.folder / "link").readlink()))
    docker("cp", f"{name}:/nothing", "x", code=1)
    docker("cp", "nothing", f"{name}:/tmp", code=1)
    docker("cp", "file", f"{name}:/no/such/place", code=1)
    docker("cp", "folder", f"{name}:/tmp/file", code=1)
    docker("cp", "file", f"{docker.name('nothing')}:/", code=1)


def scenario_cp_of_archives(docker: Terminal) -> None:
    name = docker.name("c")
    docker("create", "--name", name, "--network", "none", "busybox", "ls", "-l", "/in")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, mode in (("in/x", 0o640), ("in/y", 0o755)):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.uid, entry.gid = 3, mode, 7, 8
            tar.addfile(entry, io.BytesIO(b"abc"))
    docker("cp", "-a", "-", f"{name}:/", input=archive.getvalue())
    docker.note("out", _members(docker("cp", f"{name}:/in", "-", note=False).raw))
    docker("cp", "-", f"{name}:/", input=b"no archive at all", code=1)
    docker("start", "-a", name, note=False)


def scenario_export_and_import(docker: Terminal) -> None:
    name, image = docker.name("c"), docker.name("image")
    docker("run", "--name", name, "--network", "none", "busybox", "sh", "-c", "echo kept > /kept")
    exported = docker("export", name, note=False).raw
    assert any(member.startswith("kept ") for member in _members(exported))
    docker("export", "-o", "out.tar", name)
    docker("import", "-c", 'CMD ["cat", "/kept"]', "-m", "a message", "out.tar", f"{image}:1")
    docker("import", "-", f"{image}:2", input=exported)
    docker("run", "--rm", "--network", "none", f"{image}:1")
    docker("inspect", "-f", "{{json .Config.Cmd}} {{.Comment}}", f"{image}:1")
    docker("history", "--format", "{{.CreatedBy}}|{{.Comment}}", f"{image}:1")
    docker("import", "-", input=b"no archive at all", code=1)


def scenario_commit(docker: Terminal) -> None:
    name, image = docker.name("c"), docker.name("image")
    docker("run", "--name", name, "--network", "none", "busybox", "sh", "-c", "echo kept > /kept")
    docker("commit", "-a", "Someone", "-m", "why", "-c", "CMD cat /kept", "-c", "ENV A=1", name, f"{image}:1")
    docker("run", "--rm", "--network", "none", f"{image}:1")
    docker(
        "inspect", "-f", "{{.Author}} {{.Comment}} {{json .Config.Cmd}} {{json .Config.Env}}", f"{image}:1"
    )
    docker("history", f"{image}:1", "--format", "{{.CreatedBy}}|{{.Comment}}")
    docker("images", image)
    docker("commit", docker.name("nothing"), code=1)


def scenario_save_and_load(docker: Terminal) -> None:
    image = docker.name("image")
    docker.write(
        "Dockerfile", f"FROM busybox\nLABEL of={docker.prefix}\nRUN echo kept > /kept\nCMD cat /kept\n"
    )
    docker("build", "-q", "-t", image, ".")
    before = docker("inspect", "-f", "{{.Id}}", image).out
    docker("save", "-o", "out.tar", image)
    names = [member.split()[0] for member in _members((docker.folder / "out.tar").read_bytes())]
    docker.note("members", sorted({docker.mask(name) for name in names}))
    docker("rmi", image)
    docker("load", "-i", "out.tar")
    assert docker("inspect", "-f", "{{.Id}}", image).out == before
    docker("run", "--rm", "--network", "none", image)
    docker("load", "-q", input=(docker.folder / "out.tar").read_bytes())
    docker("load", input=b"no archive at all", code=1)
    docker("save", docker.name("nothing"), code=1)
