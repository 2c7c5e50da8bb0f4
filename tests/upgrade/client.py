"""A client of `/api/v1` and of two pages, as a stranger would write it: it knows no procedure and none of our code.

So it speaks with an authority of any version, which is how an upgrade is tried.
"""

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from tests.authority import surroundings

Case = dict[str, Any]
Task = dict[str, Any]
APPLICANT = "congdan1"
WHO = (
    "motcua1",
    "chuyenvien1",
    "chuyenvien2",
    "chuyenvien3",
    "sonnmt1",
    "soxd1",
    "chutich1",
    "vanthu1",
    APPLICANT,
)
PATIENCE = 300  # seconds that a service of the flow (a draft, a seal) may take
PASSWORD = "mat-khau-thu-nghiem"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Refused(Exception):
    """The API said no."""


@dataclass
class Client:
    """The people of the demo authority at one address, each with a token made by `program`."""

    port: int
    data: Path
    program: str
    tokens: dict[str, str] = field(default_factory=dict)
    doers: dict[str, str] = field(default_factory=dict)  # by the name of a task, who did it last

    def token(self, username: str) -> str:
        """A token by `xactin token`, made when first asked for."""
        if username not in self.tokens:
            command = [self.program, "token", username, "--data", str(self.data)]
            told = subprocess.run(command, env=surroundings(), capture_output=True, check=True)
            self.tokens[username] = told.stdout.decode().strip()
        return self.tokens[username]

    def ask(self, username: str, path: str, body: object = None, *, kind: str = "application/json") -> Any:
        """One request of the API; raises Refused with what it answered."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token(username)}", "Content-Type": kind}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", data=data, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(f"{path}: {error.code} {error.read().decode()}") from error

    def upload(self, username: str, content: bytes) -> str:
        """The id of a file just sent."""
        edge = "xxEDGExx"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="giay-to.pdf"\r\n'
        body = (
            f"{head}Content-Type: application/pdf\r\n\r\n".encode() + content + f"\r\n--{edge}--\r\n".encode()
        )
        stored = self.ask(username, "/files", body, kind=f"multipart/form-data; boundary={edge}")
        return str(stored["id"])

    def apply(self, username: str, code: str, paper: bytes) -> str:
        """The id of a new case with the example that the procedure itself gives."""
        example = self.ask(username, f"/procedures/{code}")["example"]
        kinds = [one if isinstance(one, str) else one["kind"] for one in example.get("documents", ())]
        documents = [{"kind": kind, "file": self.upload(username, paper)} for kind in kinds]
        made = self.ask(
            username, "/cases", {"procedure": code, "data": example["data"], "documents": documents}
        )
        return str(made["id"])

    def case(self, case: str) -> Case:
        """The case as its applicant sees it."""
        found: Case = self.ask(APPLICANT, f"/cases/{case}")
        return found

    def tasks(self, case: str) -> list[tuple[str, Task]]:
        """Each open task that somebody of the demo may do, with who may."""
        found = {}
        for one in self.ask(APPLICANT, f"/cases/{case}/tasks")["items"]:
            first = self.doers.get(one["name"], APPLICANT)
            for username in dict.fromkeys((first, *WHO)):
                mine = self._mine(username, case, one["id"])
                if mine is not None:
                    self.doers[one["name"]] = username
                    found[one["id"]] = (username, mine)
                    break
        return [found[id] for id in sorted(found)]

    def _mine(self, username: str, case: str, id: str) -> Task | None:
        try:
            items = self.ask(username, f"/cases/{case}/tasks")["items"]
        except Refused:
            return None  # not theirs to see
        return next((task for task in items if task["id"] == id and task["mine"]), None)

    def settled(self, case: str) -> list[tuple[str, Task]]:
        """The tasks that officials may do, once services of the flow have done theirs; none when it is over or
        waits for its applicant."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.case(case)
            if found["finished_at"] or found["phase"] == "supplement":
                return []
            tasks = self.tasks(case)
            if tasks:
                return tasks
            assert time.monotonic() < deadline, f"case {case} stands still"
            time.sleep(1)

    def act(self, case: str, username: str, task: Task, act: dict[str, Any]) -> None:
        """One act with the answers that its own description gives as an example."""
        body = {"task": task["id"], "act": act["id"], "data": act.get("example") or {}, "note": ""}
        self.ask(username, f"/cases/{case}/acts", body)

    def advance(self, case: str) -> None:
        """Does the `advance` act of one task; nothing where the case came to its end meanwhile."""
        tasks = self.settled(case)
        for username, task in tasks:
            ahead = [act for act in task["acts"] if act["kind"] == "advance"]
            if ahead:
                return self.act(case, username, task, ahead[0])
        assert not tasks, f"nobody can bring case {case} ahead"

    def supply(self, case: str, paper: bytes) -> None:
        """What was asked for: the first paper of the dossier anew, or one of the first kind of its procedure."""
        found = self.case(case)
        kinds = [str(one["part"]).removeprefix("document.").split(".")[0] for one in found["documents"]]
        if not kinds:
            asked = self.ask(APPLICANT, f"/procedures/{found['procedure']}")["documents"]
            kinds = [str(one["kind"]) for one in asked]
        data = {"documents": [{"kind": kinds[0], "file": self.upload(APPLICANT, paper)}]}
        answer = {"task": "supply", "act": "supply", "data": data, "note": ""}
        self.ask(APPLICANT, f"/cases/{case}/acts", answer)

    def finish(self, case: str, paper: bytes) -> Case:
        """Brings a case to its end by the `advance` acts of whoever has a task; what was asked for is supplied."""
        for _step in range(60):
            found = self.case(case)
            if found["finished_at"]:
                return found
            if found["phase"] == "supplement":
                self.supply(case, paper)
            else:
                self.advance(case)
        raise AssertionError(f"case {case} does not end")

    def post_page(self, username: str, path: str, fields: dict[str, str]) -> str:
        """Signs in, opens a page and sends its form; returns the page that follows."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._send(opener, "/accounts/login/", {"login": username, "password": PASSWORD})
        return self._send(opener, path, fields)

    def _send(self, opener: urllib.request.OpenerDirector, path: str, fields: dict[str, str]) -> str:
        address = f"http://localhost:{self.port}{path}"
        with opener.open(address, timeout=60) as page:
            mark = CSRF.search(page.read().decode())
        assert mark, f"no form at {path}"
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": mark[1]}).encode()
        with opener.open(urllib.request.Request(address, data=body), timeout=60) as page:
            return str(page.read().decode())
