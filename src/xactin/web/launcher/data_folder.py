"""Where an authority keeps what is its own on this machine: keys, files, its private database."""

import fcntl
import hashlib
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Literal

Mode = Literal["demo", "real"]
CHECKOUT = Path(__file__).resolve().parents[4]


class DataFolderError(RuntimeError):
    """The data folder cannot be used; the text says why and what to do."""


def in_checkout() -> bool:
    """Whether this code runs from a clone of the repository and not from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "src" / "xactin").is_dir()


def default_data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`XACTIN_DATA`, or the place that fits who runs us.

    Root: below /var/lib/xactin, where the database's own user may reach, one folder for each
    clone so that two clones never share an authority. Others: `data/` in a clone, else the
    place that the XDG rules give.
    """
    if environ.get("XACTIN_DATA"):
        return Path(environ["XACTIN_DATA"]).absolute()
    if os.geteuid() == 0:
        root = Path("/var/lib/xactin")
        if not in_checkout():
            return root / "main"
        mark = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:8]
        return root / f"{CHECKOUT.name}-{mark}"
    if in_checkout():
        return CHECKOUT / "data"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "xactin"


class DataFolder:
    """One authority's folder.

    `keys/`, `files/`, `incoming/` and `static/` belong to whoever runs web and worker; `postgres/` to the
    database's own user. As root the folder itself stays root's, and may be passed through (0711) but not
    listed: the user that web and worker run as can then put nothing in the way of what root opens here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.keys = self.path / "keys"
        self.files = self.path / "files"
        self.incoming = self.path / "incoming"  # uploads on their way to the file store
        self.logs = self.path / "logs"
        self.static = self.path / "static"
        self.trust = self.path / "trust"
        self.postgres = self.path / "postgres"
        self._marker = self.path / "authority.json"
        self._unfinished = self.path / "restore-unfinished"
        self._demo_password = self.path / "demo-password"
        self._lock: IO[str] | None = None

    def create(self) -> None:
        """Makes what is missing, closed to others."""
        if not self.path.exists():
            self.path.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
            if os.geteuid() == 0:
                self.path.chmod(0o711)
        for folder in (self.keys, self.files, self.incoming, self.logs, self.static):
            folder.mkdir(mode=0o700, exist_ok=True)

    def mode(self) -> Mode | None:
        """What stands here: a demo, a real authority, or nothing yet."""
        if not self._marker.is_file():
            return None
        found = json.loads(self._marker.read_text("utf-8")).get("mode")
        if found not in ("demo", "real"):
            raise DataFolderError(f"{self._marker} is not one of ours")
        return "demo" if found == "demo" else "real"

    def set_mode(self, mode: Mode) -> None:
        """Marks the folder once; a demo never turns into a real authority, nor back."""
        standing = self.mode()
        if standing is None:
            write_private(self._marker, json.dumps({"mode": mode}).encode())
        elif standing != mode:
            raise DataFolderError(
                f"{self.path} holds a {standing} authority; choose another folder with --data or XACTIN_DATA"
            )

    def begin_restore(self) -> None:
        """Marks the folder until a restore is done, so that one that was broken off can be repeated."""
        write_private(self._unfinished, b"")

    def is_unfinished(self) -> bool:
        """Whether a restore was begun here and not brought to its end."""
        return self._unfinished.exists()

    def end_restore(self) -> None:
        """What stands here is whole."""
        self._unfinished.unlink()

    def ensure_keys(self) -> None:
        """The secret of sessions and the master key of the vault, made once, readable by us only."""
        self._ensure_key("secret_key", lambda: secrets.token_urlsafe(48))
        self._ensure_key("master.key", lambda: b64encode(secrets.token_bytes(32)).decode())

    def _ensure_key(self, name: str, make: Callable[[], str]) -> None:
        path = self.keys / name
        if not path.exists():
            write_private(path, make().encode() + b"\n")

    def demo_password(self) -> str:
        """The one password of all demo accounts, made once."""
        if not self._demo_password.is_file():
            write_private(self._demo_password, f"xactin-{secrets.token_hex(4)}\n".encode())
        return self._demo_password.read_text("ascii").strip()

    def give(self, uid: int, gid: int) -> None:
        """As root: hands what web and worker use to their OS user, readable by that user only."""
        if not self.trust.exists():
            write_private(self.trust, b"")
            self.trust.chmod(0o644)
        for file in (self._marker, self.trust, self._demo_password):
            if file.exists():
                os.chown(file, uid, gid, follow_symlinks=False)
        for folder in (self.keys, self.incoming, self.static):
            _give_tree(folder, uid, gid)
        # There may be millions of files. The folder itself goes last, so that where it is the user's, all is.
        if self.files.stat().st_uid != uid:
            _give_tree(self.files, uid, gid)

    def take_back(self) -> None:
        """As root: marks that root writes files here again, so that the next `give` looks at each."""
        os.chown(self.files, 0, 0)

    def lock(self) -> bool:
        """Takes the folder for this process; false if another process has it. Ends with the process."""
        handle = (self.path / "lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._lock = handle
        return True

    def unlock(self) -> None:
        """Gives the folder back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _give_tree(top: Path, uid: int, gid: int) -> None:
    """Gives everything below, then `top`. Who could write there before is not trusted: links are not
    followed, and a file that has another name elsewhere is left alone."""
    for _, _, names, folder in os.fwalk(top, topdown=False, follow_symlinks=False):
        for name in names:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if status.st_uid != uid and status.st_nlink == 1:
                os.chown(name, uid, gid, dir_fd=folder, follow_symlinks=False)
        os.fchown(folder, uid, gid)


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all, also through a power cut."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
