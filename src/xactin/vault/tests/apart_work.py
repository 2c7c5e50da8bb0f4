"""Work for `test_apart`: what a child may do, well and badly."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence

from xactin.vault.apart import Header, WorkError


def work(header: Header, parts: Sequence[bytes]) -> tuple[Header, list[bytes]]:  # noqa: C901
    match header["do"]:
        case "pid":
            return {"pid": os.getpid(), "folder": os.environ["TMPDIR"]}, list(parts)
        case "environment":
            return dict(os.environ), []
        case "write":
            with open(f"{os.environ['TMPDIR']}/large", "wb") as out:
                out.truncate(header["size"])
        case "open":
            held = [os.open(os.devnull, os.O_RDONLY) for _ in range(header["count"])]
            return {"held": len(held)}, []
        case "read":
            with open(header["file"], "rb") as file:
                return {"read": len(file.read())}, []
        case "connect":
            with socket.create_connection(("127.0.0.1", header["port"]), timeout=1):
                return {"connected": True}, []
        case "sleep":
            time.sleep(header["seconds"])
        case "refuse":
            raise WorkError("no", "because")
        case "break":
            1 / 0  # noqa: B018
        case "spin":
            while True:
                pass
        case "exit":
            os._exit(3)
        case "eat":
            return {}, [b"\0" * (4 << 30)]
        case "print":
            print("not an answer")
            return {}, []
    return header, list(parts)
