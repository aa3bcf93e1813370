"""Basic authentication and tokens: what is asked for, when, and by whom."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy import InvalidResponse, UntrustedLocation
from dockpy.config.credentials import Credentials
from dockpy.registry.challenge import Challenge, parse_challenges
from dockpy.registry.scope import CATALOG, NOTHING, Access, deleting, pulling, pushing
from dockpy.registry.tokens import Keys, TokenRequest

REALM = "https://auth.example/token"
BEARER = parse_challenges(f'Bearer realm="{REALM}",service="example"')
BASIC = parse_challenges('Basic realm="x"')


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Tokens:
    """A token server: gives t1, t2, …, and what `answer` says beside."""

    def __init__(self, **answer: Any) -> None:
        self.asked: list[TokenRequest] = []
        self.answer = answer
        self.post = True

    def __call__(self, request: TokenRequest) -> bytes | None:
        self.asked.append(request)
        if request.method == "POST" and not self.post:
            assert request.or_status == (404, 405)
            return None
        return json.dumps({"token": f"t{len(self.asked)}", **self.answer}).encode()

    @property
    def scopes(self) -> list[list[str]]:
        return [parse_qs(urlsplit(one.url).query).get("scope", []) for one in self.asked]


def keys_of(
    server: Tokens, credentials: Credentials | None = None, clock: Clock | None = None, **options: Any
) -> Keys:
    return Keys(
        lambda: credentials, check=lambda realm: realm, fetch=server, clock=clock or Clock(), **options
    )


@pytest.fixture
def server() -> Tokens:
    return Tokens()


class TestBasic:
    def test_it_is_sent_once_it_was_asked_for(self, server: Tokens) -> None:
        keys = keys_of(server, Credentials("me", "p\u00e4ss"))
        assert keys.header(pulling("app")) is None
        assert keys.refused(BASIC, pulling("app"), None, again=False)
        assert keys.header(pulling("app")) == "Basic bWU6cMOkc3M="
        assert not keys.refused(BASIC, pulling("app"), "Basic bWU6cMOkc3M=", again=True)
        assert server.asked == []

    def test_nobody_has_nothing_to_send(self, server: Tokens) -> None:
        assert not keys_of(server).refused(BASIC, NOTHING, None, again=False)
        token = Credentials(identity_token="x")
        assert not keys_of(server, token).refused(BASIC, NOTHING, None, again=False)

    def test_credentials_are_not_asked_for_before_they_are_wanted(self, server: Tokens) -> None:
        asked: list[int] = []

        def ask() -> Credentials:
            asked.append(1)
            return Credentials("me", "pass")

        keys = Keys(ask, check=str, fetch=server, clock=Clock())
        assert keys.header(NOTHING) is None
        assert not keys.known
        assert not asked
        assert not keys.refused([Challenge("negotiate")], NOTHING, None, again=False)
        assert not asked
        assert keys.refused(BASIC, NOTHING, None, again=False)
        assert len(asked) == 1

    def test_who_logged_in_meanwhile_is_asked_for_anew(self, server: Tokens) -> None:
        found = [Credentials("me", "old")]
        keys = Keys(lambda: found[-1], check=str, fetch=server, clock=Clock())
        keys.refused(BASIC, NOTHING, None, again=False)
        old = keys.header(NOTHING)
        found.append(Credentials("me", "new"))
        assert keys.refused(BASIC, NOTHING, old, again=True)
        assert keys.header(NOTHING) == "Basic bWU6bmV3"

    def test_who_logs_out_is_not_who_we_are(self, server: Tokens) -> None:
        found: list[Credentials | None] = [Credentials("me", "old")]
        keys = Keys(lambda: found[-1], check=str, fetch=server, clock=Clock())
        keys.refused(BASIC, NOTHING, None, again=False)
        assert keys.header(NOTHING) is not None
        found.append(None)
        assert keys.header(NOTHING) is None
        assert not keys.known


class TestTokens:
    def test_they_are_those_of_who_we_are(self, server: Tokens) -> None:
        found: list[Credentials | None] = [Credentials("me", "old")]
        keys = Keys(lambda: found[-1], check=lambda realm: realm, fetch=server, clock=Clock())
        keys.refused(BEARER, pulling("app"), None, again=False)
        assert [keys.header(pulling("app")) for _ in range(2)] == ["Bearer t1"] * 2
        found.append(Credentials("you", "new"))
        assert [keys.header(pulling("app")) for _ in range(2)] == ["Bearer t2"] * 2
        found.append(None)
        assert keys.header(pulling("app")) == "Bearer t3"
        assert ["Authorization" in one.headers for one in server.asked] == [True, True, False]

    def test_an_anonymous_one(self, server: Tokens) -> None:
        keys = keys_of(server)
        assert keys.refused(BEARER, pulling("app"), None, again=False)
        assert keys.header(pulling("app")) == "Bearer t1"
        (asked,) = server.asked
        assert (asked.method, asked.headers, asked.body) == ("GET", {}, b"")
        assert asked.url == f"{REALM}?service=example&scope=repository%3Aapp%3Apull"

    def test_one_for_a_user(self, server: Tokens) -> None:
        keys = keys_of(server, Credentials("me", "pass"))
        keys.refused(BEARER, pulling("app"), None, again=False)
        keys.header(pushing("app", "base"))
        (asked,) = server.asked
        assert asked.headers == {"Authorization": "Basic bWU6cGFzcw=="}
        assert parse_qs(urlsplit(asked.url).query) == {
            "service": ["example"],
            "account": ["me"],
            "scope": ["repository:app:pull,push", "repository:base:pull"],
        }

    def test_a_realm_with_a_query_of_its_own(self, server: Tokens) -> None:
        keys = keys_of(server)
        keys.refused(parse_challenges('Bearer realm="https://a.example/t?x=1"'), NOTHING, None, again=False)
        keys.header(CATALOG)
        assert server.asked[0].url == "https://a.example/t?x=1&scope=registry%3Acatalog%3A%2A"

    def test_bearer_is_taken_before_basic(self, server: Tokens) -> None:
        keys = keys_of(server, Credentials("me", "pass"))
        keys.refused([*BASIC, *BEARER], NOTHING, None, again=False)
        assert keys.header(NOTHING) == "Bearer t1"

    def test_one_that_covers_what_is_wanted_is_used_again(self, server: Tokens) -> None:
        keys = keys_of(server)
        keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(pushing("app")) == "Bearer t1"
        assert keys.header(pulling("app")) == "Bearer t1"
        assert keys.header(NOTHING) == "Bearer t1"
        assert keys.header(pulling("other")) == "Bearer t2"
        assert keys.header(deleting("app")) == "Bearer t3"
        assert keys.header(pushing("app")) == "Bearer t1"

    @pytest.mark.parametrize(
        ("answer", "life"),
        [
            ({}, 60),
            ({"expires_in": 300}, 300),
            ({"expires_in": 0}, 60),
            ({"expires_in": -1}, 60),
            ({"expires_in": "300"}, 60),
            ({"expires_in": True}, 60),
            ({"expires_in": 4.5}, 4.5),
            ({"expires_in": 1e300}, 60),
        ],
    )
    def test_it_is_renewed_before_it_expires(self, answer: dict[str, Any], life: float) -> None:
        server, clock = Tokens(**answer), Clock()
        keys = keys_of(server, clock=clock)
        keys.refused(BEARER, NOTHING, None, again=False)
        keys.header(NOTHING)
        clock.now += life * 0.85
        assert keys.header(NOTHING) == "Bearer t1"
        clock.now += life * 0.14
        assert keys.header(NOTHING) == "Bearer t2"

    def test_for_a_body_that_is_sent_once_it_must_last(self, server: Tokens) -> None:
        clock = Clock()
        server.answer = {"expires_in": 300}
        keys = keys_of(server, clock=clock)
        keys.refused(BEARER, NOTHING, None, again=False)
        keys.header(NOTHING)
        clock.now += 275
        assert keys.header(NOTHING) == "Bearer t1"
        assert keys.header(NOTHING, long=True) == "Bearer t2"
        assert keys.header(NOTHING) == "Bearer t2"

    def test_a_refused_one_is_replaced_once(self, server: Tokens) -> None:
        keys = keys_of(server)
        keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(NOTHING) == "Bearer t1"
        assert keys.refused(BEARER, NOTHING, "Bearer t1", again=False)
        assert keys.header(NOTHING) == "Bearer t2"
        assert not keys.refused(BEARER, NOTHING, "Bearer t2", again=True)
        assert keys.header(NOTHING) == "Bearer t3"

    def test_more_is_asked_for_where_the_registry_says_so(self, server: Tokens) -> None:
        keys = keys_of(server)
        more = parse_challenges(
            f'Bearer realm="{REALM}",scope="repository:app:delete,pull,* repository:secret:pull '
            'registry:catalog:* nonsense",error="insufficient_scope"'
        )
        keys.refused(BEARER, deleting("app"), None, again=False)
        assert keys.header(deleting("app")) == "Bearer t1"
        assert keys.refused(more, deleting("app"), "Bearer t1", again=True)
        assert keys.header(deleting("app")) == "Bearer t2"
        assert server.scopes[1] == ["repository:app:pull,delete,*"], "and for that repository alone"
        assert not keys.refused(more, deleting("app"), "Bearer t2", again=True)

    def test_names_are_sent_as_they_are(self, server: Tokens) -> None:
        keys = keys_of(server)
        keys.refused(BEARER, NOTHING, None, again=False)
        keys.header((Access("a&scope=repository:b", ("pull",)),))
        assert server.scopes == [["repository:a&scope=repository:b:pull"]]

    def test_they_are_not_kept_without_end(self, server: Tokens) -> None:
        keys = keys_of(server)
        keys.refused(BEARER, NOTHING, None, again=False)
        for number in range(300):
            keys.header(pulling(f"app{number}"))
        assert len(keys.secrets) <= 128
        assert keys.header(pulling("app299")) == "Bearer t300"

    def test_a_registry_token_is_sent_as_it_is(self, server: Tokens) -> None:
        keys = keys_of(server, Credentials(registry_token="given"))
        assert keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(NOTHING) == "Bearer given"
        assert not keys.refused(BEARER, NOTHING, "Bearer given", again=False)
        assert server.asked == []

    @pytest.mark.parametrize("field", ["token", "access_token"])
    def test_both_names_of_it(self, field: str) -> None:
        keys = Keys(lambda: None, check=str, fetch=lambda _: json.dumps({field: "x"}).encode(), clock=Clock())
        keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(NOTHING) == "Bearer x"

    def test_where_it_may_not_come_from_nobody_is_asked(self, server: Tokens) -> None:
        asked: list[int] = []

        def check(realm: str) -> str:
            raise UntrustedLocation("no")

        keys = Keys(lambda: asked.append(1), check=check, fetch=server, clock=Clock())  # type: ignore[func-returns-value]
        with pytest.raises(UntrustedLocation):
            keys.refused(BEARER, NOTHING, None, again=False)
        assert (asked, server.asked, keys.header(NOTHING)) == ([], [], None)


class TestIdentityTokens:
    def test_it_stands_for_the_password(self, server: Tokens) -> None:
        keys = keys_of(server, Credentials("me", identity_token="id"))
        keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(pushing("app", "base")) == "Bearer t1"
        (asked,) = server.asked
        assert (asked.method, asked.url) == ("POST", REALM)
        assert "Authorization" not in asked.headers
        assert parse_qs(asked.body.decode()) == {
            "grant_type": ["refresh_token"],
            "service": ["example"],
            "client_id": ["dockpy"],
            "scope": ["repository:app:pull,push repository:base:pull"],
            "refresh_token": ["id"],
        }

    def test_a_server_that_knows_no_post(self, server: Tokens) -> None:
        server.post = False
        keys = keys_of(server, Credentials(identity_token="id"))
        keys.refused(BEARER, NOTHING, None, again=False)
        assert keys.header(NOTHING) == "Bearer t2"
        assert server.asked[1].headers == {"Authorization": "Basic PHRva2VuPjppZA=="}

    def test_one_is_asked_for_at_a_login(self) -> None:
        server = Tokens(refresh_token="id")
        keys = keys_of(server, Credentials("me", "pass"), offline=True)
        keys.refused(BEARER, NOTHING, None, again=False)
        keys.header(NOTHING)
        assert keys.identity == "id"
        assert "client_id=dockpy&offline_token=true" in server.asked[0].url
        keys.header(pulling("app"))
        assert server.asked[1].method == "POST"


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"null", b"[]", b"{}", b"nonsense", b'{"token": null}', b'{"token": 5}', b'{"token": ""}'),
        *(
            b'{"token": "a b"}',
            b'{"token": "a\\r\\nX: y"}',
            b'{"token": "\xc3\xa4"}',
            b"\xff",
            b"[" * 100_000,
        ),
        json.dumps({"token": "x" * 200_000}).encode(),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_token(content: bytes) -> None:
    keys = Keys(lambda: None, check=str, fetch=lambda _: content, clock=Clock())
    keys.refused(BEARER, NOTHING, None, again=False)
    with pytest.raises(InvalidResponse, match="token server") as caught:
        keys.header(NOTHING)
    assert caught.value.__context__ is None or content[:20].decode("latin-1") not in str(
        caught.value.__context__
    )


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_scope_of_a_challenge_is_read(scope: str, name: str) -> None:
    server = Tokens()
    keys = keys_of(server)
    challenge = Challenge("bearer", {"realm": REALM, "scope": f"{scope} repository:{name}:pull"})
    keys.refused([challenge], pulling("app"), None, again=False)
    keys.header(pulling("app"))
    assert all(one.startswith("repository:app:") for one in server.scopes[0])


def test_a_scope_is_not_widened_without_end(server: Tokens) -> None:
    keys = keys_of(server)
    for asked in ("pull,push", ",".join(f"a{number}" for number in range(100))):
        (challenge,) = BEARER
        widened = Challenge("bearer", {**challenge.params, "scope": f"repository:app:{asked}"})
        keys.refused([widened], pulling("app"), None, again=False)
        keys.header(pulling("app"))
    assert server.scopes == [["repository:app:pull,push"]]


def test_threads_ask_who_we_are_one_after_another(server: Tokens) -> None:
    """A credential helper is a program that may want an answer of somebody."""
    asking, go_on, at_once = threading.Event(), threading.Event(), []
    within = threading.Semaphore(1)

    def ask() -> Credentials:
        at_once.append(within.acquire(blocking=False))
        asking.set()
        assert go_on.wait(30)
        within.release()
        return Credentials("me", "secret")

    keys = Keys(ask, check=lambda realm: realm, fetch=server, clock=Clock())
    threads = [
        threading.Thread(target=keys.refused, args=(BASIC, NOTHING, None), kwargs={"again": False})
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    assert asking.wait(30)
    threads[0].join(0.1)  # time enough for the others to come
    go_on.set()
    for thread in threads:
        thread.join()
    assert at_once == [True] * 4


def test_threads_ask_for_one_token_together(server: Tokens) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def fetch(request: TokenRequest) -> bytes | None:
        entered.set()
        assert go_on.wait(10)
        return server(request)

    keys = Keys(lambda: None, check=str, fetch=fetch, clock=Clock())
    keys.refused(BEARER, NOTHING, None, again=False)
    headers: list[str | None] = []
    threads = [threading.Thread(target=lambda: headers.append(keys.header(pulling("app")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    go_on.set()
    for thread in threads:
        thread.join()
    assert headers == ["Bearer t1"] * 8
    assert len(server.asked) == 1


def test_nothing_shows_a_secret(server: Tokens) -> None:
    keys = keys_of(server, Credentials("me", "hidden", identity_token="hidden", registry_token="hidden"))
    keys.refused(BEARER, NOTHING, None, again=False)
    request = TokenRequest("GET", REALM, {"Authorization": "hidden"}, b"hidden")
    assert "hidden" not in repr(keys) + repr(request) + repr(keys.__dict__)
    assert "hidden" in keys.secrets
