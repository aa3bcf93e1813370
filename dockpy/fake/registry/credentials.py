"""Who a daemon's client is to a registry: what it sends along as ``X-Registry-Auth``."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

__all__ = ["Credentials"]


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A user and a password, or an identity token in their place."""

    username: str = ""
    password: str = ""
    identity_token: str = ""

    @classmethod
    def of_header(cls, header: str | None) -> Credentials | None:
        """Those of a header ``X-Registry-Auth``; None where it has none.

        Raises:
            ValueError: it cannot be read.
        """
        if not header:
            return None
        try:
            data = base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
            given = json.loads(data)
        except (binascii.Error, ValueError):
            raise ValueError("the header X-Registry-Auth cannot be read") from None
        if not isinstance(given, dict):
            raise ValueError("the header X-Registry-Auth cannot be read")
        return cls.of(given)

    @classmethod
    def of(cls, given: dict[str, object]) -> Credentials | None:
        """Those of a JSON object as clients send it; None where it has none."""
        user, password = str(given.get("username") or ""), str(given.get("password") or "")
        if not user and isinstance(both := given.get("auth"), str) and both:
            try:
                user, _, password = base64.b64decode(both).decode().partition(":")
            except ValueError:
                return None
        token = str(given.get("identitytoken") or "")
        return cls(user, password, token) if user or token else None

    @property
    def basic(self) -> str:
        """They as a header ``Authorization``."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, ***)"
