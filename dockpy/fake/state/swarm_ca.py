"""The certificate authority of fake swarms: one for all of them, since nobody speaks TLS with them."""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["ca_digest", "tls_info"]

_ROOT = """-----BEGIN CERTIFICATE-----
MIIBfDCCASOgAwIBAgIUPdlNMWA1oUMuDhGFhfTKuwbUtM0wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIc3dhcm0tY2EwIBcNMjYxMTI4MDYyNzI0WhgPMjEyNjExMDQw
NjI3MjRaMBMxETAPBgNVBAMMCHN3YXJtLWNhMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAErrnTvRT8to+WiITvT9LGky2hfe/KQ/rjPQw6EFTLAPYQgND924nKUpRg
SipX2gU7kY3JlEzwLI0qQUF72ORJ/KNTMFEwHQYDVR0OBBYEFDfj0xnB2/AdSaYt
aGAj14wrB8KcMB8GA1UdIwQYMBaAFDfj0xnB2/AdSaYtaGAj14wrB8KcMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZA0n2Z5KfsgXH2/e1aUJGa26
2W/JZPCskDhfxVRyePcCIEuxG8gMVZAUI4blwMlEpsgeAP+3rthELJS0YIAOr2J1
-----END CERTIFICATE-----
"""
_SUBJECT = "MBMxETAPBgNVBAMMCHN3YXJtLWNh"
_PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErrnTvRT8to+WiITvT9LGky2hfe/KQ/rjPQw6EFTLAPYQgND924nKUpRg"
    "SipX2gU7kY3JlEzwLI0qQUF72ORJ/A=="
)


def ca_digest() -> str:
    """What join tokens name it by: 50 digits to the base of 36."""
    number = int.from_bytes(hashlib.sha256(_ROOT.encode()).digest())
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits.rjust(50, "0")


def tls_info() -> dict[str, Any]:
    """``TLSInfo``."""
    return {"TrustRoot": _ROOT, "CertIssuerSubject": _SUBJECT, "CertIssuerPublicKey": _PUBLIC_KEY}
