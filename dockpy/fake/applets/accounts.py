"""Names of users and groups, by what /etc/passwd and /etc/group of the container say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Process

__all__ = ["Account", "Accounts", "Group"]


class Account(NamedTuple):
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


class Group(NamedTuple):
    """A line of /etc/group."""

    name: str
    gid: int
    members: tuple[str, ...]


class Accounts:
    """The users and groups that a process sees.

    Attributes:
        users: in the file's order.
        groups: likewise.
    """

    def __init__(self, p: Process) -> None:
        self.users: list[Account] = []
        self.groups: list[Group] = []
        for fields in _records(p, "/etc/passwd", 7):
            if fields[2].isdecimal() and fields[3].isdecimal():
                self.users.append(Account(fields[0], int(fields[2]), int(fields[3]), fields[5], fields[6]))
        for fields in _records(p, "/etc/group", 4):
            if fields[2].isdecimal():
                members = tuple(name for name in fields[3].split(",") if name)
                self.groups.append(Group(fields[0], int(fields[2]), members))

    def user(self, uid: int) -> str | None:
        """The name of a user."""
        return next((user.name for user in self.users if user.uid == uid), None)

    def group(self, gid: int) -> str | None:
        """The name of a group."""
        return next((group.name for group in self.groups if group.gid == gid), None)

    def account(self, name: str) -> Account | None:
        """The user of this name."""
        return next((user for user in self.users if user.name == name), None)

    def gid_of(self, name: str) -> int | None:
        """The number of a group by its name, or of a number."""
        found = next((group.gid for group in self.groups if group.name == name), None)
        return int(name) if found is None and name.isdecimal() else found

    def uid_of(self, name: str) -> int | None:
        """The number of a user by the name, or of a number."""
        account = self.account(name)
        return account.uid if account is not None else int(name) if name.isdecimal() else None

    def member_of(self, name: str, gid: int) -> list[int]:
        """A user's groups, the main one first."""
        return [gid, *(group.gid for group in self.groups if name in group.members and group.gid != gid)]


def _records(p: Process, path: str, width: int) -> list[list[str]]:
    try:
        data = p.namespace.fs.read_bytes(p, path)
    except OSError:
        return []
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    return [fields for line in lines if len(fields := line.split(":")) >= width]
