"""Certificates for a test's own servers, and for those who are to reach them."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dockpy

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Certificates", "make_certificates"]


@dataclass(frozen=True)
class Certificates:
    """An authority, a server's and a client's certificates, and a second authority that signed nothing."""

    directory: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "server.pem", self.directory / "server.key")
        context.load_verify_locations(self.directory / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client(self) -> dockpy.TLS:
        directory = self.directory
        return dockpy.TLS(directory / "ca.pem", directory / "client.pem", directory / "client.key")


def make_certificates(directory: Path) -> Certificates:
    """Make them in an empty folder."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    usage = ["-addext", "keyUsage=critical,keyCertSign"]
    for ca in ("ca", "other-ca"):
        subject = ["-subj", f"/CN=dockpy {ca}"]
        openssl("req", "-x509", *curve, *subject, *usage, "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
    for who in ("server", "client"):
        names = f"subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage={who}Auth\n"
        (directory / f"{who}.ext").write_text(names)
        openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", f"{who}.key", "-out", f"{who}.csr")
        signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{who}.ext"]
        openssl("x509", "-req", "-in", f"{who}.csr", *signer, "-out", f"{who}.pem")
    return Certificates(directory)
