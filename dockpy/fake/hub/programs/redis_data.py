"""What a Redis holds, and the commands on it: strings, lists, hashes and sets, with times to live."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any

from dockpy.fake.kernel.clock import SECOND

__all__ = ["Data", "Refusal", "Simple"]

_MS = SECOND // 1000


class Refusal(Exception):
    """An error that the client gets."""


class Simple(str):
    """A status: ``OK``."""

    __slots__ = ()


_OK = Simple("OK")
_WRONG = Refusal("WRONGTYPE Operation against a key holding the wrong kind of value")
Command = Callable[..., Any]


class Data:
    """Keys and values of one server, in one database.

    Args:
        now: the time in nanoseconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._values: dict[bytes, Any] = {}
        self._ends: dict[bytes, int] = {}

    def call(self, words: list[bytes]) -> Any:
        """Carry a command out: None, an int, bytes, a status or a list.

        Raises:
            Refusal: it cannot be.
        """
        name = words[0].decode("latin-1").lower()
        command: Command | None = getattr(self, f"_do_{name}", None)
        if command is None:
            shown = " ".join(f"'{word.decode('latin-1')}'" for word in words[1:])
            raise Refusal(
                f"ERR unknown command '{words[0].decode('latin-1')}', with args beginning with: {shown}"
            )
        for key in [key for key, end in self._ends.items() if end <= self._now()]:
            self._forget(key)
        try:
            return command(*words[1:])
        except TypeError:
            raise Refusal(f"ERR wrong number of arguments for '{name}' command") from None

    def _forget(self, key: bytes) -> bool:
        self._ends.pop(key, None)
        return self._values.pop(key, None) is not None

    def _get(self, key: bytes, kind: type, default: Any = None) -> Any:
        value = self._values.get(key)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise _WRONG
        return value

    def _made(self, key: bytes, kind: Callable[[], Any]) -> Any:
        value = self._values.setdefault(key, kind())
        if not isinstance(value, type(kind())):
            raise _WRONG
        return value

    def _tidy(self, key: bytes) -> None:
        if not self._values.get(key, True):
            self._forget(key)

    # Strings

    def _do_get(self, key: bytes) -> Any:
        return self._get(key, bytes)

    def _do_set(self, key: bytes, value: bytes, *options: bytes) -> Any:
        words = [option.upper() for option in options]
        old, end, keep = self._values.get(key), None, False
        while words:
            word = words.pop(0)
            if word in (b"EX", b"PX", b"EXAT", b"PXAT") and words:
                number = _number(words.pop(0))
                if number <= 0:
                    raise Refusal("ERR invalid expire time in 'set' command")
                unit = SECOND if word.startswith(b"E") else _MS
                end = number * unit + (0 if word.endswith(b"AT") else self._now())
            elif (word == b"NX" and old is not None) or (word == b"XX" and old is None):
                return None
            elif word == b"KEEPTTL":
                keep = True
            elif word not in (b"NX", b"XX", b"GET"):
                raise Refusal("ERR syntax error")
        if not keep:
            self._ends.pop(key, None)
        self._values[key] = value
        if end is not None:
            self._ends[key] = end
        return old if b"GET" in [option.upper() for option in options] else _OK

    def _do_setnx(self, key: bytes, value: bytes) -> int:
        return int(self._do_set(key, value, b"NX") is not None)

    def _do_setex(self, key: bytes, seconds: bytes, value: bytes) -> Any:
        return self._do_set(key, value, b"EX", seconds)

    def _do_getset(self, key: bytes, value: bytes) -> Any:
        old = self._do_get(key)
        self._do_set(key, value)
        return old

    def _do_getdel(self, key: bytes) -> Any:
        old = self._do_get(key)
        self._forget(key)
        return old

    def _do_mget(self, key: bytes, *keys: bytes) -> list[Any]:
        values = (self._values.get(one) for one in (key, *keys))
        return [value if isinstance(value, bytes) else None for value in values]

    def _do_mset(self, *pairs: bytes) -> Any:
        if not pairs or len(pairs) % 2:
            raise TypeError
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._do_set(key, value)
        return _OK

    def _do_append(self, key: bytes, value: bytes) -> int:
        self._values[key] = self._get(key, bytes, b"") + value
        return len(self._values[key])

    def _do_strlen(self, key: bytes) -> int:
        return len(self._get(key, bytes, b""))

    def _do_incr(self, key: bytes) -> int:
        return self._do_incrby(key, b"1")

    def _do_decr(self, key: bytes) -> int:
        return self._do_incrby(key, b"-1")

    def _do_decrby(self, key: bytes, by: bytes) -> int:
        return self._do_incrby(key, b"%d" % -_number(by))

    def _do_incrby(self, key: bytes, by: bytes) -> int:
        value = _number(self._get(key, bytes, b"0")) + _number(by)
        self._values[key] = b"%d" % value
        return value

    # Keys

    def _do_del(self, key: bytes, *keys: bytes) -> int:
        return sum(self._forget(one) for one in (key, *keys))

    _do_unlink = _do_del

    def _do_exists(self, key: bytes, *keys: bytes) -> int:
        return sum(one in self._values for one in (key, *keys))

    def _do_keys(self, pattern: bytes) -> list[bytes]:
        return [key for key in self._values if fnmatch.fnmatchcase(key, pattern)]

    def _do_type(self, key: bytes) -> Simple:
        kinds = {bytes: "string", list: "list", dict: "hash", set: "set", type(None): "none"}
        return Simple(kinds[type(self._values.get(key))])

    def _do_rename(self, key: bytes, new: bytes) -> Any:
        if key not in self._values:
            raise Refusal("ERR no such key")
        self._values[new] = self._values.pop(key)
        self._ends.pop(new, None)
        if (end := self._ends.pop(key, None)) is not None:
            self._ends[new] = end
        return _OK

    def _do_expire(self, key: bytes, seconds: bytes) -> int:
        return self._expire(key, _number(seconds) * SECOND)

    def _do_pexpire(self, key: bytes, milliseconds: bytes) -> int:
        return self._expire(key, _number(milliseconds) * _MS)

    def _expire(self, key: bytes, after: int) -> int:
        if key not in self._values:
            return 0
        self._ends[key] = self._now() + after
        return 1

    def _do_persist(self, key: bytes) -> int:
        return int(self._ends.pop(key, None) is not None)

    def _do_ttl(self, key: bytes) -> int:
        left = self._do_pttl(key)
        return left if left < 0 else (left + 500) // 1000

    def _do_pttl(self, key: bytes) -> int:
        if key not in self._values:
            return -2
        return (self._ends[key] - self._now()) // _MS if key in self._ends else -1

    def _do_dbsize(self) -> int:
        return len(self._values)

    def _do_flushall(self, *options: bytes) -> Any:
        self._values.clear()
        self._ends.clear()
        return _OK

    _do_flushdb = _do_flushall

    # Lists

    def _do_rpush(self, key: bytes, value: bytes, *values: bytes) -> int:
        found: list[bytes] = self._made(key, list)
        found += [value, *values]
        return len(found)

    def _do_lpush(self, key: bytes, value: bytes, *values: bytes) -> int:
        found: list[bytes] = self._made(key, list)
        found[:0] = reversed([value, *values])
        return len(found)

    def _do_lpop(self, key: bytes) -> Any:
        return self._pop(key, 0)

    def _do_rpop(self, key: bytes) -> Any:
        return self._pop(key, -1)

    def _pop(self, key: bytes, place: int) -> Any:
        found = self._get(key, list)
        value = found.pop(place) if found else None
        self._tidy(key)
        return value

    def _do_llen(self, key: bytes) -> int:
        return len(self._get(key, list, []))

    def _do_lrange(self, key: bytes, first: bytes, last: bytes) -> list[bytes]:
        found: list[bytes] = self._get(key, list, [])
        begin, end = _number(first), _number(last)
        begin = max(0, begin + len(found)) if begin < 0 else begin
        return found[begin : end + len(found) + 1 if end < 0 else end + 1]

    # Hashes

    def _do_hset(self, key: bytes, *pairs: bytes) -> int:
        if not pairs or len(pairs) % 2:
            raise TypeError
        found: dict[bytes, bytes] = self._made(key, dict)
        before = len(found)
        found.update(zip(pairs[::2], pairs[1::2], strict=True))
        return len(found) - before

    def _do_hmset(self, key: bytes, *pairs: bytes) -> Any:
        self._do_hset(key, *pairs)
        return _OK

    def _do_hget(self, key: bytes, name: bytes) -> Any:
        return self._get(key, dict, {}).get(name)

    def _do_hmget(self, key: bytes, *names: bytes) -> list[Any]:
        return [self._do_hget(key, name) for name in names]

    def _do_hgetall(self, key: bytes) -> list[bytes]:
        return [part for pair in self._get(key, dict, {}).items() for part in pair]

    def _do_hkeys(self, key: bytes) -> list[bytes]:
        return list(self._get(key, dict, {}))

    def _do_hvals(self, key: bytes) -> list[bytes]:
        return list(self._get(key, dict, {}).values())

    def _do_hlen(self, key: bytes) -> int:
        return len(self._get(key, dict, {}))

    def _do_hexists(self, key: bytes, name: bytes) -> int:
        return int(name in self._get(key, dict, {}))

    def _do_hdel(self, key: bytes, name: bytes, *names: bytes) -> int:
        found = self._get(key, dict, {})
        gone = sum(found.pop(one, None) is not None for one in (name, *names))
        self._tidy(key)
        return gone

    def _do_hincrby(self, key: bytes, name: bytes, by: bytes) -> int:
        found: dict[bytes, bytes] = self._made(key, dict)
        value = _number(found.get(name, b"0")) + _number(by)
        found[name] = b"%d" % value
        return value

    # Sets

    def _do_sadd(self, key: bytes, value: bytes, *values: bytes) -> int:
        found: set[bytes] = self._made(key, set)
        before = len(found)
        found.update((value, *values))
        return len(found) - before

    def _do_srem(self, key: bytes, value: bytes, *values: bytes) -> int:
        found = self._get(key, set, set())
        before = len(found)
        found.difference_update((value, *values))
        after = len(found)
        self._tidy(key)
        return before - after

    def _do_smembers(self, key: bytes) -> list[bytes]:
        return sorted(self._get(key, set, set()))

    def _do_sismember(self, key: bytes, value: bytes) -> int:
        return int(value in self._get(key, set, set()))

    def _do_scard(self, key: bytes) -> int:
        return len(self._get(key, set, set()))

    # The server

    def _do_ping(self, text: bytes | None = None) -> Any:
        return Simple("PONG") if text is None else text

    def _do_echo(self, text: bytes) -> bytes:
        return text

    def _do_select(self, number: bytes) -> Any:
        if _number(number) != 0:
            raise Refusal("ERR the fake daemon's Redis has one database")
        return _OK

    def _do_client(self, *words: bytes) -> Any:
        return _OK

    def _do_config(self, action: bytes, *words: bytes) -> Any:
        return [] if action.upper() == b"GET" else _OK

    def _do_command(self, *words: bytes) -> list[Any]:
        return []

    def _do_time(self) -> list[bytes]:
        now = self._now()
        return [b"%d" % (now // SECOND), b"%d" % (now % SECOND // 1000)]

    def _do_info(self, *sections: bytes) -> bytes:
        return b"# Server\r\nredis_mode:standalone\r\nrole:master\r\n# Keyspace\r\ndb0:keys=%d\r\n" % len(
            self._values
        )

    def _do_save(self) -> Any:
        return _OK


def _number(text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refusal("ERR value is not an integer or out of range") from None
