"""Networks and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal


def scenario_networks(docker: Terminal) -> None:
    net, one, two = docker.name("net"), docker.name("one"), docker.name("two")
    docker("network", "create", "--label", "a=b", "--opt", "com.docker.network.bridge.enable_icc=true", net)
    docker("network", "create", net, code=1)
    docker("network", "ls", "--filter", f"name={net}")
    docker(
        "network",
        "ls",
        "--filter",
        f"name={net}",
        "--format",
        "{{.Name}} {{.Driver}} {{.Scope}} {{.Internal}}",
    )
    docker("network", "inspect", "-f", "{{json .Labels}} {{json .Options}} {{json .IPAM}}", net)
    docker(
        "run", "-d", "--name", one, "--network", net, "--network-alias", "first", "busybox", "sleep", "1000"
    )
    docker("run", "-d", "--name", two, "busybox", "sleep", "1000")
    docker("network", "connect", "--alias", "second", net, two)
    docker("network", "connect", net, two, code=1)
    inside = docker("network", "inspect", "-f", "{{range .Containers}}{{.Name}}/{{end}}", net, note=False).out
    docker.note("inside", sorted(docker.mask(inside).split("/")))
    docker("exec", two, "sh", "-c", f"ping -c 1 first > /dev/null && nslookup {one} | grep -c Address")
    docker("exec", one, "ping", "-c", "1", "-q", "nowhere", code=1)
    docker("inspect", "-f", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}", two)
    assert "has active endpoints" in docker("network", "rm", net, code=1, note=False).err
    docker("network", "disconnect", net, two)
    docker("network", "disconnect", net, two, code=1)
    docker("network", "disconnect", "-f", net, one)
    docker("network", "rm", net)
    docker("network", "rm", net, code=1)
    docker("network", "inspect", net, code=1)
    docker("network", "rm", "bridge", code=1)


def scenario_networks_of_an_address(docker: Terminal) -> None:
    net, other = docker.name("net"), docker.name("other")
    subnet = ("--subnet", "10.213.77.0/24", "--gateway", "10.213.77.9")
    docker("network", "create", *subnet, "--internal", net)
    docker("network", "create", "--subnet", "10.213.77.128/25", other, code=1)
    docker(
        "run",
        "--rm",
        "--network",
        net,
        "--ip",
        "10.213.77.50",
        "busybox",
        "hostname",
        "-i",
    )
    docker("run", "--rm", "--network", net, "busybox", "ip", "route")
    docker("run", "--rm", "--network", net, "--ip", "10.9.9.9", "busybox", "true", code=125)
    docker("network", "prune", "-f", "--filter", f"label={docker.name('no')}")
    docker("network", "rm", net)


def scenario_volumes(docker: Terminal) -> None:
    volume, name = docker.name("volume"), docker.name("c")
    docker("volume", "create", "--label", "a=b", volume)
    docker("volume", "create", volume)
    docker("volume", "ls", "--filter", f"name={volume}")
    docker(
        "volume",
        "ls",
        "--filter",
        f"name={volume}",
        "--format",
        "{{.Name}} {{.Driver}} {{.Labels}} {{.Scope}}",
    )
    docker("volume", "inspect", "-f", "{{.Name}} {{.Driver}} {{json .Labels}} {{json .Options}}", volume)
    docker(
        "run",
        "--rm",
        "--network",
        "none",
        "-v",
        f"{volume}:/data",
        "busybox",
        "sh",
        "-c",
        "echo kept > /data/x",
    )
    docker(
        "run", "--name", name, "--network", "none", "-v", f"{volume}:/data:ro", "busybox", "cat", "/data/x"
    )
    docker("run", "--rm", "--network", "none", "-v", f"{volume}:/d:ro", "busybox", "touch", "/d/y", code=1)
    docker("run", "--rm", "--network", "none", "--volumes-from", name, "busybox", "ls", "/data")
    mount = f"type=volume,source={volume},target=/etc,volume-nocopy"
    docker("run", "--rm", "--network", "none", "--mount", mount, "busybox", "ls", "/etc/x")
    docker("volume", "ls", "-q", "--filter", "dangling=true", "--filter", f"name={volume}")
    docker("volume", "rm", volume, code=1)
    docker("rm", name)
    docker("volume", "rm", volume)
    docker("volume", "rm", volume, code=1)
    docker("volume", "rm", "-f", volume)
    docker("volume", "inspect", volume, code=1)
    docker("volume", "create", "not/a/name", code=1)


def scenario_volume_takes_the_image_s_files(docker: Terminal) -> None:
    volume = docker.name("volume")
    docker(
        "run", "--rm", "--network", "none", "-v", f"{volume}:/etc/network", "busybox", "ls", "/etc/network"
    )
    docker("run", "--rm", "--network", "none", "-v", f"{volume}:/copy", "busybox", "ls", "/copy")
    docker("volume", "prune", "-f", "--filter", f"label={docker.name('no')}")
    docker("volume", "rm", volume)
