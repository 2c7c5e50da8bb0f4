"""What moves by itself: joins that are complete, scopes that have ended, errors, signals, terminations, events.

`moving.py` says what tokens and steps are.
"""

from __future__ import annotations

from typing import Any, Final

from xactin.kernel.attestation import time_text
from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.flow.moving import Moving, Step, Token, endless, events_at, token_at
from xactin.kernel.procedure.model import Kind, Node

__all__ = ["Step", "Token", "Walk"]


MOST_MOVES: Final = 20_000
"""What moves by itself after one act at most; more is a circle that `check` refuses."""


class Walk(Moving):
    """One act's working copy of a state, with all that follows from the act by itself."""

    # -- settling

    def settle(self) -> None:
        """Joins that are complete, scopes that have ended, errors and terminations: until nothing moves."""
        for _ in range(MOST_MOVES):
            if not self.loose and not self.raised:
                return
            if self.raised:
                self.spread(*self.raised.pop(0))
                self.loose = True
            else:
                self.loose = self.fire()
        raise endless(next(iter(self.tokens.values()), {"n": self.flow.root})["n"])

    def fire(self) -> bool:
        """Moves one thing that is ready to move by itself; False when there is none."""
        looked: set[tuple[str, str | None]] = set()
        for name, token in self.tokens.items():
            if "end" in token:
                if self.ended(name, token, looked):
                    return True
            elif "f" in token:
                place = (token["n"], token.get("p"))
                if place not in looked and self.joined(self.flow.nodes[place[0]], place[1]):
                    return True
                looked.add(place)
            elif self.flow.cuts and self.flow.nodes[token["n"]].adhoc and self.adhoc_completed(name):
                return True
        return False

    def ended(self, name: str, token: Token, looked: set[tuple[str, str | None]]) -> bool:
        """What follows from a token at the end of its scope. `looked`: scopes that were asked already."""
        trigger = self.flow.nodes[token["n"]].trigger
        if trigger.kind == "terminate" and len(self.inside(token.get("p"))) > 1:
            self.terminate(name, token)
            return True
        if self.throws(name):
            self.throw(name, trigger.name)
            return True
        if "p" not in token or ("", token["p"]) in looked:
            return False
        looked.add(("", token["p"]))
        return self.completed(token["p"])

    def joined(self, node: Node, scope: str | None) -> bool:
        waiting: dict[str, str] = {}
        for name, token in self.tokens.items():
            if token["n"] == node.id and token.get("p") == scope:
                waiting.setdefault(token["f"], name)
        missing = [arrow for arrow in node.incoming if arrow not in waiting]
        if missing and (node.kind is Kind.PARALLEL or self.awaited(node, scope, set(missing), set(waiting))):
            return False
        step = self.step(node.id, list(waiting.values()))
        for arrow in self.choose(node) if node.kind is Kind.INCLUSIVE else node.outgoing:
            self.follow(step, arrow, scope)
        return True

    def awaited(self, node: Node, scope: str | None, missing: set[str], there: set[str]) -> bool:
        """Whether a token may still come to an inclusive join by an arrow on which none waits."""
        reach = self.flow.inclusive_reach[node.id]
        for token in self.tokens.values():
            if token["n"] != node.id and token.get("p") == scope and "end" not in token:
                ways = reach.get(token["n"], frozenset())
                if ways & missing and not ways & there:
                    return True
        return False

    def inside(self, scope: str | None) -> list[str]:
        """The tokens of a scope, and of the scopes within."""
        found = [name for name, token in self.tokens.items() if token.get("p") == scope]
        for name in list(found):
            found += self.inside(name)
        return found

    def completed(self, host: str) -> bool:
        """Goes on from a subprocess, or from all instances, once everything in it has ended, or enough has."""
        within = [name for name, token in self.tokens.items() if token.get("p") == host]
        if any(map(self.throws, within)):
            return False
        token = self.tokens[host]
        node = self.flow.nodes[token["n"]]
        running = any("end" not in self.tokens[name] and "ev" not in self.tokens[name] for name in within)
        if node.adhoc:
            return False  # its condition is asked where its own token is looked at
        several = node.multi if "mi" in token else None
        early = several is not None and self.early(node, several.completion)
        if running and not early:
            return False
        ends = [self.tokens[name]["n"] for name in within]
        step = self.step(node.id, [host, *(self.inside(host) if running else within)])
        if several and several.sequential and not early and token["done"] + 1 < token["mi"]:
            again = self.rest(step, token | {"done": token["done"] + 1})
            turn = token["done"] + 1
            here = {"n": node.id, "p": again, "i": turn} | _run(token) | self.placed(node, turn)
            self.instance(step, node, here, ())
        elif "i" in token:
            self.rest(step, {"n": node.id, "p": token["p"], "i": token["i"], "end": 2})
        elif node.on_event:
            # What the procedure says of an end within is what became of the dossier.
            told = next((end for end in ends if end in self.package.procedure.ends), node.id)
            self.rest(step, token_at(node, token.get("p")) | {"n": told, "end": 2})
        else:
            self.leave(step, node, token.get("p"))
        return True

    def adhoc_completed(self, host: str) -> bool:
        """Goes on from an ad-hoc subprocess when its condition holds, once something in it was done."""
        token = self.tokens[host]
        node = self.flow.nodes[token["n"]]
        if node.adhoc is None or not node.adhoc.completion or not self.worked(host):
            return False
        running = any(other.get("p") == host and "end" not in other for other in self.tokens.values())
        holds = self.early(node, node.adhoc.completion)
        if holds and (node.adhoc.cancels or not running):
            self.leave(self.step(node.id, [host, *self.inside(host)]), node, token.get("p"))
            return True
        if holds != ("closing" in token):
            kept = {key: value for key, value in token.items() if key != "closing"}
            self.tokens[host] = kept | ({"closing": 1} if holds else {})
        return False

    def worked(self, host: str) -> bool:
        """Whether something that was open in a scope was done."""
        return any(token.get("p") == host for step in self.steps.values() for token in step["in"].values())

    def terminate(self, name: str, token: Token) -> None:
        node = self.flow.nodes[token["n"]]
        step = self.step(node.id, [name, *(other for other in self.inside(token.get("p")) if other != name)])
        self.rest(step, token_at(node, token.get("p")) | {"end": 1})

    def throws(self, name: str) -> bool:
        """Whether a token rests at an error end and has not been looked after yet."""
        token = self.tokens[name]
        return token.get("end") == 1 and self.flow.nodes[token["n"]].trigger.kind == "error"

    def throw(self, name: str, code: str) -> None:
        """An error goes up to the nearest event that catches it; uncaught, it ends like any end."""
        found = self.catcher(self.tokens[name].get("p"), code)
        if found is None:
            self.tokens[name] = self.tokens[name] | {"end": 2}
        else:
            self.happens(*found)

    def catcher(self, scope: str | None, code: str) -> tuple[str, Node] | None:
        """The token and the event that catch an error thrown in a scope: a listener there, else a boundary of what
        opened it, else further up."""
        while True:
            for name, token in self.tokens.items():
                if token.get("p") == scope and "ev" in token and (event := self.catches(token, code)):
                    return name, event
            if scope is None:
                return None
            if event := self.catches(self.tokens[scope], code):
                return scope, event
            scope = self.tokens[scope].get("p")

    def catches(self, token: Token, code: str) -> Node | None:
        """The event of a token that catches an error."""
        for event in events_at(self.flow, token):
            if event.trigger.kind == "error" and event.trigger.name in ("", code):
                return event
        return None

    # -- events

    def spread(self, signal: str, mark: str = "") -> None:
        """A signal comes to everything that waits for it now."""
        for name in list(self.tokens):
            token = self.tokens.get(name)
            if token is None or "end" in token:
                continue
            for event in events_at(self.flow, token):
                if event.trigger.kind == "signal" and event.trigger.name == signal and name in self.tokens:
                    self.happens(name, event, **({"on": [mark]} if mark else {}))

    def happens(self, name: str, event: Node, **facts: Any) -> None:
        """What a token waits for has come: a message, a signal, a time, an error."""
        token = self.tokens[name]
        scope = token.get("p")
        if event.kind is Kind.START:
            self.listened(name, event, facts)
        elif not event.attached_to:
            self.leave(self.step(event.id, [name], **facts), event, scope)
        elif event.interrupting:
            self.interrupt(name, event, **facts)
        else:
            self.leave(self.aside(name, event, facts), event, scope)

    def listened(self, name: str, start: Node, facts: dict[str, Any]) -> None:
        """An event subprocess begins, instead of everything in its scope or beside it."""
        scope = self.tokens[name].get("p")
        node = self.flow.nodes[self.tokens[name]["n"]]
        if start.interrupting:
            step = self.step(start.id, self.inside(scope), **facts)
        else:
            step = self.aside(name, start, facts)
        inner = self.rest(step, token_at(node, scope))
        for listener in self.flow.listeners.get(node.id, ()):
            waiting = token_at(listener, inner) | {"ev": 1, "at": self.text}
            self.rest(step, self.armed(waiting, events_at(self.flow, waiting)))
        self.leave(step, start, inner)
        self.loose = True

    def aside(self, name: str, event: Node, facts: dict[str, Any]) -> Step:
        """The step of an event that leaves alone what it happens to; its timer is over, or set again."""
        step = self.step(event.id, (), **facts | {"on": [name, *facts.get("on", ())]})
        if event.trigger.kind == "timer":
            self.tokens[name] = self.after_firing(self.tokens[name], event)
        return step

    def after_firing(self, token: Token, event: Node) -> Token:
        """A token without a timer that fired, or with the same set again."""
        timers = {key: due for key, due in token.get("timers", {}).items() if key != event.id}
        again = dict(token.get("again", {}))
        left = again.pop(event.id, event.trigger.times) - 1
        if left > 0:
            due = clock.timer_due(self.package, event, self.values(), self.at, self.calendar)
            timers[event.id], again[event.id] = time_text(due), left
        kept = {key: value for key, value in token.items() if key not in ("timers", "again")}
        return kept | ({"timers": timers} if timers else {}) | ({"again": again} if again else {})

    def interrupt(self, host: str, event: Node, **facts: Any) -> None:
        """A boundary event takes over from its activity."""
        token = self.tokens[host]
        step = self.step(event.id, [host, *self.inside(host)], **facts)
        self.leave(step, event, token.get("p"))
        self.loose = True


def _run(token: Token) -> dict[str, int]:
    return {"r": token["r"]} if "r" in token else {}
