"""Encryption at rest: AES-256-GCM with a keyring in one file. The only home of cryptography.

A sealed secret is: key id (1 byte), nonce (12 bytes), ciphertext with tag. The context is authenticated with it, so a
ciphertext that is moved to another row does not open. The file has one key a line, `id base64`; the last one seals,
all of them open. Who seals holds a shared lock on its folder, who changes the keys an exclusive one: nothing is sealed
with a key that is about to go.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.findings import Finding, fine, wrong
from bot.errors import ConfigError, Unavailable
from bot.text import t

_NONCE = 12
_KEY = 32


class Keyring:
    """`ports.Vault` over keys by id (1 to 255); the one with the id `current` seals."""

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current

    @property
    def current(self) -> int:
        """The id of the key that seals."""
        return self._current

    @property
    def older(self) -> frozenset[int]:
        """The ids of the other keys."""
        return frozenset(self._ciphers) - {self._current}

    def seal(self, secret: str, context: str) -> bytes:
        """Encrypt with the newest key. The same secret never looks the same twice."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, secret.encode(), context.encode())
        return bytes([self._current]) + nonce + sealed

    def unseal(self, sealed: bytes, context: str) -> str:
        """The secret. Raises `Unavailable` where key or context do not fit, or bytes were changed."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise _does_not_open()
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode()).decode()
        except (InvalidTag, ValueError):
            raise _does_not_open() from None


def sealed_by(sealed: bytes) -> int:
    """The id of the key that sealed this (0: nothing did)."""
    return sealed[0] if sealed else 0


def add_key(key_file: Path) -> Keyring:
    """The keyring of this file with a new key, which seals from now on. Raises `ConfigError`."""
    keyring = open_vault(key_file)
    known = {keyring.current, *keyring.older}
    free = [number for number in range(1, 256) if number not in known]
    later = [number for number in free if number > keyring.current]
    _write(key_file, [*_lines(key_file), _line((later or free)[0])])
    return open_vault(key_file)


def retire_older(key_file: Path) -> None:
    """Keep only the key that seals: what another one has sealed does not open any more."""
    _write(key_file, _lines(key_file)[-1:])


@contextmanager
def in_use(key_file: Path) -> Iterator[None]:
    """While something may be sealed. Raises `ConfigError` where the keys are being changed."""
    with _locked(
        key_file, "the keys are being changed (earshot keys rotate). Wait until that is done.", alone=False
    ):
        yield


@contextmanager
def alone(key_file: Path) -> Iterator[None]:
    """While the keys are changed. Raises `ConfigError` where an Earshot runs with them."""
    with _locked(key_file, "an Earshot is running with these keys. Stop it first.", alone=True):
        yield


@contextmanager
def _locked(key_file: Path, otherwise: str, *, alone: bool) -> Iterator[None]:
    """A lock on the folder, which ends with the process; where the system has none there is nothing to hold."""
    if os.name != "posix":
        yield
        return
    import fcntl

    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(key_file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError([f"{key_file}: {otherwise}"]) from error
    else:
        yield
    finally:
        os.close(folder)


def key_findings(key_file: Path, *, needed: bool) -> Sequence[Finding]:
    """Whether the key is there, private and whole; nothing is made. `needed`: links are sealed with it already."""
    about = "key"
    if not key_file.exists():
        if needed:
            said = f"{key_file} is missing, and the links in the database are sealed with it"
            return [
                wrong(about, said, "Put it back from the backup; without it every member has to /link again.")
            ]
        return [fine(about, f"{key_file} is made at the first start")]
    try:
        open_vault(key_file)
    except ConfigError as error:
        do = "The key opens the tokens in the database: keep it private, and a copy in a safe place."
        return [wrong(about, said, do) for said in error.problems]
    return [fine(about, f"{key_file} is private and whole; is a copy of it in your backup?")]


def open_vault(key_file: Path) -> Keyring:
    """The keyring of this file; made with one new key, readable by its owner alone, if there is none.

    Raises `ConfigError` where the file cannot be read, or is no keyring.
    """
    try:
        if not key_file.exists():
            _write_first(key_file)
        if os.name == "posix" and stat.S_IMODE(key_file.stat().st_mode) & 0o077:
            raise ConfigError(
                [f"{key_file}: others on this machine can read the key. Run: chmod 600 {key_file}"]
            )
        lines = _lines(key_file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{key_file}: the key cannot be read or made ({error})."]) from error
    return _keyring(key_file, lines)


def _lines(key_file: Path) -> list[str]:
    """The keys in the file. Whoever puts a copy back may add an empty line, or lose the end of the last one."""
    return [line for line in key_file.read_text(encoding="ascii").splitlines() if line.strip()]


def _keyring(key_file: Path, lines: Sequence[str]) -> Keyring:
    keys: dict[int, bytes] = {}
    current = 0
    for words in map(str.split, lines):
        try:
            key_id, key = int(words[0]), base64.b64decode(words[1], validate=True)
        except (IndexError, ValueError, binascii.Error):
            key_id, key = 0, b""
        if not 1 <= key_id <= 255 or len(key) != _KEY or len(words) != 2 or key_id in keys:
            raise ConfigError(
                [f"{key_file}: a line is no key. It was changed or cut off; put back the backup."]
            )
        keys[key_id] = key
        current = key_id
    if not keys:
        raise ConfigError(
            [f"{key_file}: is empty. Put back the backup; without the key members have to link again."]
        )
    return Keyring(keys, current)


def _line(key_id: int) -> str:
    return f"{key_id} {base64.b64encode(os.urandom(_KEY)).decode()}"


def _write_first(key_file: Path) -> None:
    key_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _fill(key_file, [_line(1)])
    except FileExistsError:  # another process was quicker: its key is the key
        return


def _write(key_file: Path, lines: Sequence[str]) -> None:
    """Replace the file: at any instant it is whole, the old one or the new one."""
    unfinished = key_file.with_suffix(".new")
    try:
        unfinished.unlink(missing_ok=True)
        _fill(unfinished, lines)
        unfinished.replace(key_file)
    except OSError as error:
        raise ConfigError([f"{key_file}: the key cannot be written ({error.strerror})."]) from error


def _fill(file: Path, lines: Sequence[str]) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.writelines(f"{line}\n" for line in lines)
        written.flush()
        os.fsync(written.fileno())


def _does_not_open() -> Unavailable:
    return Unavailable(
        t(
            "I cannot open what I keep for this link: the key does not fit. Whoever runs me can put the key back."
        )
    )
