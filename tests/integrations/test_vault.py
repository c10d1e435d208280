"""Tokens at rest: what opens, what does not, and the key file."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.findings import Level
from bot.errors import ConfigError, Unavailable
from bot.integrations.vault import Keyring, key_findings, open_vault

VAULT = Keyring({1: b"1" * 32, 7: b"7" * 32}, 7)
words = st.text(st.characters(exclude_categories=["Cs"]))


@given(secret=words, context=words)
def test_what_is_sealed_opens_in_its_context_only(secret: str, context: str):
    sealed = VAULT.seal(secret, context)
    assert VAULT.unseal(sealed, context) == secret
    assert sealed != VAULT.seal(secret, context)
    with pytest.raises(Unavailable):
        VAULT.unseal(sealed, f"{context}!")


@given(st.data())
def test_a_changed_byte_does_not_open(data: st.DataObject):
    sealed = bytearray(VAULT.seal("secret", "here"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unavailable):
        VAULT.unseal(bytes(sealed), "here")


@pytest.mark.parametrize("cut", [0, 1, 5, 13, 20])
def test_a_cut_does_not_open(cut: int):
    with pytest.raises(Unavailable):
        VAULT.unseal(VAULT.seal("secret", "here")[:cut], "here")


def test_the_secret_is_not_in_what_is_kept():
    assert b"secret" not in VAULT.seal("secret", "here")


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path):
    file = tmp_path / "data" / "key"
    sealed = open_vault(file).seal("secret", "here")
    assert open_vault(file).unseal(sealed, "here") == "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Unavailable):
        open_vault(tmp_path / "other").unseal(sealed, "here")


def test_older_keys_still_open(tmp_path: Path):
    file = tmp_path / "key"
    old = open_vault(file).seal("secret", "here")
    with file.open("a") as lines:
        lines.write(f"2 {base64.b64encode(os.urandom(32)).decode()}\n")
    vault = open_vault(file)
    assert vault.unseal(old, "here") == "secret"
    assert vault.seal("secret", "here")[0] == 2


@pytest.mark.parametrize(
    "content",
    ["", "1\n", "1 short\n", "x " + "A" * 44, f"0 {'A' * 43}=", f"1 {'A' * 43}=\n1 {'B' * 43}=", "ä"],
)
def test_a_broken_key_file_is_said_and_never_replaced(tmp_path: Path, content: str):
    file = tmp_path / "key"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="key"):
        open_vault(file)
    assert file.read_text(encoding="utf-8") == content


def test_a_key_that_others_can_read_is_refused(tmp_path: Path):
    file = tmp_path / "key"
    open_vault(file)
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_vault(file)


def test_doctor_makes_no_key(tmp_path: Path):
    file = tmp_path / "key"
    [found] = key_findings(file, needed=False)
    assert (found.level, found.said) == (Level.OK, f"{file} is made at the first start")
    [found] = key_findings(file, needed=True)
    assert found.level is Level.PROBLEM
    assert "backup" in found.do
    assert not file.exists()


def test_doctor_looks_at_the_key(tmp_path: Path):
    file = tmp_path / "key"
    open_vault(file)
    assert [it.level for it in key_findings(file, needed=True)] == [Level.OK]
    file.chmod(0o644)
    [found] = key_findings(file, needed=True)
    assert found.level is Level.PROBLEM
    assert f"chmod 600 {file}" in found.said
