"""What the surroundings say: which kind of authority this is, its secrets, and what is refused.

Everything comes from the environment and the data folder; nothing here needs Django, so that
a command can refuse before anything is loaded.
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from xactin.web.launcher.data_folder import DataFolder, default_data_folder

INSECURE_SECRET = "insecure-known-to-everybody"  # noqa: S105 (never accepted without an override)
TEST_MASTER_KEY = b"xactin test master key, 32 bytes"
SHORTEST_SECRET = 32


class RefusedError(RuntimeError):
    """A setting that production does not accept, with the override that would."""


@dataclass(frozen=True)
class Surroundings:
    """The settings that others derive from. `mode`: production, demo or test."""

    mode: str
    data: DataFolder
    database_url: str | None
    public_url: str
    secret_key: str
    master_key: bytes | None
    proxies: int = 0
    tsa_url: str = ""
    owner_url: str | None = None

    @property
    def https(self) -> bool:
        """Whether people reach us over TLS (which a proxy before us ends)."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The name people know us by."""
        return urlsplit(self.public_url).hostname or "localhost"


def read(environ: Mapping[str, str] = os.environ) -> Surroundings:
    """The surroundings as they are; refuses nothing."""
    data = DataFolder(default_data_folder(environ))
    mode = environ.get("XACTIN_MODE") or ("demo" if data.mode() == "demo" else "production")
    if mode not in ("production", "demo", "test"):
        raise RefusedError("XACTIN_MODE is one of production, demo, test")
    default_url = f"http://localhost:{environ.get('XACTIN_PORT', '8000')}"
    public_url = environ.get("XACTIN_URL", default_url).rstrip("/")
    return Surroundings(
        mode=mode,
        data=data,
        database_url=environ.get("DATABASE_URL") or None,
        public_url=public_url,
        secret_key=_secret_key(environ, data, mode),
        master_key=_master_key(environ, data, mode),
        proxies=_proxies(environ, public_url),
        tsa_url=_tsa_url(environ),
        owner_url=environ.get("XACTIN_OWNER_URL") or None,
    )


def installed(*names: str) -> bool:
    """Whether these optional packages stand here; none is imported for the question."""
    try:
        return all(find_spec(name) for name in names)
    except ValueError:  # a module that was put aside
        return False


def database(url: str) -> dict[str, object]:
    """The Django setting for a `postgresql://` address (socket folders by `?host=`)."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "xactin",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        # One connection stays with each thread; it is tried once a request, so that a
        # restarted database costs nobody an error.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Hot acts repeat a handful of statements: preparing them halves their planning time.
        "OPTIONS": {"prepare_threshold": 5, "connect_timeout": "5", **query},
    }


def refusals(found: Surroundings, environ: Mapping[str, str] = os.environ) -> list[str]:
    """What production does not accept here, each with its override; empty when all is sound."""
    if found.mode != "production":
        return []
    rules = [
        (
            found.database_url is None or environ.get("XACTIN_BUNDLED_POSTGRES") == "1",
            "XACTIN_ALLOW_BUNDLED_POSTGRES",
            "the bundled PostgreSQL is for trials; set DATABASE_URL to a server of your own",
        ),
        (
            found.secret_key == INSECURE_SECRET
            or len(found.secret_key) < SHORTEST_SECRET
            or not found.master_key,
            "XACTIN_ALLOW_DEFAULT_SECRET",
            "no secrets of its own: `xactin init` makes a new authority; where the data folder of one is gone, "
            "`xactin restore FILE` brings it back; or set XACTIN_SECRET_KEY and XACTIN_KEY",
        ),
        (
            not found.https,
            "XACTIN_ALLOW_HTTP",
            "plain HTTP: set XACTIN_URL to the https:// address that people use",
        ),
    ]
    return [
        f"{text} (override: {name}=1)" for broken, name, text in rules if broken and environ.get(name) != "1"
    ]


def require_sound(found: Surroundings, environ: Mapping[str, str] = os.environ) -> None:
    """Raises `RefusedError` with every reason at once."""
    reasons = refusals(found, environ)
    if reasons:
        raise RefusedError("production settings refused:\n  - " + "\n  - ".join(reasons))


def _proxies(environ: Mapping[str, str], public_url: str) -> int:
    """How many proxies of ours add to X-Forwarded-For: TLS is ended by one at least."""
    text = environ.get("XACTIN_PROXIES") or ("1" if public_url.startswith("https://") else "0")
    if not text.isdecimal():
        raise RefusedError("XACTIN_PROXIES is how many proxies stand before us: 0, 1, 2, ...")
    return int(text)


def _tsa_url(environ: Mapping[str, str]) -> str:
    """Where the time-stamping authority is asked; "" for none. Such services speak plain HTTP as a rule."""
    url = environ.get("XACTIN_TSA_URL", "").strip()
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise RefusedError("XACTIN_TSA_URL is the http:// or https:// address of an RFC 3161 service")
    return url


def _secret_key(environ: Mapping[str, str], data: DataFolder, mode: str) -> str:
    if environ.get("XACTIN_SECRET_KEY"):
        return environ["XACTIN_SECRET_KEY"]
    if mode == "test":
        return "only-for-tests-" + "x" * SHORTEST_SECRET
    return _first_line(data.keys / "secret_key") or INSECURE_SECRET


def _master_key(environ: Mapping[str, str], data: DataFolder, mode: str) -> bytes | None:
    text = environ.get("XACTIN_KEY")
    if not text and environ.get("XACTIN_KEY_FILE"):
        text = Path(environ["XACTIN_KEY_FILE"]).read_text("ascii").strip()
    if not text and mode == "test":
        return TEST_MASTER_KEY
    text = text or _first_line(data.keys / "master.key")
    if not text:
        return TEST_MASTER_KEY if environ.get("XACTIN_ALLOW_DEFAULT_SECRET") == "1" else None
    key = b64decode(text, validate=True)
    if len(key) != 32:
        raise RefusedError("XACTIN_KEY must be 32 bytes in base64")
    return key


def _first_line(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ""
