"""Three ways to hold a key, each against something real: a file, SoftHSM, a service that speaks CSC 2.0."""

import base64
import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
)

from xactin.cases.papers import seal_result, verify_result
from xactin.cases.papers.context import signature_lines, signed_lines
from xactin.cases.papers.signing.remote import RemoteSigner
from xactin.cases.papers.signing.signers import KeyFileSigner, SigningError
from xactin.cases.papers.signing.token import Pkcs11Signer
from xactin.cases.papers.signing.trial import TRIAL, Issued, issue_trial_certificate
from xactin.cases.papers.testing import AGENCY, AT, office
from xactin.cases.papers.tests.issued import draft, issued

SOFTHSM = next(
    (
        path
        for path in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"))
        if path.exists()
    ),
    None,
)


@pytest.fixture(scope="module")
def seal_pair() -> Issued:
    return issue_trial_certificate(office().ca, name=AGENCY, organisation=AGENCY, at=AT)


def accepted(agency):
    """Seals with this agency signer; tells whether the verdict holds."""
    pdf = seal_result(draft(), issued().bundle, office().chair, agency, trial=True, at=AT)
    return verify_result(pdf, issued().trust).valid


# ---- key file ----


def test_key_file(seal_pair):
    signer = KeyFileSigner(seal_pair.certificate, seal_pair.key, [office().ca.certificate])
    assert (signer.name, signer.organisation) == (f"{AGENCY} ({TRIAL})", AGENCY)
    assert accepted(signer)


def test_names_say_trial_even_when_they_are_long():
    pair = issue_trial_certificate(office().ca, name="Ủ" * 100, organisation="Ủ" * 100, at=AT)
    assert TRIAL in pair.signer(office().ca.certificate).name


def test_a_key_of_another_certificate_is_refused(seal_pair):
    other = issue_trial_certificate(office().ca, name="A", organisation="B", at=AT)
    with pytest.raises(SigningError, match="does not belong"):
        KeyFileSigner(seal_pair.certificate, other.key)
    for key in (b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(SigningError, match="key"):
            KeyFileSigner(seal_pair.certificate, key)
    with pytest.raises(SigningError, match="certificate"):
        KeyFileSigner(b"none", other.key)


def test_a_key_does_not_show_itself(seal_pair):
    assert "PRIVATE" not in repr(seal_pair)


# ---- token ----


@pytest.fixture
def token(tmp_path, monkeypatch, seal_pair):
    """A SoftHSM token with the agency's key and certificate."""
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))

    def softhsm(*arguments):
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)

    softhsm("--init-token", "--free", "--label", "seal", "--pin", "1234", "--so-pin", "5678")
    key = tmp_path / "key.pem"
    key.write_bytes(seal_pair.key)
    softhsm("--import", str(key), "--token", "seal", "--label", "agency", "--id", "01", "--pin", "1234")
    return {"module": str(SOFTHSM), "token": "seal", "pin": "1234", "key": "agency"}


@pytest.mark.skipif(
    SOFTHSM is None or shutil.which("softhsm2-util") is None, reason="Debian's softhsm2 is not here"
)
def test_token(token, seal_pair):
    """One test for all, since a PKCS#11 library reads its configuration once a process."""
    import pkcs11

    signer = Pkcs11Signer(**token, certificate=seal_pair.certificate, chain=[office().ca.certificate])
    assert accepted(signer)
    signer.close()
    with pytest.raises(SigningError, match="certificate"):
        Pkcs11Signer(**token)
    with pkcs11.lib(token["module"]).get_token(token_label="seal").open(rw=True, user_pin="1234") as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "agency",
                pkcs11.Attribute.SUBJECT: b"subject",
                pkcs11.Attribute.VALUE: pem.unarmor(seal_pair.certificate)[2],
            }
        )
    own = Pkcs11Signer(**token, chain=[office().ca.certificate])
    assert accepted(own)
    own.close()
    for wrong in ({"pin": "0000"}, {"token": "none"}, {"module": "/nowhere.so"}):
        with pytest.raises(SigningError, match="unavailable"):
            Pkcs11Signer(**token | wrong, certificate=seal_pair.certificate)


# ---- service ----


class Service(ThreadingHTTPServer):
    """A signing service that speaks CSC 2.0 as far as we use it."""

    daemon_threads = True

    def __init__(self, pair, *, pin="", raw=False, faults=()):
        self.pair, self.pin, self.raw, self.faults = pair, pin, raw, dict(faults)
        self.key = load_pem_private_key(pair.key, password=None)
        self.asked = []
        super().__init__(("127.0.0.1", 0), Door)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/csc/v2"

    def answer(self, method, body):
        if method == "credentials/info":
            chain = [self.pair.certificate, office().ca.certificate]
            encoded = [base64.b64encode(pem.unarmor(one)[2]).decode() for one in chain]
            key = {"status": "enabled", "algo": ["1.2.840.10045.4.3.2"], "len": 256}
            return {
                "key": key,
                "cert": {"certificates": encoded},
                "authMode": "explicit" if self.pin else "implicit",
            }
        if method == "credentials/authorize":
            if body.get("authData") != [{"id": "PIN", "value": self.pin}]:
                return 400
            return {"SAD": f"sad for {body['hashes'][0]}", "expiresIn": 60}
        if self.pin and body.get("SAD") != f"sad for {body['hashes'][0]}":
            return 400
        assert body["signAlgo"] == "1.2.840.10045.4.3.2"
        digest = base64.b64decode(body["hashes"][0])
        made = self.key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        if self.raw:
            made = b"".join(number.to_bytes(32) for number in decode_dss_signature(made))
        return {"signatures": [base64.b64encode(made).decode()]}


class Door(BaseHTTPRequestHandler):
    def do_POST(self):
        method = self.path.removeprefix("/csc/v2/")
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((method, data))
        if self.headers["Authorization"] != "Bearer secret":
            return self._send(401, b"")
        fault = self.server.faults.get(method)
        if fault is not None:
            return self._send(*fault)
        answer = self.server.answer(method, json.loads(data))
        return (
            self._send(answer, b"")
            if isinstance(answer, int)
            else self._send(200, json.dumps(answer).encode())
        )

    def _send(self, status, data):
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def serve():
    running = []

    def start(*arguments, **named):
        service = Service(*arguments, **named)
        thread = threading.Thread(target=service.serve_forever, args=(0.02,))
        thread.start()
        running.append((service, thread))
        return service

    yield start
    for service, thread in running:
        service.shutdown()
        thread.join()
        service.server_close()


def remote(service, **named):
    return RemoteSigner(
        **{"url": service.url, "token": "secret", "credential": "seal-1", "seconds": 5} | named
    )


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("pin", ["", "2468"])
def test_service(serve, seal_pair, raw, pin):
    service = serve(seal_pair, raw=raw, pin=pin)
    assert accepted(remote(service, pin=pin))
    methods = [method for method, _ in service.asked]
    authorised = ["credentials/authorize"] if pin else []
    assert methods == ["credentials/info", *authorised, "signatures/signHash"]
    assert b"%PDF" not in b"".join(data for _, data in service.asked)


@pytest.mark.parametrize(
    ("method", "fault", "code"),
    [
        ("credentials/info", (503, b""), "unavailable"),
        ("credentials/info", (404, b""), "refused"),
        ("credentials/info", (200, b"[]"), "refused"),
        ("credentials/info", (200, b"{}"), "refused"),
        ("credentials/info", (200, b"x" * 300_000), "refused"),
        ("credentials/info", (302, b""), "refused"),
        ("signatures/signHash", (500, b""), "unavailable"),
        ("signatures/signHash", (429, b""), "unavailable"),
        ("signatures/signHash", (200, b'{"signatures": []}'), "refused"),
        ("signatures/signHash", (200, b'{"signatures": ["!"]}'), "refused"),
        ("signatures/signHash", (200, b'{"signatures": ["MAYCAQECAQE="]}'), "key"),
    ],
)
def test_a_service_that_fails(serve, seal_pair, method, fault, code):
    service = serve(seal_pair, faults={method: fault})
    with pytest.raises(SigningError) as error:
        accepted(remote(service))
    assert error.value.code == code


def test_a_service_with_another_key_or_pin_or_token(serve, seal_pair):
    other = issue_trial_certificate(office().ca, name="A", organisation="B", at=AT)
    with pytest.raises(SigningError, match="key"):
        accepted(remote(serve(Issued(seal_pair.certificate, other.key))))
    with pytest.raises(SigningError, match="refused"):
        accepted(remote(serve(seal_pair, pin="1"), pin="2"))
    with pytest.raises(SigningError, match="refused"):
        remote(serve(seal_pair), token="wrong")


def test_a_service_is_reached_by_https_or_not_at_all(serve, seal_pair):
    for url in ("http://ky-so.example.vn/csc/v2", "ftp://localhost/", "file:///etc"):
        with pytest.raises(SigningError, match="https"):
            RemoteSigner(url=url, token="t", credential="c")
    with pytest.raises(SigningError, match="unavailable"):
        RemoteSigner(url="http://127.0.0.1:9/csc/v2", token="t", credential="c", seconds=2)


# ---- what stands above a signature ----


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (
            {"title": "Chủ tịch", "capacity": "TM.", "body": "Ủy ban nhân dân"},
            ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
        ),
        (
            {"title": "Phó Chủ tịch", "capacity": "KT.", "body": "Ủy ban nhân dân", "head": "Chủ tịch"},
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ),
        ({"title": "Phó Giám đốc", "capacity": "KT.", "head": "Giám đốc"}, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]),
        (
            {"title": "Chánh Văn phòng", "capacity": "TL.", "body": "Ủy ban nhân dân", "head": "Chủ tịch"},
            ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"],
        ),
        (
            {"title": "Trưởng phòng", "capacity": "TUQ.", "head": "Giám đốc"},
            ["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"],
        ),
        ({"title": "Giám đốc"}, ["GIÁM ĐỐC"]),
    ],
)
def test_signature_lines(given, lines):
    assert signature_lines(**given) == lines


@pytest.mark.parametrize(
    ("post", "body", "lines"),
    [
        ("Chủ tịch", "ỦY BAN NHÂN DÂN", ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        (
            "Phó Chủ tịch Thường trực",
            "Ủy ban nhân dân",
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ),
        ("Phó Chủ tịch", "", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
        ("Quyền Chủ tịch", "Ủy ban nhân dân", ["TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH"]),
        ("Chủ tịch UBND xã", "", ["CHỦ TỊCH"]),
    ],
)
def test_who_signs_for_whom_is_told_by_the_post(post, body, lines):
    assert signed_lines(post, head="Chủ tịch", body=body) == lines


@pytest.mark.parametrize("capacity", ["TM.", "KT.", "TL.", "TUQ."])
def test_nobody_signs_for_nobody(capacity):
    with pytest.raises(ValueError, match=capacity):
        signature_lines(title="Phó Chủ tịch", capacity=capacity)
