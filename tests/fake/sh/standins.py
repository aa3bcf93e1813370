"""Programs that scripts call and that are no applets yet; only as much of them as the scripts need."""

from __future__ import annotations

import re


def _program(work):
    def program(p):
        data = b""
        try:
            out = work(p, p.argv[1:])
            if not isinstance(out, (bytes, int)):
                out = yield from out
        except OSError as error:
            data, out = f"{p.argv[0]}: {error.strerror}\n".encode(), 1
        if data:
            yield from p.write(2, data)
        if isinstance(out, int):
            return out
        yield from p.write(1, out)
        return 0

    return program


def _input(p):
    data = b""
    while piece := (yield from p.read(0)):
        data += piece
    return data


def _sleep(p, args):
    yield from p.sleep(float(args[0]))
    return 0


def _env(p, args):
    return "".join(f"{name}={value}\n" for name, value in p.env.items()).encode()


def _each(name, *rest):
    def work(p, args):
        for arg in args:
            if not arg.startswith("-"):
                getattr(p.namespace.fs, name)(p, arg, *rest)
        return 0

    return work


def _touch(p, args):
    for arg in args:
        p.namespace.fs.write_bytes(p, arg, b"", 0o666)
    return 0


def _chmod(p, args):
    p.namespace.fs.chmod(p, args[1], 0o755)
    return 0


def _ls(p, args):
    names = [arg for arg in args if not arg.startswith("-")]
    if "-l" in args or "-la" in args:
        mode = p.namespace.fs.stat(p, names[0]).mode
        bits = "".join(c if mode >> (8 - n) & 1 else "-" for n, c in enumerate("rwxrwxrwx"))
        return f"-{bits} {names[0]}\n".encode()
    for name in names:
        p.namespace.fs.stat(p, name)
    return "".join(f"{name}\n" for name in names or sorted(p.namespace.fs.listdir(p, "."))).encode()


def _grep(p, args):
    data = yield from _input(p)
    expression = re.compile(args[-1].encode())
    lines = [line for line in data.splitlines() if expression.search(line)]
    if "-c" in args:
        yield from p.write(1, f"{len(lines)}\n".encode())
    elif "-q" not in args:
        yield from p.write(1, b"".join(line + b"\n" for line in lines))
    return 0 if lines else 1


def _tr(p, args):
    data = yield from _input(p)
    return data.upper()


def _cut(p, args):
    data = yield from _input(p)
    return b"".join(line[:10] + b"\n" for line in data.splitlines())


STANDINS = {
    "sleep": _program(_sleep),
    "env": _program(_env),
    "mkdir": _program(_each("makedirs")),
    "rm": _program(_each("unlink")),
    "touch": _program(_touch),
    "chmod": _program(_chmod),
    "ls": _program(_ls),
    "grep": _program(_grep),
    "tr": _program(_tr),
    "cut": _program(_cut),
}
