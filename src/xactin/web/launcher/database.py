"""The database that a command works on: that of `DATABASE_URL`, else the private one of the data folder."""

import os
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from xactin.web.launcher.data_folder import DataFolder, DataFolderError
from xactin.web.launcher.postgres import Cluster
from xactin.web.launcher.processes import Child


@contextmanager
def database(data: DataFolder, environ: MutableMapping[str, str] = os.environ) -> Iterator[str]:
    """The database's address for web and worker, also set as `DATABASE_URL` for the time; the owner's too.

    The private server is joined if `xactin up` runs it, else started and ended again.
    """
    if environ.get("DATABASE_URL"):
        yield environ["DATABASE_URL"]
        return
    data.create()
    cluster, child = _start_or_join(data)
    addresses = cluster.addresses()
    environ.update(addresses)
    try:
        yield addresses["DATABASE_URL"]
    finally:
        for name in addresses:
            environ.pop(name, None)
        if child is not None:
            child.end()
            child.wait_end()
            data.unlock()


def _start_or_join(data: DataFolder, patience: float = 30) -> tuple[Cluster, Child | None]:
    """Whoever holds the folder's lock runs the server; we wait for it to answer, or take its place."""
    cluster = Cluster(data)
    deadline = time.monotonic() + patience
    while not data.lock():
        if cluster.answers():
            return cluster, None
        if time.monotonic() > deadline:
            raise DataFolderError(f"another process holds {data.path}, and its database does not answer")
        time.sleep(0.1)
    cluster.prepare()
    child = cluster.child()
    child.start()
    try:
        cluster.wait(child)
        cluster.ensure_database()
    except BaseException:
        child.end()
        child.wait_end()
        data.unlock()
        raise
    return cluster, child
