"""debian and ubuntu: GNU programs, each a file of its own, and what the package manager keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dockpy.fake.hub.busybox import PATH
from dockpy.fake.hub.rootfs import RootFS

__all__ = ["DEBIAN", "UBUNTU", "Release", "config", "layers", "passwd"]

_PROGRAMS = """
[ arch awk base32 base64 basename bash cat chgrp chmod chown cksum clear cmp comm cp cut date dd df diff
dirname dmesg dnsdomainname du echo egrep env expand expr factor false fgrep find fold free getopt grep
groups gunzip gzip head hostid hostname id install ionice join kill link ln logger login logname ls
md5sum mesg mkdir mkfifo mknod mktemp more mount mountpoint mv nice nl nohup nproc nsenter od passwd
paste pathchk pgrep pidof pinky pkill pmap pr printenv printf ps ptx pwd readlink realpath renice reset
rev rm rmdir run-parts sed seq setpriv setsid sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf
sleep sort split stat stdbuf stty su sum sync tac tail tar tee test timeout top touch tr true truncate
tsort tty umount uname unexpand uniq unlink unshare uptime users vmstat watch wc wdctl whereis which who
whoami xargs yes zcat
"""
_ADMIN = "addgroup adduser chroot delgroup deluser groupadd ldconfig nologin sysctl useradd userdel usermod"
_PACKAGES = "apt apt-cache apt-get apt-mark dpkg dpkg-query"

_USERS = (
    ("root", 0, 0, "/root", "/bin/bash"),
    ("daemon", 1, 1, "/usr/sbin", "/usr/sbin/nologin"),
    ("bin", 2, 2, "/bin", "/usr/sbin/nologin"),
    ("sys", 3, 3, "/dev", "/usr/sbin/nologin"),
    ("sync", 4, 65534, "/bin", "/bin/sync"),
    ("games", 5, 60, "/usr/games", "/usr/sbin/nologin"),
    ("man", 6, 12, "/var/cache/man", "/usr/sbin/nologin"),
    ("lp", 7, 7, "/var/spool/lpd", "/usr/sbin/nologin"),
    ("mail", 8, 8, "/var/mail", "/usr/sbin/nologin"),
    ("news", 9, 9, "/var/spool/news", "/usr/sbin/nologin"),
    ("uucp", 10, 10, "/var/spool/uucp", "/usr/sbin/nologin"),
    ("proxy", 13, 13, "/bin", "/usr/sbin/nologin"),
    ("www-data", 33, 33, "/var/www", "/usr/sbin/nologin"),
    ("backup", 34, 34, "/var/backups", "/usr/sbin/nologin"),
    ("list", 38, 38, "/var/list", "/usr/sbin/nologin"),
    ("irc", 39, 39, "/run/ircd", "/usr/sbin/nologin"),
    ("_apt", 42, 65534, "/nonexistent", "/usr/sbin/nologin"),
    ("nobody", 65534, 65534, "/nonexistent", "/usr/sbin/nologin"),
)
_GROUPS = """
root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15
dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34
operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60
users:100 nogroup:65534
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A distribution's release.

    Attributes:
        distribution: ``debian`` or ``ubuntu``.
        version: ``12`` or ``24.04``.
        codename: ``bookworm``.
        created: when its image was made.
        mtime: the same, in seconds since 1970.
        settings: what its containers start from, besides PATH.
        created_by: the step that made it.
    """

    distribution: str
    version: str
    codename: str
    created: str
    mtime: int
    settings: dict[str, Any]
    created_by: str


def _debian(version: str, codename: str, created: str, mtime: int) -> Release:
    step = f"# debian.sh --arch 'amd64' out/ '{codename}' '@{mtime}'"
    return Release("debian", version, codename, created, mtime, {"Cmd": ["bash"]}, step)


def _ubuntu(version: str, codename: str, created: str, mtime: int) -> Release:
    labels = {"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": version}
    step = '/bin/sh -c #(nop)  CMD ["/bin/bash"]'
    settings = {"Cmd": ["/bin/bash"], "Labels": labels}
    return Release("ubuntu", version, codename, created, mtime, settings, step)


DEBIAN = {
    "13": _debian("13", "trixie", "2025-10-20T00:00:00Z", 1760918400),
    "12": _debian("12", "bookworm", "2025-10-20T00:00:00Z", 1760918400),
    "11": _debian("11", "bullseye", "2025-10-20T00:00:00Z", 1760918400),
}
"""By version, the newest one first."""

UBUNTU = {
    "24.04": _ubuntu("24.04", "noble", "2025-10-01T06:42:15Z", 1759300935),
    "22.04": _ubuntu("22.04", "jammy", "2025-10-01T06:42:15Z", 1759300935),
    "20.04": _ubuntu("20.04", "focal", "2025-04-08T10:43:20Z", 1744109000),
}
"""By version, the newest one first."""


def config(release: Release) -> dict[str, Any]:
    """What is known before the layers are made."""
    step: dict[str, Any] = {"created": release.created, "created_by": release.created_by}
    return {
        "architecture": "amd64",
        "config": {"Env": [PATH], **release.settings},
        "created": release.created,
        "history": [step],
        "os": "linux",
    }


def passwd(*more: tuple[str, int, int, str, str]) -> tuple[str, str]:
    """``/etc/passwd`` and ``/etc/group`` with further users: name, numbers, home, shell."""
    users = [*_USERS, *more]
    numbers = (entry.partition(":") for entry in _GROUPS.split())
    groups = {name: int(gid) for name, _, gid in numbers} | {name: gid for name, _, gid, _, _ in more}
    return (
        "".join(f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}\n" for name, uid, gid, home, shell in users),
        "".join(f"{name}:x:{gid}:\n" for name, gid in sorted(groups.items(), key=lambda pair: pair[1])),
    )


def layers(release: Release) -> list[bytes]:
    """The tars of its layers."""
    root = RootFS(release.mtime)
    root.symlinks("usr/bin", "bin").folders("boot", "dev", "etc")
    root.folders("etc/alternatives", "etc/apt", "etc/apt/sources.list.d")
    root.file("etc/bash.bashrc", "PS1='${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '\n")
    root.file("etc/debian_version", f"{release.version}\n").folders("etc/default")
    users, groups = passwd()
    root.file("etc/group", groups).file("etc/host.conf", "multi on\n")
    root.file("etc/issue", f"{_pretty(release)} \\n \\l\n\n").file("etc/hosts", "").file(
        "etc/hostname", "localhost\n"
    )
    root.folders("etc/init.d").file("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    root.symlinks("../usr/lib/os-release", "etc/os-release").file("etc/passwd", users)
    root.folders("etc/profile.d").file("etc/profile", "umask 022\n")
    root.file("etc/shadow", "".join(f"{user[0]}:*:20000:0:99999:7:::\n" for user in _USERS), 0o640, gid=42)
    root.file("etc/shells", "/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/dash\n").folders("etc/skel")
    root.folders("etc/ssl").file("etc/timezone", "Etc/UTC\n").folders("home")
    if release.distribution == "ubuntu" and release.version >= "24":
        root.folders("home/ubuntu", mode=0o750, uid=1000, gid=1000)
    root.symlinks("usr/lib", "lib").symlinks("usr/lib64", "lib64").folders("media", "mnt", "opt")
    root.folders("proc", mode=0o555).folders("root", mode=0o700)
    root.file("root/.bashrc", "# ~/.bashrc\n").file("root/.profile", "mesg n 2> /dev/null || true\n")
    root.folders("run").folders("run/lock", mode=0o1777).symlinks("usr/sbin", "sbin").folders("srv")
    root.folders("sys", mode=0o555).folders("tmp", mode=0o1777).folders("usr", "usr/bin")
    for name in _PROGRAMS.split():
        root.program(f"usr/bin/{name}", name)
    for name in _PACKAGES.split():
        root.program(f"usr/bin/{name}", name)
    root.program("usr/bin/dash", "dash").symlinks("dash", "usr/bin/sh")
    root.folders("usr/games", "usr/include", "usr/lib").file("usr/lib/os-release", _os_release(release))
    root.folders("usr/lib/apt", "usr/lib/x86_64-linux-gnu")
    root.file("usr/lib/x86_64-linux-gnu/libc.so.6", b"\x7fELF", 0o755)
    root.folders("usr/lib64").symlinks(
        "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/lib64/ld-linux-x86-64.so.2"
    )
    root.folders(
        "usr/libexec", "usr/local", "usr/local/bin", "usr/local/etc", "usr/local/lib", "usr/local/sbin"
    )
    root.folders("usr/local/share", "usr/sbin")
    for name in _ADMIN.split():
        root.program(f"usr/sbin/{name}", name)
    root.folders(
        "usr/share", "usr/share/doc", "usr/share/zoneinfo", "usr/src", "var", "var/backups", "var/cache"
    )
    root.folders("var/cache/apt", "var/lib", "var/lib/apt", "var/lib/apt/lists", "var/lib/dpkg")
    root.file("var/lib/dpkg/status", "").folders("var/local", mode=0o2775, gid=50).symlinks(
        "/run/lock", "var/lock"
    )
    root.folders("var/log", "var/log/apt").folders("var/mail", mode=0o2775, gid=8).folders("var/opt")
    root.symlinks("/run", "var/run").folders("var/spool").folders("var/tmp", mode=0o1777)
    return [root.tar()]


def _pretty(release: Release) -> str:
    if release.distribution == "ubuntu":
        return f"Ubuntu {release.version} LTS"
    return f"Debian GNU/Linux {release.version} ({release.codename})"


def _os_release(release: Release) -> str:
    name = "Ubuntu" if release.distribution == "ubuntu" else "Debian GNU/Linux"
    home = {"ubuntu": "https://www.ubuntu.com/", "debian": "https://www.debian.org/"}[release.distribution]
    like = "ID_LIKE=debian\n" if release.distribution == "ubuntu" else ""
    return (
        f'PRETTY_NAME="{_pretty(release)}"\nNAME="{name}"\nVERSION_ID="{release.version}"\n'
        f'VERSION="{release.version} ({release.codename})"\nVERSION_CODENAME={release.codename}\n'
        f'ID={release.distribution}\n{like}HOME_URL="{home}"\n'
    )
