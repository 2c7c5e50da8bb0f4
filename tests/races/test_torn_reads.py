"""Readers beside writers: every page and resource that reads a case, with acts between its own statements.

An answer is made of several reads. Here a colleague acts after each of the first of them, and the answer must be
the one that was given before anybody acted.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from difflib import unified_diff
from itertools import cycle
from typing import Any

import orjson
import pytest
from django.db import connection
from django.urls import reverse

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.models import Case
from xactin.cases.tests.asking import API, Asker, body_of
from xactin.cases.tests.visiting import Visitor
from xactin.cases.web.rest import router
from xactin.cases.web.urls import urlpatterns
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.flow import supplements
from xactin.ledger.chains import snapshot
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db(transaction=True)
ACTS_BETWEEN = 3
OFFICER = "chuyenvien3"
CHANGES = re.compile(
    rb'name="(?:entry|csrfmiddlewaretoken|writer)" value="[^"]*"|data-entry="[^"]*"|"X-CSRFToken": "[^"]*"'
)
SIGNED_AT = re.compile(rb"\d\d:\d\d:\d\d")
OF_NOW = {"head"}
"""Pages that only say how long the chain of a dossier is by now: one number, as new as can be."""
LISTS = ("cases:own-list", "cases:inbox", "cases:desk-list")


class Busy:
    """A dossier that goes to and fro between its officer and its applicant, one act a call, on its own connection."""

    def __init__(self) -> None:
        testing.province_with(testing.BIRTH)
        self.case = testing.apply(testing.BIRTH)
        testing.do(self.case, "receive", "accept")
        self._data = testing.example(testing.BIRTH)["data"]
        self._pool = ThreadPoolExecutor(1)
        self._steps = cycle([self._ask, self._give])
        self.acts = 0

    def act(self) -> None:
        """The next act, done and committed when this returns."""
        self.acts += 1
        self._pool.submit(next(self._steps)).result()

    def settle(self) -> None:
        """Back at the officer's desk, and everything in the log."""
        if self.acts % 2:
            self.act()
        sequence_all()

    def close(self) -> None:
        """Ends its connection."""
        self._pool.submit(lambda: connection.close()).result()
        self._pool.shutdown()

    def _ask(self) -> None:
        testing.do(self.case, "verify", "supplement", {"items": ["Giấy chứng sinh bản rõ"]}, username=OFFICER)

    def _give(self) -> None:
        self._data["delivery"]["copies"] = self.acts % 5
        applications.supply(by=actor_for("congdan1"), case=self.case.pk, data=self._data)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    # The procedure lets more be asked for once; here somebody asks again and again, so that something always moves.
    monkeypatch.setattr(supplements, "may_ask", lambda _package, _state: True)
    made = Busy()
    yield made
    made.close()


@contextmanager
def acts_between(busy: Busy, left: int = ACTS_BETWEEN) -> Iterator[None]:
    """Behind each of the first statements that read dossiers, somebody acts."""

    def beside(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        found = execute(sql, params, many, context)
        if left and "cases_" in sql:
            left -= 1
            busy.act()
        return found

    with connection.execute_wrapper(beside):
        yield


def _pages(case: Case) -> Iterator[tuple[str, str]]:
    """(who reads, the address) of each page that shows dossiers."""
    for name in LISTS:
        yield ("congdan1" if "own" in name else OFFICER), reverse(name)
    yield OFFICER, reverse("cases:desk-list") + "?format=csv"
    told = {"case": case.pk, "form": "01", "task": "t1", "act": "accept"}
    others = {"uuid": case.pk, "int": 1, "str": "x"}
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        if "case" in names and pattern.name not in OF_NOW:
            values = {name: told.get(name, others[kind_of(one)]) for name, one in names.items()}
            path = reverse(f"cases:{pattern.name}", kwargs=values)
            yield (OFFICER if "/desk/" in path else "congdan1"), path


def kind_of(converter: object) -> str:
    """`uuid` of `<uuid:case>`."""
    return type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()


def _resources(case: Case) -> Iterator[str]:
    """The address of each resource of the API that reads dossiers."""
    for path, view in router.path_operations.items():
        reads = any("GET" in one.methods for one in view.operations)
        if reads and path.startswith(("/cases", "/tasks")):
            yield path.replace("{case}", str(case.pk))


def _body(answer: Any) -> bytes:
    """The bytes, without what is another each time: ids offered for acts, tokens, when a head was signed."""
    body = CHANGES.sub(b"", body_of(answer))
    if body.startswith(b"%PDF"):  # signed anew each time: what it says is the same
        said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True)
        return SIGNED_AT.sub(b"", said.stdout)
    if not body.startswith(b'{"authority"'):
        return body
    bundle = orjson.loads(body)
    heads = [{name: told for name, told in one["said"].items() if name != "at"} for one in bundle["heads"]]
    return orjson.dumps(bundle | {"heads": heads})


def _same_beside_writers(busy: Busy, read: Callable[[], Any], name: str) -> bool:
    """Reads quietly and beside writers; whether there was anything to read.

    Pages tell how much time is left: where a minute ended between the two, both are read once more. A torn read
    is torn each time, since somebody acts behind the same statements.
    """
    for last in (False, True):
        busy.settle()
        quiet = read()
        if quiet.status_code in (302, 404, 405):  # a door for acts, or nothing there yet
            return False
        before = busy.acts
        with acts_between(busy):
            beside = read()
        assert busy.acts > before, f"{name}: nobody acted"
        same = (beside.status_code, _body(beside)) == (quiet.status_code, _body(quiet))
        assert same or not last, f"{name}: {_difference(_body(quiet), _body(beside))}"
        if same:
            break
    return True


def _difference(one: bytes, other: bytes) -> str:
    """Line by line; of what is no text (a picture, a sealed file) bytes as they are written in Python."""
    texts = [body.decode(errors="backslashreplace").splitlines() for body in (one, other)]
    return "\n".join(line[:300] for line in unified_diff(*texts, "quiet", "beside", n=0))


def test_every_page_and_resource_of_a_case_stands_on_one_moment(busy: Busy) -> None:
    visitors = {name: Visitor(name) for name in ("congdan1", OFFICER)}
    read = [
        path
        for who, path in _pages(busy.case)
        if _same_beside_writers(busy, lambda who=who, path=path: visitors[who].open(path), path)
    ]
    assert {path.rstrip("/").rpartition("/")[2] for path in read} >= {
        "cases", "desk", "01.pdf", "bundle.json", "revoke", str(busy.case.pk),
    }  # fmt: skip
    asker = Asker(OFFICER)
    resources = list(_resources(busy.case))
    assert len(resources) >= 6
    for path in resources:
        found = _same_beside_writers(busy, lambda path=path: asker.get(path), API + path)
        assert found or path.endswith("result.pdf"), path


def test_without_one_moment_the_tasks_of_a_case_contradict_it(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race that the snapshot ends: an act comes between the case's row and its open tasks."""
    asker = Asker(OFFICER)
    monkeypatch.setattr(snapshot, "run", lambda *_given, **_more: [])
    with acts_between(busy, 1):
        assert asker.get(f"/cases/{busy.case.pk}/tasks").status_code == 500
