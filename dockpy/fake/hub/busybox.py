"""busybox: one program under four hundred names."""

from __future__ import annotations

from typing import Any

from dockpy.fake.hub.rootfs import RootFS

__all__ = ["APPLETS", "CONFIG", "PATH", "layers"]

APPLETS = """
[ [[ acpid add-shell addgroup adduser adjtimex ar arch arp arping ascii ash awk base32 base64 basename bc
beep blkdiscard blkid blockdev bootchartd brctl bunzip2 busybox bzcat bzip2 cal cat chat chattr chgrp
chmod chown chpasswd chpst chroot chrt chvt cksum clear cmp comm conspy cp cpio crc32 crond crontab
cryptpw cttyhack cut date dc dd deallocvt delgroup deluser depmod devmem df dhcprelay diff dirname dmesg
dnsd dnsdomainname dos2unix dpkg dpkg-deb du dumpkmap dumpleases echo ed egrep eject env envdir envuidgid
ether-wake expand expr factor fakeidentd fallocate false fatattr fbset fbsplash fdflush fdformat fdisk
fgconsole fgrep find findfs flock fold free freeramdisk fsck fsck.minix fsfreeze fstrim fsync ftpd ftpget
ftpput fuser getfattr getopt getty grep groups gunzip gzip halt hd hdparm head hexdump hexedit hostid
hostname httpd hush hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer id ifconfig ifdown ifenslave
ifplugd ifup inetd init insmod install ionice iostat ip ipaddr ipcalc ipcrm ipcs iplink ipneigh iproute
iprule iptunnel kbd_mode kill killall killall5 klogd last less link linux32 linux64 linuxrc ln loadfont
loadkmap logger login logname logread losetup lpd lpq lpr ls lsattr lsmod lsof lspci lsscsi lsusb lzcat
lzma lzop makedevs makemime man md5sum mdev mesg microcom mim mkdir mkdosfs mke2fs mkfifo mkfs.ext2
mkfs.minix mkfs.vfat mknod mkpasswd mkswap mktemp modinfo modprobe more mount mountpoint mpstat mt mv
nameif nanddump nandwrite nbd-client nc netstat nice nl nmeter nohup nologin nproc nsenter nslookup ntpd
od openvt partprobe passwd paste patch pgrep pidof ping ping6 pipe_progress pivot_root pkill pmap
popmaildir poweroff powertop printenv printf ps pscan pstree pwd pwdx raidautorun rdate rdev readahead
readlink readprofile realpath reboot reformime remove-shell renice reset resize resume rev rm rmdir rmmod
route rpm rpm2cpio rtcwake run-init run-parts runlevel runsv runsvdir rx script scriptreplay sed seedrng
sendmail seq setarch setconsole setfattr setfont setkeycodes setlogcons setpriv setserial setsid
setuidgid sh sha1sum sha256sum sha3sum sha512sum showkey shred shuf slattach sleep smemcap softlimit sort
split ssl_client start-stop-daemon stat strings stty su sulogin sum sv svc svlogd svok swapoff swapon
switch_root sync sysctl syslogd tac tail tar taskset tc tcpsvd tee telnet telnetd test tftp tftpd time
timeout top touch tr traceroute traceroute6 tree true truncate ts tsort tty ttysize tunctl tune2fs
ubiattach ubidetach ubimkvol ubirename ubirmvol ubirsvol ubiupdatevol udhcpc udhcpc6 udhcpd udpsvd uevent
umount uname unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime users usleep uudecode
uuencode vconfig vi vlock volname w wall watch watchdog wc wget which who whoami whris xargs xxd xz xzcat
yes zcat zcip
"""
"""The names in ``/bin``, the first one the file's own, with blanks between them."""

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The variable as all images have it."""

USERS = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
sync:x:4:100:sync:/bin:/bin/sync
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
"""

GROUPS = """\
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
mail:x:8:
kmem:x:9:
wheel:x:10:root
cdrom:x:11:
dialout:x:18:
floppy:x:19:
video:x:28:
audio:x:29:
tape:x:32:
www-data:x:33:
operator:x:37:
utmp:x:43:
plugdev:x:46:
staff:x:50:
lock:x:54:
netdev:x:82:
users:x:100:
nogroup:x:65534:
"""

_SHADOW = "".join(f"{line.partition(':')[0]}:*:::::::\n" for line in USERS.splitlines())
_NSSWITCH = """\
passwd:         files
group:          files
shadow:         files
hosts:          files dns
"""
_SUPPORT = ("ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libnss_files.so.2", "libresolv.so.2")

CREATED = "2024-09-26T21:31:42Z"
_MTIME = 1727386302

CONFIG: dict[str, Any] = {
    "architecture": "amd64",
    "config": {"Env": [PATH], "Cmd": ["sh"]},
    "created": CREATED,
    "history": [{"created": CREATED, "created_by": "BusyBox 1.35.0 (glibc), Debian 12"}],
    "os": "linux",
}
"""What is known before the layers are made."""


def layers() -> list[bytes]:
    """The tars of its layers."""
    root = RootFS(_MTIME).folders("bin").program("bin/[", "busybox")
    root.links("bin/[", *(f"bin/{name}" for name in APPLETS.split()[1:]))
    root.folders("dev", "etc")
    root.file("etc/group", GROUPS)
    root.folders("etc/network", *(f"etc/network/if-{name}.d" for name in _MOMENTS))
    root.file("etc/nsswitch.conf", _NSSWITCH).file("etc/passwd", USERS).file("etc/shadow", _SHADOW, 0o640)
    root.folders("home", uid=65534, gid=65534)
    root.folders("lib")
    for name in _SUPPORT:
        root.file(f"lib/{name}", b"\x7fELF", 0o755)
    root.symlinks("lib", "lib64")
    root.folders("root", mode=0o700)
    root.folders("tmp", mode=0o1777)
    root.folders("usr", "usr/bin").symlinks("../../bin/env", "usr/bin/env")
    root.folders("usr/sbin", uid=1, gid=1)
    root.folders("var", "var/spool").folders("var/spool/mail", uid=8, gid=8)
    root.folders("var/www", uid=33, gid=33)
    return [root.tar()]


_MOMENTS = ("down", "post-down", "pre-up", "up")
