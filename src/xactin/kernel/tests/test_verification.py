"""Many entries at once: the ledger's audit runs this in worker processes."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from xactin.kernel.canonical import canonical
from xactin.kernel.mandates import MandateError
from xactin.kernel.proof.verification import GenesisError, verify_entries, verify_entry, verify_genesis
from xactin.kernel.signatures import SignatureError
from xactin.kernel.tests.small_log import SmallLog, permit_case

LOG = SmallLog()
SHOWN, _, _ = permit_case(LOG)
ENTRIES = [canonical(item["entry"]) for item in SHOWN]
MANDATES = ["mandate-1", "mandate-2", "mandate-4", "mandate-3", "mandate-3"]


def test_each_entry_gets_its_answer():
    pairs = list(zip(ENTRIES, MANDATES, strict=True))
    assert verify_entries(pairs, LOG.mandates) == [None] * 5
    spoiled = [
        (ENTRIES[0], "mandate-2"),
        (ENTRIES[0], "mandate-9"),
        (ENTRIES[0] + b" ", "mandate-1"),
        (ENTRIES[0].replace(b"case.submit", b"case.submis"), "mandate-1"),
        (ENTRIES[0].replace(b'"xt":1', b'"xt":2'), "mandate-1"),
    ]
    assert verify_entries(spoiled, LOG.mandates) == [
        "mandate_key",
        "mandate_missing",
        "not_canonical",
        "signature_wrong",
        "entry_form:xt",
    ]


def test_it_travels_to_other_processes():
    pairs = list(zip(ENTRIES, MANDATES, strict=True))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(verify_entries, pairs, LOG.mandates).result() == [None] * 5


def test_errors_say_what_is_wrong():
    entry = SHOWN[0]["entry"]
    assert verify_entry(entry, LOG.mandates["mandate-1"]).custody == "server"
    with pytest.raises(MandateError, match="mandate_key"):
        verify_entry(entry, LOG.mandates["mandate-2"])
    with pytest.raises(SignatureError, match="signature_wrong"):
        verify_entry(entry | {"signature": SHOWN[1]["entry"]["signature"]}, LOG.mandates["mandate-1"])


def test_genesis_is_signed_by_the_log():
    assert verify_genesis(LOG.shown[0]["entry"], LOG.log_key) is True
    with pytest.raises(GenesisError, match="log"):
        verify_genesis(LOG.shown[0]["entry"], SmallLog(key="impostor").log_key)
    with pytest.raises(GenesisError, match="act"):
        verify_genesis(SHOWN[0]["entry"], LOG.log_key)
