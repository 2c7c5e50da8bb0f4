"""The words and signs of an expression, one after the other, and what is said where they make no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from xactin.kernel.expressions.words import MOST_TEXT, TOKEN, ExpressionError


class Tokens:
    """The tokens of a text, each of a kind, and the place up to which they are read."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.at = 0
        self.tokens = self._tokens()

    def _tokens(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        at = 0
        if len(self.source) > MOST_TEXT:
            self.fail(self.source[:10])
        while at < len(self.source):
            match = TOKEN.match(self.source, at)
            if match is None:
                self.fail(self.source[at : at + 10])
            if match.lastgroup == "fraction":
                self.refuse(
                    "kinds",
                    f"“{match.group()}”: không dùng số thập phân, hãy dùng số nguyên",
                    f"“{match.group()}”: no fractions, use whole numbers",
                )
            if match.lastgroup != "space":
                found.append((str(match.lastgroup), match.group()))
            at = match.end()
        return found

    # -- the next one

    def peek(self) -> str:
        """The next token's text; a quoted text never looks like a sign."""
        if self.at >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.at]
        return "" if kind == "text" else text

    def take(self, *wanted: str) -> str:
        if (token := self.peek()) and token in wanted:
            self.at += 1
            return token
        return ""

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            self.fail()

    # -- errors

    def refuse(self, code: str, vi: str, en: str) -> NoReturn:
        raise ExpressionError(
            code, self.source, vi=f"{vi} (trong “{self.source}”)", en=f"{en} (in “{self.source}”)"
        )

    def fail(self, found: str = "") -> NoReturn:
        near = found or (self.tokens[self.at][1] if self.at < len(self.tokens) else "")
        self.refuse(
            "syntax",
            f"Biểu thức sai cú pháp gần “{near}”" if near else "Biểu thức chưa kết thúc",
            f"The expression does not parse near “{near}”" if near else "The expression ends too soon",
        )

    def unknown(self, path: tuple[str, ...], known: Mapping[str, object]) -> NoReturn:
        offered = ", ".join(sorted(known)) or "-"
        name = ".".join(path)
        self.refuse(
            "unknown_name",
            f"Không có “{name}”; có thể dùng: {offered}",
            f"There is no “{name}”; known here: {offered}",
        )
