"""alpine: busybox behind symbolic links, with what its package manager keeps."""

from __future__ import annotations

from typing import Any

from dockpy.fake.hub.busybox import PATH
from dockpy.fake.hub.rootfs import RootFS

__all__ = ["config", "layers", "passwd"]

_BIN = """
arch ash base64 bbconfig cat chattr chgrp chmod chown cp date dd df dmesg dnsdomainname dumpkmap echo egrep
false fatattr fdflush fgrep fsync getopt grep gunzip gzip hostname ionice iostat ipcalc kbd_mode kill link
linux32 linux64 ln login ls lsattr lzop makemime mkdir mknod mktemp more mount mountpoint mpstat mv netstat
nice pidof ping ping6 pipe_progress printenv ps pwd reformime rev rm rmdir run-parts sed setpriv setserial sh
sleep stat stty su sync tar touch true umount uname usleep watch zcat
"""
_SBIN = """
acpid adjtimex arp blkid blockdev depmod fbsplash fdisk findfs fsck fstrim getty halt hwclock ifconfig ifdown
ifenslave ifup init inotifyd insmod ip ipaddr iplink ipneigh iproute iprule iptunnel klogd loadkmap logread
losetup lsmod mdev mkdosfs mkfs.vfat mkswap modinfo modprobe nameif nologin pivot_root poweroff raidautorun
reboot rmmod route setconsole slattach swapoff swapon switch_root sysctl syslogd tunctl udhcpc vconfig
watchdog zcip
"""
_USR_BIN = """
[ [[ awk basename bc beep blkdiscard bunzip2 bzcat bzip2 cal chvt cksum clear cmp comm cpio crontab
cryptpw cut dc deallocvt diff dirname dos2unix du eject env expand expr factor fallocate find flock fold
free fuser groups hd head hexdump hostid id install ipcrm ipcs killall last less logger lsof lsusb lzcat
lzma lzopcat md5sum mesg microcom mkfifo mkpasswd nc nl nmeter nohup nproc nsenter nslookup od openvt
passwd paste pgrep pkill pmap printf pscan pstree pwdx readlink realpath renice reset resize seq
setkeycodes setsid sha1sum sha256sum sha3sum sha512sum showkey shred shuf sort split strings sum tac tail
tee test time timeout top tr traceroute traceroute6 tree truncate tty ttysize udhcpc6 unexpand uniq
unix2dos unlink unlzma unlzop unshare unxz unzip uptime uudecode uuencode vi vlock volname wc wget which
who whoami whois xargs xxd xzcat yes
"""
_USR_SBIN = """
add-shell addgroup adduser arping brctl chpasswd chroot crond delgroup deluser ether-wake fbset killall5
loadfont nanddump nandwrite nbd-client ntpd partprobe rdate rdev readahead readprofile remove-shell rfkill
sendmail setfont setlogcons
"""

_USERS = """\
root:x:0:0:root:/root:/bin/sh
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/mail:/sbin/nologin
news:x:9:13:news:/usr/lib/news:/sbin/nologin
uucp:x:10:14:uucp:/var/spool/uucppublic:/sbin/nologin
cron:x:16:16:cron:/var/spool/cron:/sbin/nologin
ftp:x:21:21::/var/lib/ftp:/sbin/nologin
sshd:x:22:22:sshd:/dev/null:/sbin/nologin
games:x:35:35:games:/usr/games:/sbin/nologin
ntp:x:123:123:NTP:/var/empty:/sbin/nologin
guest:x:405:100:guest:/dev/null:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
"""
_OLD_USERS = _USERS.replace(
    "ntp:",
    "postgres:x:70:70::/var/lib/postgresql:/bin/sh\nsmmsp:x:209:209:smmsp:/var/spool/mqueue:/sbin/nologin\nntp:",
)
_GROUPS = """\
root:x:0:root
bin:x:1:root,bin,daemon
daemon:x:2:root,bin,daemon
sys:x:3:root,bin
adm:x:4:root,daemon
tty:x:5:
disk:x:6:root
lp:x:7:lp
kmem:x:9:
wheel:x:10:root
floppy:x:11:root
mail:x:12:mail
news:x:13:news
uucp:x:14:uucp
cron:x:16:cron
audio:x:18:
cdrom:x:19:
dialout:x:20:root
ftp:x:21:
sshd:x:22:
input:x:23:
tape:x:26:root
video:x:27:root
netdev:x:28:
kvm:x:34:kvm
games:x:35:
shadow:x:42:
www-data:x:82:
users:x:100:games
ntp:x:123:
abuild:x:300:
utmp:x:406:
ping:x:999:
nogroup:x:65533:
nobody:x:65534:
"""
_PROFILE = """\
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export PAGER=less
umask 022
"""

_RELEASES = {
    "3.22": ("3.22.2", "2025-10-08T11:04:56Z", 1759921496),
    "3.10": ("3.10.9", "2021-04-14T19:20:05Z", 1618428005),
}


def config(series: str) -> dict[str, Any]:
    """What is known before the layers are made.

    Args:
        series: ``3.22`` or ``3.10``.
    """
    release, created, _ = _RELEASES[series]
    old = series == "3.10"
    add = f"ADD alpine-minirootfs-{release}-x86_64.tar.gz / # buildkit"
    history: list[dict[str, Any]] = [
        {"created": created, "created_by": add, "comment": "buildkit.dockerfile.v0"},
        {
            "created": created,
            "created_by": 'CMD ["/bin/sh"]',
            "comment": "buildkit.dockerfile.v0",
            "empty_layer": True,
        },
    ]
    if old:
        digest = "c5377eaa926bf412dd8d4a08b0a1f2399cfd708743533b0aa03b53d14cb4bb4e"
        history = [
            {"created": created, "created_by": f"/bin/sh -c #(nop) ADD file:{digest} in / "},
            {
                "created": created,
                "created_by": '/bin/sh -c #(nop)  CMD ["/bin/sh"]',
                "empty_layer": True,
            },
        ]
    settings: dict[str, Any] = {"Env": [PATH], "Cmd": ["/bin/sh"]}
    if not old:
        settings["WorkingDir"] = "/"
    return {
        "architecture": "amd64",
        "config": settings,
        "created": created,
        "history": history,
        "os": "linux",
    }


def passwd(*more: tuple[str, int, int, str, str]) -> tuple[str, str]:
    """``/etc/passwd`` and ``/etc/group`` with further users: name, numbers, home, shell."""
    users = "".join(f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}\n" for name, uid, gid, home, shell in more)
    return _USERS + users, _GROUPS + "".join(f"{name}:x:{gid}:\n" for name, _, gid, _, _ in more)


def layers(series: str) -> list[bytes]:
    """The tars of its layers.

    Args:
        series: ``3.22`` or ``3.10``.
    """
    release, _, mtime = _RELEASES[series]
    root = RootFS(mtime).folders("bin").program("bin/busybox", "busybox")
    root.symlinks("/bin/busybox", *(f"bin/{name}" for name in _BIN.split()))
    root.folders("dev", "etc")
    root.file("etc/alpine-release", f"{release}\n").folders("etc/apk")
    root.file("etc/apk/arch", "x86_64\n")
    root.file(
        "etc/apk/repositories",
        "".join(
            f"https://dl-cdn.alpinelinux.org/alpine/v{series}/{part}\n" for part in ("main", "community")
        ),
    )
    root.file("etc/apk/world", "alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n")
    root.folders("etc/crontabs").file("etc/fstab", "/dev/cdrom\t/media/cdrom\tiso9660\tnoauto,ro 0 0\n")
    root.file("etc/group", _GROUPS)
    root.file("etc/hostname", "localhost\n")
    root.file(
        "etc/hosts", "127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n"
    )
    root.folders("etc/init.d").file("etc/inittab", "# /etc/inittab\n")
    root.file("etc/issue", f"Welcome to Alpine Linux {series}\nKernel \\r on an \\m (\\l)\n\n")
    root.folders("etc/modprobe.d", "etc/modules-load.d").file("etc/modules", "af_packet\nipv6\n")
    root.file("etc/motd", "Welcome to Alpine!\n").symlinks("../proc/mounts", "etc/mtab")
    root.folders("etc/network", "etc/opt")
    root.file("etc/os-release", _os_release(series, release))
    root.file("etc/passwd", _OLD_USERS if series == "3.10" else _USERS)
    root.folders("etc/periodic", "etc/profile.d").file("etc/profile", _PROFILE)
    root.file("etc/protocols", "ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\n")
    root.file("etc/securetty", "console\ntty1\n")
    root.file("etc/services", "ssh\t22/tcp\nhttp\t80/tcp\nhttps\t443/tcp\n")
    root.file("etc/shadow", "root:*::0:::::\nbin:!::0:::::\nnobody:!::0:::::\n", 0o640, gid=42)
    root.file("etc/shells", "# valid login shells\n/bin/sh\n/bin/ash\n").folders("etc/ssl", "etc/sysctl.d")
    root.folders("home", "lib").file("lib/ld-musl-x86_64.so.1", b"\x7fELF", 0o755)
    root.symlinks("ld-musl-x86_64.so.1", "lib/libc.musl-x86_64.so.1").folders("lib/apk", "lib/apk/db")
    root.file("lib/apk/db/installed", "").folders("media", "media/cdrom", "media/floppy", "media/usb", "mnt")
    root.folders("opt").folders("proc", mode=0o555).folders("root", mode=0o700)
    root.folders("run", "run/lock", "sbin").file("sbin/apk", b"\x7fELFdockpy:apk\n", 0o755)
    root.symlinks("/bin/busybox", *(f"sbin/{name}" for name in _SBIN.split()))
    root.folders("srv").folders("sys", mode=0o555).folders("tmp", mode=0o1777)
    root.folders("usr", "usr/bin").symlinks("/bin/busybox", *(f"usr/bin/{name}" for name in _USR_BIN.split()))
    root.folders("usr/lib", "usr/local", "usr/local/bin", "usr/local/lib", "usr/local/share", "usr/sbin")
    root.symlinks("/bin/busybox", *(f"usr/sbin/{name}" for name in _USR_SBIN.split()))
    root.folders("usr/share", "usr/share/man", "usr/share/misc")
    root.folders("var", "var/cache", "var/cache/apk", "var/cache/misc").folders("var/empty", mode=0o555)
    root.folders(
        "var/lib", "var/lib/apk", "var/lib/misc", "var/lib/udhcpd", "var/local", "var/log", "var/mail"
    )
    root.folders("var/opt").symlinks("/run", "var/run").folders("var/spool", "var/spool/cron")
    root.symlinks("../../../etc/crontabs", "var/spool/cron/crontabs").folders("var/tmp", mode=0o1777)
    return [root.tar()]


def _os_release(series: str, release: str) -> str:
    bugs = "https://gitlab.alpinelinux.org/alpine/aports/-/issues"
    if series == "3.10":
        bugs = "https://bugs.alpinelinux.org/"
    return (
        f'NAME="Alpine Linux"\nID=alpine\nVERSION_ID={release}\nPRETTY_NAME="Alpine Linux v{series}"\n'
        f'HOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="{bugs}"\n'
    )
