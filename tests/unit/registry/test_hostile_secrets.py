"""Secrets that an error could show, or that could outlive whom they belong to."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from registry_servers import Asked, Reply, Server, everything

from dockpy import ApiError, DockpyError, InvalidArgument, TimedOut
from dockpy.config.credentials import Credentials
from dockpy.config.save import save_credentials
from dockpy.registry.challenge import Challenge, parse_challenges
from dockpy.registry.scope import pulling
from dockpy.registry.session import RegistrySession
from dockpy.registry.tokens import Keys, TokenRequest

if TYPE_CHECKING:
    from pathlib import Path

ABOUT: Any = {"scope": pulling("app"), "subject": "image app"}


def challenged(asked: Asked) -> Reply:
    """By a registry with a token server, which gives anybody a token."""
    if asked.path.startswith("/token"):
        return Reply(200, b'{"token": "t0ken/s3cret"}')
    return Reply(401, headers={"WWW-Authenticate": f'Bearer realm="http://{asked.headers["host"]}/token"'})


@pytest.mark.parametrize(
    ("credentials", "named"),
    [
        (Credentials(registry_token="s3cret\nX: y"), "registry token"),
        (Credentials(registry_token="s3cret\u20ac"), "registry token"),
        (Credentials("me", "s3cret\udcff"), "password"),
        (Credentials("s3cret\udcff", "x"), "user's name"),
        (Credentials("me", identity_token="s3cret\udcff"), "identity token"),
    ],
    ids=["lines", "no latin", "password", "user", "identity"],
)
@pytest.mark.parametrize("basic", [False, True])
def test_what_cannot_be_sent_is_told_without_showing_it(
    credentials: Credentials, named: str, basic: bool
) -> None:
    wanted = Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    with Server(lambda asked: wanted if basic else challenged(asked)) as server:
        with RegistrySession(server.host, credentials=lambda: credentials) as session:
            with pytest.raises(InvalidArgument, match=named) as caught:
                session.call("GET", "/v2/", **ABOUT)
        assert [asked.authorization for asked in server.asked] == [None]
    assert "s3cret" not in everything(caught.value)


def test_nor_is_it_shown_by_who_saves_it(tmp_path: Path) -> None:
    known = Credentials("me", "s3cret\udcff", server_address="registry.example")
    with pytest.raises(InvalidArgument, match="cannot be written") as caught:
        save_credentials(known, {"DOCKER_CONFIG": str(tmp_path)})
    assert "s3cret" not in everything(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "credentials",
    [None, Credentials("me", "s3cret"), Credentials("me", identity_token="s3cret+/=")],
    ids=["nobody", "password", "identity"],
)
def test_who_repeats_what_was_sent(credentials: Credentials | None) -> None:
    seen: set[str] = set()

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/token") and not asked.body:
            return challenged(asked)
        if asked.path.startswith("/token"):
            said = asked.body.decode()
            seen.add("s3cret")
            return Reply(400, json.dumps({"error_description": said}).encode(), {"X-Said": said})
        said = str(asked.authorization)
        seen.add(said.partition(" ")[2])
        body = json.dumps({"errors": [{"message": f"not with {said}"}]}).encode()
        return Reply(401, body, {"X-Said": said, **challenged(asked).headers})

    with Server(answer) as server, RegistrySession(server.host, credentials=lambda: credentials) as session:
        with pytest.raises(ApiError) as caught:
            session.call("GET", "/v2/", **ABOUT)
    response = caught.value.response
    shown = f"{everything(caught.value)} {response.headers} {response.content!r}"
    assert [secret for secret in seen if secret and secret in shown] == []
    assert "***" in shown


def test_tokens_of_somebody_end_with_the_login() -> None:
    """A token that was on its way when somebody logged out is for that one alone."""
    who: list[Credentials | None] = [Credentials("me", "s3cret")]
    asking, go_on = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Reply:
        if not asked.path.startswith("/token"):
            return Reply() if asked.authorization else challenged(asked)
        if asked.authorization is None and not asked.body:
            return Reply(200, b'{"token": "nobody"}')
        asking.set()
        go_on.wait(10)
        return Reply(200, b'{"token": "mine", "refresh_token": "my-identity"}')

    with Server(answer) as server, RegistrySession(server.host, credentials=lambda: who[0]) as session:
        first = threading.Thread(target=session.call, args=("GET", "/v2/"), kwargs=ABOUT)
        first.start()
        assert asking.wait(10)
        who[0] = None
        other: Any = {"scope": pulling("other"), "subject": "image other"}
        session.call("GET", "/v2/other/tags/list", **other)
        go_on.set()
        first.join(10)
        for about in (ABOUT, other):
            session.call("GET", "/v2/later", **about)
        late = [asked for asked in server.asked if asked.path == "/v2/later"]
        assert [asked.authorization for asked in late] == ["Bearer nobody", "Bearer nobody"]
        assert not any(b"my-identity" in asked.body for asked in server.asked)


def test_a_token_server_that_hangs_is_not_waited_for_by_one_after_the_other() -> None:
    looked, waiting = threading.Semaphore(0), threading.Event()
    others = threading.Barrier(7)
    failed: list[DockpyError] = []

    def clock() -> float:
        looked.release()  # for a token that is there already
        return 0.0

    def fetch(request: TokenRequest) -> bytes:
        if not waiting.is_set():
            waiting.set()
            assert all(looked.acquire(timeout=20) for _ in range(10))
        else:
            others.wait(20)
        raise TimedOut("it hangs")

    keys = Keys(lambda: None, check=str, fetch=fetch, clock=clock)
    realm = {"realm": "https://registry.example/token"}
    keys.refused([Challenge("bearer", realm)], pulling("app"), None, again=False)

    def ask() -> None:
        with pytest.raises(TimedOut) as caught:
            keys.header(pulling("app"))
        failed.append(caught.value)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(failed) == 8
    assert not others.broken


def test_no_more_challenges_are_read_than_can_be_meant() -> None:
    assert len(parse_challenges("a," * 3_000_000)) < 50_000
    assert parse_challenges("Basic," + "a," * 3_000_000)[0].scheme == "basic"
