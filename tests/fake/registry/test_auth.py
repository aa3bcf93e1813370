"""Who may do what in a fake registry."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.registry import Credentials, FakeRegistry, Refusal, RegistrySession

if TYPE_CHECKING:
    from collections.abc import Callable

USERS = {"ann": "s3cret"}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class TestBasic:
    def test_a_user(self, talk: Callable[[FakeRegistry], Any]) -> None:
        ask = talk(FakeRegistry(users=USERS))
        refused = ask("GET", "/v2/")
        assert (refused.status, refused.codes) == (401, ["UNAUTHORIZED"])
        assert refused.headers["www-authenticate"].startswith("Basic realm=")
        for wrong in (basic("ann", "wrong"), basic("bob", "s3cret"), "Basic !!!", "Bearer x", "Basic"):
            assert ask("GET", "/v2/", Authorization=wrong).status == 401
        ask.authorization = basic("ann", "s3cret")
        assert ask("GET", "/v2/").status == 200
        ask.image("1")

    def test_what_was_wanted_is_said(self, talk: Callable[[FakeRegistry], Any]) -> None:
        ask = talk(FakeRegistry(users=USERS))
        detail = ask("POST", "/v2/a/b/blobs/uploads/?mount=x&from=c/d").json["errors"][0]["detail"]
        assert [(item["Name"], item["Action"]) for item in detail] == [
            ("a/b", "pull"),
            ("a/b", "push"),
            ("c/d", "pull"),
        ]
        assert ask("GET", "/v2/_catalog").json["errors"][0]["detail"][0]["Name"] == "catalog"

    def test_public(self, talk: Callable[[FakeRegistry], Any]) -> None:
        ask = talk(FakeRegistry(users=USERS, public=True))
        assert ask("GET", "/v2/a/tags/list").codes == ["NAME_UNKNOWN"]
        assert ask("POST", "/v2/a/blobs/uploads/").status == 401
        assert ask("GET", "/v2/").status == 401

    def test_who_may_not(self, talk: Callable[[FakeRegistry], Any]) -> None:
        ask = talk(FakeRegistry(users=USERS, allow=lambda user, name, action: action == "pull"))
        ask.authorization = basic("ann", "s3cret")
        answer = ask("POST", "/v2/a/blobs/uploads/")
        assert (answer.status, answer.codes) == (403, ["DENIED"])
        assert ask("GET", "/v2/a/tags/list").status == 404


class TestTokens:
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def ask(self, talk: Callable[[FakeRegistry], Any], clock: ManualClock) -> Any:
        return talk(FakeRegistry(users=USERS, token_auth=True, token_ttl=60, public=True, clock=clock))

    def token(self, ask: Any, scope: str, authorization: str | None = None) -> str:
        headers = {"Authorization": authorization} if authorization else {}
        answer = ask("GET", f"/token?{urlencode({'service': 'x', 'scope': scope})}", **headers)
        assert (answer.status, answer.json["expires_in"]) == (200, 60)
        assert answer.json["token"] == answer.json["access_token"]
        token: str = answer.json["token"]
        return token

    def test_challenge(self, ask: Any) -> None:
        said = ask("POST", "/v2/a/b/blobs/uploads/?mount=x&from=c").headers["www-authenticate"]
        assert re.fullmatch(
            r'Bearer realm="http://[^"]+/token",service="[^"]+",'
            r'scope="repository:a/b:pull,push repository:c:pull"',
            said,
        )

    def test_a_user(self, ask: Any) -> None:
        token = self.token(ask, "repository:a:pull,push", basic("ann", "s3cret"))
        ask.authorization = f"Bearer {token}"
        ask.image("1", "a")
        answer = ask("POST", "/v2/b/blobs/uploads/")
        assert answer.status == 401
        assert answer.headers["www-authenticate"].endswith(
            'scope="repository:b:pull,push",error="insufficient_scope"'
        )

    def test_of_nobody(self, ask: Any) -> None:
        ask.authorization = f"Bearer {self.token(ask, 'repository:a:pull,push')}"
        assert ask("GET", "/v2/a/tags/list").codes == ["NAME_UNKNOWN"]
        assert "insufficient_scope" in ask("POST", "/v2/a/blobs/uploads/").headers["www-authenticate"]

    def test_expire(self, ask: Any, clock: ManualClock) -> None:
        ask.authorization = f"Bearer {self.token(ask, 'repository:a:pull')}"
        clock.advance(59)
        assert ask("GET", "/v2/a/tags/list").status == 404
        clock.advance(1)
        answer = ask("GET", "/v2/a/tags/list")
        assert answer.status == 401
        assert answer.headers["www-authenticate"].endswith('error="invalid_token"')

    def test_a_wrong_password(self, ask: Any) -> None:
        answer = ask("GET", "/token?service=x", Authorization=basic("ann", "wrong"))
        assert (answer.status, answer.json) == (401, {"details": "incorrect username or password"})

    def test_oauth(self, ask: Any) -> None:
        form = {
            "grant_type": "password",
            "username": "ann",
            "password": "s3cret",
            "service": "x",
            "client_id": "test",
            "access_type": "offline",
            "scope": "repository:a:pull,push",
        }
        kind = "application/x-www-form-urlencoded"
        first = ask("POST", "/token", urlencode(form).encode(), Content_Type=kind).json
        again = {
            "grant_type": "refresh_token",
            "refresh_token": first["refresh_token"],
            "scope": form["scope"],
        }
        for token in (first, ask("POST", "/token", urlencode(again).encode(), Content_Type=kind).json):
            answer = ask("POST", "/v2/a/blobs/uploads/", Authorization=f"Bearer {token['access_token']}")
            assert answer.status == 202
        for wrong in ({**form, "password": "x"}, {**again, "refresh_token": "x"}):
            assert ask("POST", "/token", urlencode(wrong).encode(), Content_Type=kind).status == 401
        assert ask("POST", "/token", b"grant_type=x", Content_Type=kind).status == 400

    def test_there_is_none_where_nobody_wants_one(self, talk: Callable[[FakeRegistry], Any]) -> None:
        assert talk(FakeRegistry())("GET", "/token").status == 404


class TestCredentials:
    def test_of_a_header(self) -> None:
        def header(text: str) -> str:
            return base64.urlsafe_b64encode(text.encode()).decode()

        assert Credentials.of_header(None) is Credentials.of_header("") is None
        assert Credentials.of_header(header("{}")) is None
        ann = Credentials("ann", "s3cret")
        assert Credentials.of_header(header('{"username": "ann", "password": "s3cret"}')) == ann
        both = base64.b64encode(b"ann:s3cret").decode()
        assert Credentials.of_header(header(f'{{"auth": "{both}"}}').rstrip("=")) == ann
        assert Credentials.of_header(header('{"identitytoken": "t"}')) == Credentials(identity_token="t")
        for wrong in ("!!", header("garbage"), header("[]")):
            with pytest.raises(ValueError, match="X-Registry-Auth"):
                Credentials.of_header(wrong)
        assert "s3cret" not in repr(ann)

    @pytest.mark.parametrize("tokens", [False, True])
    def test_a_daemons_way(self, tokens: bool) -> None:
        clock = ManualClock()
        registry = FakeRegistry(users=USERS, token_auth=tokens, token_ttl=60, clock=clock)

        def session(who: Credentials | None) -> RegistrySession:
            return RegistrySession(
                "r.test", "a", lambda host: registry, credentials=who, actions=("pull", "push")
            )

        ann = session(Credentials("ann", "s3cret"))
        from dockpy.fake.blobs import Blob

        blob = Blob.of(b"x")
        assert ann.put_blob(blob) is False
        clock.advance(61)  # a token has expired; it gets another
        assert ann.blob(blob.digest) is blob
        token = session(Credentials("ann", "s3cret")).login()
        assert bool(token) is tokens
        if tokens:
            assert session(Credentials(identity_token=token)).blob(blob.digest) is blob
        for who, text in (
            (None, "denied: requested access" if tokens else "no basic auth credentials"),
            (
                Credentials("ann", "x"),
                "incorrect username" if tokens else "unauthorized: authentication required",
            ),
        ):
            with pytest.raises(Refusal, match=text):
                session(who).manifest("1")
