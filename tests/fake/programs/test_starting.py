"""How processes start and why they do not; the texts and codes are those of Docker 20.10 and 28.5."""

from __future__ import annotations

import pytest

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT
from dockpy.fake.kernel.tty import Terminal
from dockpy.fake.programs import LaunchFailed

NO_DIRECTORY = (
    ": Are you trying to mount a directory onto a file (or vice-versa)? "
    "Check if the specified host path exists and is the expected type"
)
REFUSED = [
    (["nope"], {}, 'exec: "nope": executable file not found in $PATH', 127),
    (["/nope"], {}, 'exec: "/nope": stat /nope: no such file or directory', 127),
    (["./nope"], {}, 'exec: "./nope": stat ./nope: no such file or directory', 127),
    ([""], {}, 'exec: "": executable file not found in $PATH', 127),
    (["/etc"], {}, 'exec: "/etc": permission denied', 126),
    (["/etc/passwd"], {}, 'exec: "/etc/passwd": permission denied', 126),
    (["/etc/passwd/x"], {}, 'exec: "/etc/passwd/x": stat /etc/passwd/x: not a directory', 127),
    (["/t/loop"], {}, 'exec: "/t/loop": stat /t/loop: too many levels of symbolic links', 128),
    (["plain"], {"env": {"PATH": "/t"}}, 'exec: "plain": executable file not found in $PATH', 127),
    (["sh"], {"env": {"PATH": ""}}, 'exec: "sh": executable file not found in $PATH', 127),
]
COMPLAINING = {
    "text": b"exec format error",
    "elf": b"exec format error",
    "empty": b"exec format error",
    "bad": b"no such file or directory",
    "shdir": b"permission denied",
    "nx": b"permission denied",
}


@pytest.fixture
def filled(boxes):
    def fill(**more):
        box = boxes(**more)
        box.file("/t/text", "echo hi\n")
        box.file("/t/elf", b"\x7fELFxx")
        box.file("/t/empty", "")
        box.file("/t/bad", "#!/nope\n")
        box.file("/t/shdir", "#!/etc\n")
        box.file("/t/nx", "#!/etc/passwd\n")
        box.file("/t/plain", "#!/bin/sh\necho hi\n", 0o644)
        box.fs.symlink(ROOT, "loop", "/t/loop")
        return box

    return fill


@pytest.mark.parametrize(("argv", "more", "reason", "code"), REFUSED)
def test_what_cannot_be_started_is_refused_as_each_engine_does(filled, argv, more, reason, code):
    shim = "failed to create shim task: OCI runtime create failed: runc create failed: "
    beside = "OCI runtime exec failed: exec failed: "
    tail = NO_DIRECTORY if reason.endswith("not a directory") else ""
    for api, kind, text, exit_code in [
        ("1.51", "create", f"failed to create task for container: {shim}", code),
        ("1.41", "create", shim, code),
        ("1.51", "exec", beside, code),
        ("1.41", "exec", beside, 126),
    ]:
        box = filled(api=api)
        with pytest.raises(LaunchFailed) as failure:
            box.start(*argv, kind=kind, **more)
        suffix = ": unknown" if api == "1.41" else ""
        assert failure.value.message == f"{text}unable to start container process: {reason}{suffix}{tail}"
        assert failure.value.status == (500 if code == 128 else 400)
        assert failure.value.exit_code == exit_code


@pytest.mark.parametrize("name", COMPLAINING)
def test_what_turns_out_to_be_no_program_has_started_and_says_so(filled, name):
    box = filled()
    assert box.run(f"/t/{name}") == (1, b"exec /t/%s: %s\n" % (name.encode(), COMPLAINING[name]))


def test_files_are_closed_where_it_does_not_start(box):
    from dockpy.fake.kernel.file import pipe

    reader, writer = pipe()
    with pytest.raises(LaunchFailed):
        box.programs.start(box.namespace, ["nope"], env={}, cwd="", user="", fds={1: writer})
    assert reader.read_now(1) == b""


def test_a_working_directory_is_made_for_pid_1_only(box):
    process, *_ = box.start("true", cwd="/a/b/../c")
    assert process.cwd == "/a/c"
    with pytest.raises(LaunchFailed) as failure:
        box.start("true", cwd="/none", kind="exec")
    assert failure.value.message == (
        "OCI runtime exec failed: exec failed: unable to start container process: "
        'chdir to cwd ("/none") set in config.json failed: no such file or directory'
    )
    assert failure.value.exit_code == 127
    with pytest.raises(LaunchFailed) as failure:
        box.start("true", cwd="a", kind="exec")
    text = "OCI runtime exec failed: exec failed: Cwd must be an absolute path"
    assert (failure.value.message, failure.value.exit_code) == (text, 128)


@pytest.mark.parametrize(
    ("user", "groups", "ids"),
    [
        ("", (), (0, 0, (0,), "/root")),
        ("1000", (), (1000, 0, (0,), "/")),
        ("1000:1000", ("5", "7"), (1000, 1000, (5, 7, 1000), "/")),
        ("mail", (), (8, 12, (12, 29), "/var/mail")),
        ("8", (), (8, 12, (12, 29), "/var/mail")),
        ("mail:staff", (), (8, 50, (50,), "/var/mail")),
        (":50", ("audio",), (0, 50, (29, 50), "/root")),
        ("1:", (), (1, 0, (0,), "/")),
    ],
)
def test_who_it_runs_as(box, user, groups, ids):
    process, *_ = box.start("true", user=user, groups=groups)
    assert (process.uid, process.gid, process.groups, process.env["HOME"]) == ids


@pytest.mark.parametrize(
    ("user", "groups", "text"),
    [
        ("foo", (), "unable to find user foo: no matching entries in passwd file"),
        ("root:foo", (), "unable to find group foo: no matching entries in group file"),
        ("-1", (), "uids and gids must be in range 0-2147483647"),
        ("2147483648", (), "uids and gids must be in range 0-2147483647"),
        ("0:-1", (), "uids and gids must be in range 0-2147483647"),
        ("1:2:3", (), "unable to find group 2:3: no matching entries in group file"),
        ("", ("foo",), "unable to find group foo: no matching entries in group file"),
    ],
)
def test_users_that_there_are_not(box, user, groups, text):
    with pytest.raises(LaunchFailed) as failure:
        box.start("true", user=user, groups=groups)
    assert (failure.value.status, failure.value.message, failure.value.exit_code) == (500, text, 128)
    if not groups:
        with pytest.raises(Failure) as refused:
            box.programs.check_user(box.fs, user)
        assert (refused.value.status, refused.value.message) == (400, text)


def test_the_older_engine_reads_users_its_own_way(boxes):
    box = boxes(api="1.41")
    assert box.start("true", user="1:2:3")[0].gid == 2
    with pytest.raises(LaunchFailed, match="Unable to find group foo"):
        box.start("true", groups=["foo"])


def test_home_is_set_unless_there_is_one(box):
    assert box.start("true", env={"PATH": "/bin", "HOME": "/x"})[0].env["HOME"] == "/x"
    assert box.start("true", env={"PATH": "/bin", "HOME": ""})[0].env["HOME"] == "/root"


def test_scripts_are_given_to_their_interpreter(box):
    box.file("/t/script", "#!/bin/echo  one two \n")
    box.file("/t/nested", "#!/t/script x\n")
    assert box.run("/t/script", "a", "b") == (0, b"one two /t/script a b\n")
    process, *_ = box.start("/t/nested", "a", kind="exec")
    assert process.argv == ["/bin/echo", "one two", "/t/script", "x", "/t/nested", "a"]


def test_a_script_that_is_its_own_interpreter_ends(box):
    box.file("/t/self", "#!/t/self\n")
    assert box.run("/t/self") == (1, b"exec /t/self: exec format error\n")


def test_a_file_of_a_real_image_is_what_its_name_says(box):
    box.file("/t/echo", b"\x7fELF\2\1\1" + bytes(500))
    assert box.run("/t/echo", "hi") == (0, b"hi\n")


def test_busybox_is_what_it_is_called_as(box):
    assert box.run("cat", stdin=b"through") == (0, b"through")
    box.file("/bin/frobnicate", b"\x7fELFdockpy:busybox\n")
    assert box.run("frobnicate", kind="exec") == (127, b"frobnicate: applet not found\n")


def test_with_a_terminal_it_leads_a_session_on_it(box):
    terminal = Terminal(box.namespace)
    with box.engine.lock:
        process = box.programs.start(
            box.namespace, ["cat"], env={"PATH": "/bin"}, cwd="", user="", fds={}, tty=terminal
        )
        terminal.type(b"line\n\x04")
        box.engine.wait(lambda: process.exit_code is not None)
    assert terminal.read_now(100) == b"line\r\nline\r\n"
    assert terminal.read_now(100) == b""
