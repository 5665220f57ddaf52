"""Certificate authorities, and the certificates by which the parts know each other.

Three authorities, as in kubeadm: one for the cluster, one for etcd, one for the
aggregation layer's front proxy. Leaves are issued for a year and again when two
thirds of that have passed; the parts read them anew from their files, so a
renewal needs no restart.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_BEGINS = datetime(2024, 1, 1, tzinfo=UTC)
"""Fixed, so that a clock that is set back does not make an authority invalid."""

AUTHORITY_LIFE = timedelta(days=365 * 20)
LEAF_LIFE = timedelta(days=365)
RENEW_BEFORE_END = LEAF_LIFE / 3
LEAF_BACKDATED = timedelta(hours=1)
"""Parts whose clocks differ a little still accept a fresh certificate."""

Key = ec.EllipticCurvePrivateKey


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Leaf:
    """A certificate to be issued.

    Attributes:
        name: file name without ending, below the authority's folder.
        common_name: the user name that the API server sees.
        organization: the group that the API server sees, or empty.
        hosts: DNS names and addresses it may serve; empty for a pure client.
        client: whether it may be shown to a server.
    """

    name: str
    common_name: str
    organization: str = ""
    hosts: tuple[str, ...] = ()
    client: bool = True


@dataclass(frozen=True)
class Pair:
    """Files of one certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority in a folder of its own (`ca.crt`, `ca.key`)."""

    def __init__(self, folder: Path, *, name: str, now: Callable[[], datetime] = utc_now) -> None:
        self.folder = folder
        self.pair = Pair(folder / "ca.crt", folder / "ca.key")
        self._name = name
        self._now = now
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.pair.certificate.exists() and self.pair.key.exists()):
            self._create()
        self._certificate = x509.load_pem_x509_certificate(self.pair.certificate.read_bytes())
        self._key = _read_key(self.pair.key)

    def path(self, name: str) -> Pair:
        """Where the certificate of that name is kept, issued or not."""
        return Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")

    def issue(self, leaves: Iterable[Leaf]) -> list[str]:
        """Issue those of `leaves` that are missing, altered or due; return their names."""
        issued = []
        for leaf in leaves:
            if not self._is_good(leaf):
                self._issue(leaf)
                issued.append(leaf.name)
        return issued

    def _is_good(self, leaf: Leaf) -> bool:
        pair = self.path(leaf.name)
        try:
            found = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
            key = _read_key(pair.key)
            found.verify_directly_issued_by(self._certificate)
        except (OSError, ValueError, InvalidSignature):
            return False
        now = self._now()
        return (
            found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEW_BEFORE_END
            and found.public_key() == key.public_key()
            and found.subject == _subject(leaf.common_name, leaf.organization)
            and _names(found) == frozenset(leaf.hosts)
        )

    def _issue(self, leaf: Leaf) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        now = self._now()
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH] if leaf.client else []
        if leaf.hosts:
            usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(leaf.common_name, leaf.organization))
            .issuer_name(self._certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - LEAF_BACKDATED)
            .not_valid_after(now + LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if leaf.hosts:
            names = x509.SubjectAlternativeName([_general_name(host) for host in leaf.hosts])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        _write(self.path(leaf.name), certificate, key)

    def _create(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(self._name, "")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AUTHORITY_BEGINS)
            .not_valid_after(AUTHORITY_BEGINS + AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(sign_certificates=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        _write(self.pair, certificate, key)


def service_account_key(folder: Path) -> Pair:
    """The key that signs service-account tokens, made at the first call.

    RSA, since the API server derives the tokens' algorithm from it and RS256 is
    what every verifier of such tokens knows.
    """
    pair = Pair(folder / "service-accounts.pub", folder / "service-accounts.key")
    if not (pair.key.exists() and pair.certificate.exists()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write_private(pair.key, _pem(key))
        _replace(
            pair.certificate,
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            mode=0o644,
        )
    return pair


def _subject(common_name: str, organization: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(str(name.value) for name in names)


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds a key of another kind")
    return key


def _pem(key: Key | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(pair: Pair, certificate: x509.Certificate, key: Key) -> None:
    """Write the key first: a part that reads between the two keeps its old pair."""
    _write_private(pair.key, _pem(key))
    _replace(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _write_private(path: Path, content: bytes) -> None:
    _replace(path, content, mode=0o600)


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as sink:
        sink.write(content)
        os.fsync(sink.fileno())
    temporary.replace(path)
