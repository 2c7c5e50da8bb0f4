"""What is sealed opens in its own place only, under its own master key."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from xactin.vault import secrets
from xactin.vault.errors import Damaged
from xactin.vault.values.sealing import CHUNK, TAG, opened_chunks, sealed_chunks

KEY = bytes(range(32))


@given(st.binary(), st.text("abc:", min_size=1))
def test_what_was_sealed_comes_back(plain: bytes, context: str) -> None:
    sealed = secrets.seal(plain, context)
    assert secrets.unseal(sealed, context) == plain
    assert sealed != secrets.seal(plain, context)
    with pytest.raises(secrets.SecretsError):
        secrets.unseal(sealed, context + "x")


@given(st.binary(max_size=50), st.data())
def test_changed_bytes_do_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(secrets.seal(plain, "here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(secrets.SecretsError):
        secrets.unseal(bytes(sealed), "here")


def test_another_master_key_opens_nothing(settings: Settings) -> None:
    sealed = secrets.seal(b"plain", "here")
    settings.XACTIN_MASTER_KEY = bytes(32)
    with pytest.raises(secrets.SecretsError):
        secrets.unseal(sealed, "here")


def test_where_the_master_key_comes_from(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.XACTIN_MASTER_KEY = None
    monkeypatch.delenv("XACTIN_KEY", raising=False)
    monkeypatch.delenv("XACTIN_KEY_FILE", raising=False)
    with pytest.raises(secrets.NoMasterKey):
        secrets.seal(b"", "here")
    file = tmp_path / "key"
    file.write_text(base64.b64encode(KEY).decode() + "\n")
    monkeypatch.setenv("XACTIN_KEY_FILE", str(file))
    sealed = secrets.seal(b"plain", "here")
    monkeypatch.setenv("XACTIN_KEY", base64.b64encode(KEY).decode())
    assert secrets.unseal(sealed, "here") == b"plain"
    for wrong in ("no base64!", base64.b64encode(b"short").decode()):
        monkeypatch.setenv("XACTIN_KEY", wrong)
        with pytest.raises(secrets.NoMasterKey):
            secrets.seal(b"", "here")


SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [7, CHUNK, 10**6])
def test_a_stream_comes_back(size: int, piece: int) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    plain = plain[:size]
    sealed = b"".join(sealed_chunks((plain[at : at + piece] for at in range(0, size, piece)), KEY))
    cut = [sealed[at : at + piece] for at in range(0, len(sealed), piece)]
    assert b"".join(opened_chunks(cut, KEY)) == plain


def test_a_stream_cannot_be_cut_moved_or_changed() -> None:
    sealed = b"".join(sealed_chunks([bytes(3 * CHUNK + 5)], KEY))
    step = CHUNK + TAG
    first, second = sealed[4 : 4 + step], sealed[4 + step : 4 + 2 * step]
    damaged = [
        sealed[:-1],
        sealed[: 4 + step],
        sealed[: 4 + 2 * step],
        sealed + b"\0",
        sealed[:4] + second + first + sealed[4 + 2 * step :],
        sealed[:50] + bytes([sealed[50] ^ 1]) + sealed[51:],
        b"XTF2" + sealed[4:],
        sealed[:4],
        b"XT",
        b"",
    ]
    for one in damaged:
        with pytest.raises(Damaged):
            b"".join(opened_chunks([one], KEY))
    with pytest.raises(Damaged):
        b"".join(opened_chunks([sealed], bytes(32)))
