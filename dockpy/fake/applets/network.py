"""wget, nc, ping, nslookup, httpd, ifconfig, ip, netstat: between containers, and within one."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, wide
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import read_file
from dockpy.fake.applets.numbers import duration, number_of
from dockpy.fake.applets.running import spawn
from dockpy.fake.applets.times import SECOND, now
from dockpy.fake.kernel.network import NameNotFound, Socket
from dockpy.fake.kernel.scheduler import Wait

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["connected"]


def connected(a: Applet, host: str, port: int) -> Socket:
    """A connection.

    Raises:
        Die: there is none.
    """
    try:
        return a.p.network.connect(host, port)
    except NameNotFound:
        raise Die(f"bad address '{host}'") from None
    except OSError as error:
        address = a.p.network.lookup(host)[0]
        shown = f"can't connect to remote host ({address}): {reason(error)}"
        raise Die(shown if error.errno != errno.ENOENT else f"bad address '{host}'") from None


@applet("nc", "telnet")
def nc(a: Applet) -> Steps[int | None]:
    """Connect the standard input and output with a socket."""
    found = a.options("+lkp:w:i:e:s:uvnNz")
    words = found.rest
    command: list[str] = []
    if "e" in found:
        command = [found.get("e") or "", *words[2 if "l" not in found else 0 :]]
        words = words[:2] if "l" not in found else []
    if "l" in found:
        port = number_of(found.get("p") or (words[-1] if words else "0"), most=65535)
        try:
            listening = a.p.open_fd(a.p.network.listen(port), 3)
        except OSError as error:
            raise Die(f"bind: {reason(error)}") from None
        while True:
            fd, socket = yield from a.p.accept(listening)
            code = yield from _serve(a, fd, socket, command)
            if "k" not in found and a.args[:1] != ["-lk"] and a.args[:1] != ["-ll"]:
                return code
    if not words:
        raise BadUsage
    port = number_of(words[1] if len(words) > 1 else "23", least=1, most=65535)
    socket = connected(a, words[0], port)
    if "z" in found:
        socket.close()
        return 0
    return (yield from _serve(a, a.p.open_fd(socket, 3), socket, command))


def _serve(a: Applet, fd: int, socket: Socket, command: list[str]) -> Steps[int]:
    if command:
        files = {0: a.p.file(fd), 1: a.p.file(fd), 2: a.p.file(2)}
        saved = dict(a.p.fds)
        a.p.fds.update(files)
        child = spawn(a, command)
        a.p.fds.clear()
        a.p.fds.update(saved)
        a.p.close(fd)
        return (yield from a.p.wait(child, restart=True)).exit_code or 0
    sending = True
    while True:
        # What was typed goes first: the other end may have closed its side already, and still listens.
        typed = a.p.file(0).read_now(65536) if sending else None
        if typed:
            try:
                yield from a.p.write(fd, typed)
            except BrokenPipeError:
                return 1
            continue
        if typed == b"":
            sending = False
            socket.shutdown()
            continue
        data = socket.read_now(65536)
        if data:
            yield from a.p.write(1, data)
            continue
        if data == b"":
            a.p.close(fd)
            return 0
        waiting = (socket.readable, a.p.file(0).readable) if sending else (socket.readable,)
        yield Wait(waiting)


@applet("ping", "ping6")
def ping(a: Applet) -> Steps[int | None]:
    """Ask whether a host is there."""
    found = a.options("qc:s:t:w:W:I:i:46nA", least=1, most=1)
    host = found.rest[0]
    count, size = number_of(found.get("c") or "0"), number_of(found.get("s") or "56")
    pause = duration(found.get("i") or "1")
    limit = found.get("w")
    try:
        address = a.p.network.lookup(host)[0]
    except NameNotFound:
        raise Die(f"bad address '{host}'") from None
    a.say(f"PING {host} ({address}): {size} data bytes")
    yield from a.flush()
    a.p.catch(2)
    sent = received = 0
    began = now(a.p)
    try:
        while not count or sent < count:
            if sent:
                yield from a.p.sleep(pause)
            if limit is not None and now(a.p) - began >= number_of(limit) * SECOND:
                break
            sent += 1
            if a.p.network.reaches(address):
                received += 1
                if "q" not in found:
                    a.say(f"{size + 8} bytes from {address}: seq={sent - 1} ttl=64 time=0.050 ms")
                    yield from a.flush()
        if received < sent:
            yield from a.p.sleep(duration(found.get("W") or "10"))
    except InterruptedError:
        a.p.caught.clear()
    lost = (sent - received) * 100 // sent if sent else 0
    a.say(f"\n--- {host} ping statistics ---")
    a.say(f"{sent} packets transmitted, {received} packets received, {lost}% packet loss")
    if received:
        a.say("round-trip min/avg/max = 0.050/0.050/0.050 ms")
    return 0 if received else 1


@applet("nslookup")
def nslookup(a: Applet) -> Steps[int | None]:
    """Print the addresses of a name."""
    words = [arg for arg in a.args if not arg.startswith("-")]
    if not words:
        raise BadUsage
    server = words[1] if len(words) > 1 else "127.0.0.11"
    try:
        for line in wide((yield from read_file(a, "/etc/resolv.conf"))).splitlines():
            match line.split():
                case ["nameserver", address, *_] if len(words) < 2:
                    server = address
                    break
    except OSError:
        server = "127.0.0.1"
    a.say(f"Server:\t\t{server}\nAddress:\t{server}:53\n")
    try:
        addresses = a.p.network.lookup(words[0])
    except NameNotFound:
        a.say(f"** server can't find {words[0]}: NXDOMAIN\n")
        return 1
    a.say("Non-authoritative answer:")
    for address in addresses:
        a.say(f"Name:\t{words[0]}\nAddress: {address}")
    a.say("")
    return 0


@applet("ifconfig", "ip")
def ifconfig(a: Applet) -> Steps[int | None]:
    """Print the interfaces."""
    yield from ()
    if a.name == "ip":
        return _ip(a, [arg for arg in a.args if not arg.startswith("-")])
    for one in sorted(a.p.network.interfaces, key=lambda one: one.name):
        a.say(f"{one.name:<10s}Link encap:Ethernet  HWaddr {one.mac.upper()}  ")
        if one.address:
            net = one.network
            shown = f"inet addr:{one.address}  Bcast:{net.broadcast_address}  Mask:{net.netmask}"
            a.say(f"          {shown}")
        a.say("          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n")
    a.say("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0")
    a.say("          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n")
    return 0


def _ip(a: Applet, words: list[str]) -> int:
    kind = words[0] if words else ""
    if not kind:
        raise BadUsage
    network = a.p.network
    if "route".startswith(kind):
        for one in network.interfaces:
            if one.gateway == network.gateway != "":
                a.say(f"default via {one.gateway} dev {one.name} ")
        for one in network.interfaces:
            if one.address:
                a.say(f"{one.network} dev {one.name} scope link  src {one.address} ")
        return 0
    addresses = "address".startswith(kind)
    a.say("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000")
    a.say("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00")
    if addresses:
        a.say("    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever")
    for number, one in enumerate(network.interfaces, 2):
        a.say(f"{number}: {one.name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue ")
        a.say(f"    link/ether {one.mac} brd ff:ff:ff:ff:ff:ff")
        if addresses and one.address:
            place = f"{one.address}/{one.prefix} brd {one.network.broadcast_address}"
            a.say(f"    inet {place} scope global {one.name}")
            a.say("       valid_lft forever preferred_lft forever")
    return 0


@applet("netstat")
def netstat(a: Applet) -> Steps[int | None]:
    """Print who listens."""
    yield from ()
    a.options("laentuwxrp")
    a.say("Active Internet connections (only servers)")
    a.say("Proto Recv-Q Send-Q Local Address           Foreign Address         State       ")
    for protocol in ("tcp", "udp"):
        for host, port in a.p.network.ports(protocol):
            state = "LISTEN" if protocol == "tcp" else ""
            a.say(f"{protocol:<5s} {0:6d} {0:6d} {f'{host}:{port}':<23s} {'0.0.0.0:*':<23s} {state:<12s}")
    return 0
