"""Times as applets show and read them. Where TZ names no time zone, it is UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Process

__all__ = ["local", "now", "parse_time", "strftime", "zone_of"]

SECOND = 1_000_000_000
_FIRST, _LAST = -62_135_510_400, 253_402_214_400
"""A day within the years 1 to 9999, in seconds since 1970."""


def now(p: Process) -> int:
    """The time, in nanoseconds since 1970."""
    return p.namespace.scheduler.now()


def zone_of(p: Process) -> tzinfo:
    """The process' time zone."""
    text = p.env.get("TZ", "")
    match = re.fullmatch(r"<?([A-Za-z]{3,}|[-+\w]+)>?([-+]?)(\d{1,2})(?::?(\d\d))?", text)
    if match is not None and int(match[3]) < 24 and int(match[4] or 0) < 60:
        offset = timedelta(hours=int(match[3]), minutes=int(match[4] or 0))
        return timezone(offset if match[2] == "-" else -offset, match[1])
    return UTC


def local(p: Process, seconds: int) -> datetime:
    """A time since 1970 in the process' time zone; before the year 1 or after 9999, the nearest within."""
    seconds = min(max(seconds, _FIRST), _LAST)
    return datetime(1970, 1, 1, tzinfo=UTC).astimezone(zone_of(p)) + timedelta(seconds=seconds)


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def strftime(form: str, when: datetime) -> str:
    """C's strftime in the C locale, whatever this machine's is."""

    def one(match: re.Match[str]) -> str:
        flag, letter = match[1], match[2]
        text = _field(letter, when)
        if text is None:
            return match[0]
        if flag == "-":
            return text.lstrip("0 ") or "0"
        if flag == "_" and text[:1] == "0":
            return re.sub(r"^0+(?=.)", lambda zeros: " " * len(zeros[0]), text)
        return text.upper() if flag == "^" else text

    return re.sub(r"%([-_^#]?)[EO]?(:z|.)", one, form, flags=re.DOTALL)


def _field(letter: str, when: datetime) -> str | None:
    day, month = _DAYS[when.weekday()], _MONTHS[when.month - 1]
    iso_year, iso_week, _ = when.isocalendar()
    year_day = when.timetuple().tm_yday
    offset = when.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    twelve = when.hour % 12 or 12
    sunday = (when.weekday() + 1) % 7
    fields = {
        "%": "%",
        "n": "\n",
        "t": "\t",
        "a": day[:3],
        "A": day,
        "b": month[:3],
        "h": month[:3],
        "B": month,
        "C": f"{when.year // 100:02d}",
        "d": f"{when.day:02d}",
        "e": f"{when.day:2d}",
        "g": f"{iso_year % 100:02d}",
        "G": str(iso_year),
        "H": f"{when.hour:02d}",
        "I": f"{twelve:02d}",
        "j": f"{year_day:03d}",
        "k": f"{when.hour:2d}",
        "l": f"{twelve:2d}",
        "m": f"{when.month:02d}",
        "M": f"{when.minute:02d}",
        "p": "AM" if when.hour < 12 else "PM",
        "P": "am" if when.hour < 12 else "pm",
        "s": str(int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())),
        "S": f"{when.second:02d}",
        "u": str(when.isoweekday()),
        "U": f"{(year_day + 6 - sunday) // 7:02d}",
        "V": f"{iso_week:02d}",
        "w": str(sunday),
        "W": f"{(year_day + 6 - when.weekday()) // 7:02d}",
        "y": f"{when.year % 100:02d}",
        "Y": str(when.year),
        "z": f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}",
        ":z": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
        "Z": when.tzname() or "UTC",
    }
    compound = {
        "c": "%a %b %e %H:%M:%S %Y",
        "D": "%m/%d/%y",
        "F": "%Y-%m-%d",
        "r": "%I:%M:%S %p",
        "R": "%H:%M",
        "T": "%H:%M:%S",
        "x": "%m/%d/%y",
        "X": "%H:%M:%S",
        "+": "%a %b %e %H:%M:%S %Z %Y",
    }
    if letter in compound:
        return strftime(compound[letter], when)
    return fields.get(letter)


def parse_time(p: Process, text: str, *, utc: bool = False) -> int | None:
    """A time as ``date -d`` and ``touch -d`` take it, in nanoseconds since 1970; None where it is none."""
    zone = UTC if utc else zone_of(p)
    base = local(p, now(p) // SECOND).astimezone(zone)
    if re.fullmatch(r"@-?\d+", text):
        return int(text[1:]) * SECOND if len(text) < 20 else None
    text = text.strip()
    if text.endswith(("Z", " UTC")):
        zone, text = UTC, text.removesuffix("Z").removesuffix(" UTC")
    elif (match := re.fullmatch(r"(.*\d) ?([+-])(\d\d):?(\d\d)", text)) and ":" in match[1]:
        if int(match[3]) > 23 or int(match[4]) > 59:
            return None
        offset = timedelta(hours=int(match[3]), minutes=int(match[4]))
        zone, text = timezone(offset if match[2] == "+" else -offset), match[1]
    found = _fields_of(text, base)
    if found is None:
        return None
    year, month, day, hour, minute, second = found
    if not 1 <= day <= 31 or hour > 24 or minute > 59 or second > 60:
        return None
    try:
        when = datetime(year, month, 1, tzinfo=zone) + timedelta(
            days=day - 1, hours=hour, minutes=minute, seconds=second
        )
    except (ValueError, OverflowError):
        return None
    return int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND


def _fields_of(text: str, base: datetime) -> tuple[int, int, int, int, int, int] | None:
    today = (base.year, base.month, base.day)
    if match := re.fullmatch(r"(\d+)-(\d+)-(\d+)(?:[ T](\d+)(?::(\d+)(?::(\d+))?)?)?(?:\.\d+)?", text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        return year, month, day, int(match[4] or 0), int(match[5] or 0), int(match[6] or 0)
    if match := re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d))?", text):
        return (*today, int(match[1]), int(match[2]), int(match[3] or 0))
    if match := re.fullmatch(r"(?:(\d\d\d\d)\.)?(\d\d?)\.(\d\d?)-(\d\d?):(\d\d)(?::(\d\d))?", text):
        year = int(match[1] or base.year)
        return year, int(match[2]), int(match[3]), int(match[4]), int(match[5]), int(match[6] or 0)
    if match := re.fullmatch(r"(\d\d|\d{4})?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?", text):
        given = match[1]
        year = (
            base.year
            if given is None
            else int(given) + (0 if len(given) == 4 else 1900 if int(given) > 68 else 2000)
        )
        return year, int(match[2]), int(match[3]), int(match[4]), int(match[5]), int(match[6] or 0)
    if match := re.fullmatch(r"(?:\w{3} )?(\w{3}) +(\d+) (\d+):(\d+):(\d+)(?: \w+)?(?: (\d{4}))?", text):
        months = [month[:3] for month in _MONTHS]
        if match[1] not in months:
            return None
        year = int(match[6] or base.year)
        return year, months.index(match[1]) + 1, int(match[2]), int(match[3]), int(match[4]), int(match[5])
    return None
