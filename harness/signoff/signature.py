"""A detached signature of a bundle, with a key of the user's: Ed25519 by `cryptography`, keys as OpenSSL writes them.

    openssl genpkey -algorithm ed25519 -out release.pem
    openssl pkey -in release.pem -pubout -out release.pub.pem

The signature is 64 bytes over the SHA-256 of the bundle, in base64: `<bundle>.sig`. No service and no network is
needed, and any other tool can check it.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from harness.errors import Location, UsageError
from harness.run.origin import digest_of_file

_LARGEST_KEY = 64 * 1024  # bytes


def sign(bundle: Path, key: Path) -> Path:
    """Write `<bundle>.sig`, and return its path; raises UsageError where the key is no private Ed25519 key in PEM."""
    private = _private(key)
    file = bundle.with_name(f"{bundle.name}.sig")
    file.write_bytes(base64.b64encode(private.sign(_message(bundle))) + b"\n")
    return file


def is_signed(bundle: Path, signature: Path, key: Path) -> bool:
    """Return whether a signature is that of the bundle by a public key; raises UsageError where it is no such key."""
    public = _public(key)
    try:
        public.verify(base64.b64decode(_read(signature).strip(), validate=True), _message(bundle))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _message(bundle: Path) -> bytes:
    return b"floe-harness.bundle/1\n" + digest_of_file(bundle).encode()


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_read(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(file, "a private Ed25519 key in PEM, without a passphrase")
    return key


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_read(file))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(file, "a public Ed25519 key in PEM")
    return key


def _no_key(file: Path, expected: str) -> UsageError:
    next_step = "openssl genpkey -algorithm ed25519 -out release.pem"
    return UsageError("not a key that signs", expected=expected, next_step=next_step, location=Location(file))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST_KEY)
    except OSError as error:
        raise UsageError("cannot be read", actual=error.strerror, location=Location(file)) from None
