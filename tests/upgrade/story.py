"""Dossiers in every state, made through the API: how far each procedure goes, and each act that leads aside.

What acts there are is asked of the authority itself, so the story fits every version and every package.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.upgrade.client import APPLICANT, Client


@dataclass(frozen=True)
class Stop:
    """Where a dossier is left: after so many acts ahead, and then an act aside (node of the task, id of the act)."""

    code: str
    acts: int
    aside: tuple[str, str] | None = None


def stops(client: Client, paper: bytes) -> Iterator[Stop]:
    """Walks each procedure to its end once, and names every place where a dossier may rest or turn."""
    for found in client.ask(APPLICANT, "/procedures")["items"]:
        code = found["code"]
        case, acts = client.apply(APPLICANT, code, paper), 0
        seen: set[tuple[str, str]] = set()
        while tasks := client.settled(case):
            yield Stop(code, acts)
            for _who, task in tasks:
                for act in task["acts"]:
                    turn = (str(task["name"]), str(act["id"]))
                    if act["kind"] != "advance" and turn not in seen:
                        seen.add(turn)
                        yield Stop(code, acts, turn)
            client.advance(case)
            acts += 1


def leave(client: Client, stop: Stop, paper: bytes) -> str:
    """Makes a dossier and leaves it there; returns its id."""
    case = client.apply(APPLICANT, stop.code, paper)
    for _act in range(stop.acts):
        client.advance(case)
    tasks = client.settled(case)
    if stop.aside is not None:
        name, id = stop.aside
        username, task = next(one for one in tasks if str(one[1]["name"]) == name)
        client.act(case, username, task, next(act for act in task["acts"] if act["id"] == id))
    return case


def tell(client: Client, paper: bytes) -> list[str]:
    """The whole story; returns the ids of its cases in the order of making."""
    found = list(stops(client, paper))
    cases = []
    for stop in found:
        print(stop, flush=True)
        cases.append(leave(client, stop, paper))
    withdrawn = client.apply(APPLICANT, found[0].code, paper)
    client.ask(
        APPLICANT, f"/cases/{withdrawn}/acts", {"task": "withdraw", "act": "withdraw", "data": {}, "note": ""}
    )
    revoked = client.apply(APPLICANT, found[0].code, paper)
    client.finish(revoked, paper)
    client.post_page("chutich1", f"/desk/cases/{revoked}/revoke/", {"reason": "Thử thu hồi kết quả"})
    return [*cases, withdrawn, revoked]
