"""A time-stamping authority for tests: OpenSSL's own (`openssl ts`) behind HTTP on this machine."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = """
[tsa]
default_tsa = one
[one]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
{chain}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
"""
KEYS = {"rsa": ("rsa:2048",), "ec": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")}


def _openssl(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    command = [shutil.which("openssl") or "openssl", *arguments]
    return subprocess.run(command, cwd=folder, input=data, capture_output=True, check=True).stdout


def found(folder: Path, *, key: str = "rsa", chain: bool = True) -> Path:
    """Keys, certificates and settings of an authority; `chain`: it sends its issuer along."""
    config = folder / "ts.cnf"
    config.write_text(CONFIG.format(folder=folder, chain=f"certs = {folder}/ca.pem" if chain else ""))
    (folder / "serial").write_text("01")
    made = ("req", "-x509", "-nodes", "-days", "3650", "-config", "ts.cnf", "-newkey", *KEYS[key])
    _openssl(
        folder, *made, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Time CA", "-extensions", "ca"
    )
    issued = ("-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=Time stamps of a test")
    _openssl(folder, *made, *issued, "-keyout", "tsa.key", "-out", "tsa.pem", "-extensions", "stamping")
    return config


@contextmanager
def serving(folder: Path, **how: Any) -> Iterator[str]:
    """The address of an authority, as long as it is needed."""
    config = found(folder, **how)
    one_at_a_time = threading.Lock()  # of the serial number

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with one_at_a_time:
                (folder / "query").write_bytes(query)
                reply = _openssl(folder, "ts", "-reply", "-config", str(config), "-queryfile", "query")
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
