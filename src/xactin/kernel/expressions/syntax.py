"""The grammar of CEL as far as rules need it, read for names and kinds.

A recursive descent over the language definition (github.com/google/cel-spec), in one pass: each rule
returns the Shape of what it read. What is refused here never reaches the evaluator.
"""

from __future__ import annotations

from xactin.kernel.expressions.tokens import Tokens
from xactin.kernel.expressions.words import (
    ADDED,
    ANY,
    CALLS,
    CONSTANTS,
    CONVERTED,
    DEEP,
    HELD,
    LISTED,
    METHODS,
    NESTED,
    ORDERED,
    OUR_SIZE,
    OWN,
    RESERVED,
    Names,
    Parsed,
    Shape,
    unquoted,
)


def parse_expression(text: str, names: Names) -> Parsed:
    """Reads a whole expression. Raises ExpressionError (syntax, unknown_name, kinds)."""
    return _Reader(text, names).whole()


class _Reader(Tokens):
    def __init__(self, text: str, names: Names) -> None:
        super().__init__(text)
        self.names = names
        self.found = Parsed()
        self.asked: set[tuple[str, ...]] = set()  # paths that has() asked for
        self.maybe: set[tuple[str, ...]] = set()  # paths that may be missing
        self.local: list[tuple[str, Shape]] = []
        self.depth = 0
        self.asking = 0  # how many names were asked so far

    def whole(self) -> Parsed:
        self.found.shape = self.choice()
        if self.at < len(self.tokens):
            self.fail()
        self.found.text = " ".join(token for _, token in self.tokens)
        self.found.unguarded = {
            path for path in self.maybe if not any(path[: len(asked)] == asked for asked in self.asked)
        }
        return self.found

    # -- the grammar, loosest binding first

    def choice(self) -> Shape:
        self.depth += 1
        if self.depth > DEEP:
            self.fail()
        condition = self.either()
        if self.take("?"):
            self.expect(condition, "bool")
            first = self.either()
            self.need(":")
            second = self.choice()
            condition = first if first.kind == second.kind else ANY
        self.depth -= 1
        return condition

    def either(self) -> Shape:
        return self.logic("||", self.both)

    def both(self) -> Shape:
        return self.logic("&&", self.compared)

    def logic(self, sign: str, inner: object) -> Shape:
        shape = inner()  # type: ignore[operator]
        while self.take(sign):
            self.expect(shape, "bool")
            self.expect(inner(), "bool")  # type: ignore[operator]
            shape = Shape("bool")
        return shape  # type: ignore[no-any-return]

    def compared(self) -> Shape:
        shape = self.sum()
        while sign := self.take("==", "!=", "<", "<=", ">", ">=", "in"):
            other = self.sum()
            if sign == "in":
                self.alike(shape, other.items or ANY) if other.kind == "list" else self.expect(other, "map")
            else:
                self.alike(shape, other)
            if sign in ("<", "<=", ">", ">="):
                self.among(shape, ORDERED)
                self.among(other, ORDERED)
            shape = Shape("bool")
        return shape

    def sum(self) -> Shape:
        since = (self.at, self.asking)
        shape = self.product()
        while sign := self.take("+", "-"):
            other = self.product()
            self.alike(shape, other)
            for one in (shape, other):
                self.among(one, ADDED if sign == "+" else frozenset({"int"}))
            shape = shape if shape.kind != "any" else other
            self.constant(since)
        return shape

    def product(self) -> Shape:
        since = (self.at, self.asking)
        shape = self.signed()
        while sign := self.take("*", "/", "%"):
            self.expect(shape, "int")
            divisor = (self.at, self.asking)
            self.expect(self.signed(), "int")
            shape = Shape("int")
            self.constant(since)
            if sign != "*":  # what is divided does not matter where the divisor alone makes it fail
                self.constant(divisor, "1 / ( {} )")
        return shape

    def signed(self) -> Shape:
        since = (self.at, self.asking)
        if self.take("!"):
            self.expect(self.signed(), "bool")
            return Shape("bool")
        if self.take("-"):
            literal = self.at < len(self.tokens) and self.tokens[self.at][0] == "number"
            shape = self.signed()
            self.expect(shape, "int")
            if not literal and shape.kind == "int":
                self.subtracted(since[0])
            self.constant(since)
            return Shape("int")
        return self.member()

    def subtracted(self, sign: int) -> None:
        """`-x` as `(0 - x)`: the evaluator's own minus turns the least number into itself and says nothing."""
        self.tokens[sign : sign + 1] = [("sign", "("), ("number", "0"), ("sign", "-")]
        self.at += 2
        self.tokens.insert(self.at, ("sign", ")"))
        self.at += 1

    def constant(self, since: tuple[int, int], form: str = "{}") -> None:
        """Keeps what was read since then, if it asks no name."""
        start, asking = since
        if asking == self.asking:
            read = [text.replace(OUR_SIZE, "size") for _, text in self.tokens[start : self.at]]
            self.found.constants.add(form.format(" ".join(read)))

    def member(self) -> Shape:
        shape, path = self.primary()
        while sign := self.take(".", "["):
            if sign == "[":
                shape, path = self.index(shape, path)
                continue
            name = self.name()
            if self.peek() == "(":
                shape, path = self.method(name, shape), None
            else:
                shape, path = self.select(name, shape, path)
        return shape

    def primary(self) -> tuple[Shape, tuple[str, ...] | None]:
        if self.at >= len(self.tokens):
            self.fail()
        kind, token = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return Shape("int"), None
        if kind == "text":
            self.at += 1
            self.found.literals.add(unquoted(token))
            return Shape("string"), None
        if kind == "name":
            self.at += 1
            return self.named(token)
        if self.take("("):
            shape = self.choice()
            self.need(")")
            return shape, None
        if self.take("["):
            items = self.arguments("]")
            same = {item.kind for item in items}
            return Shape("list", items=items[0] if len(same) == 1 else ANY), None
        self.fail()

    # -- names

    def name(self) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "name":
            self.at += 1
            return self.tokens[self.at - 1][1]
        self.fail()

    def named(self, token: str) -> tuple[Shape, tuple[str, ...] | None]:
        if token in CONSTANTS:
            return Shape(CONSTANTS[token]), None
        if self.peek() != "(":
            self.asking += 1
        if token in RESERVED:
            self.at -= 1
            self.fail()
        if self.peek() == "(":
            return self.call(token), None
        for local, shape in reversed(self.local):
            if local == token:
                return shape, None
        if token not in self.names.roots:
            self.unknown((token,), self.names.roots)
        if self.peek() != ".":
            self.found.roots[token] = None
        return self.names.roots[token], (token,)

    def select(
        self, name: str, shape: Shape, path: tuple[str, ...] | None
    ) -> tuple[Shape, tuple[str, ...] | None]:
        if shape.kind not in ("map", "any"):
            self.unknown((*(path or ()), name), {})
        if shape.members is not None and name not in shape.members:
            self.unknown((*(path or ()), name), shape.members)
        inner = (shape.members or {}).get(name, ANY)
        if path is None:
            return inner, None
        longer = (*path, name)
        self.found.paths.add(longer)
        if len(longer) == 2:
            known = self.found.roots.get(path[0], frozenset())
            self.found.roots[path[0]] = None if known is None else known | {name}
        if name not in shape.required:
            self.maybe.add(longer)
        return inner, longer

    def index(self, shape: Shape, path: tuple[str, ...] | None) -> tuple[Shape, tuple[str, ...] | None]:
        is_text = self.at < len(self.tokens) and self.tokens[self.at][0] == "text"
        literal = unquoted(self.tokens[self.at][1]) if is_text else None
        if path is not None and len(path) == 1:
            self.found.roots[path[0]] = None
        self.among(shape, HELD)
        literals = set(self.found.literals)
        inner = self.choice()
        self.need("]")
        if literal is not None and shape.kind == "map":
            self.found.literals = literals  # a name, and no text that something is compared with
            return self.select(literal, shape, path)
        if shape.kind == "list":
            self.expect(inner, "int")
        return shape.items or ANY, None

    # -- calls

    def call(self, name: str) -> Shape:
        if name == "has":
            return self.has()
        if name not in CALLS:
            self.unknown((f"{name}()",), {f"{known}()": 0 for known in (*CALLS, "has")})
        since = (self.at - 1, self.asking)
        self.own(name)
        self.need("(")
        arguments = self.arguments(")")
        if len(arguments) != (2 if name == "days" else 1):
            self.fail()
        for argument in arguments:
            self.among(argument, CONVERTED[name])
        self.constant(since)
        return Shape(CALLS[name])

    def has(self) -> Shape:
        """`has(a.b)`: the whole path may be missing from the last member on."""
        self.need("(")
        before = set(self.maybe)
        self.member()
        asked = max(self.maybe - before, key=len, default=None)
        self.maybe = before
        if asked is not None:
            self.asked.add(asked)
        self.need(")")
        return Shape("bool")

    def method(self, name: str, shape: Shape) -> Shape:
        if name in LISTED:
            return self.comprehension(name, shape)
        if name not in METHODS:
            self.unknown((f"{name}()",), {f"{known}()": 0 for known in (*METHODS, *LISTED)})
        if name == "size":
            self.own("size")
        self.need("(")
        first = self.at
        arguments = self.arguments(")")
        if len(arguments) != (1 if METHODS[name] == "bool" else 0):
            self.fail()
        wanted = {"bool": frozenset({"string"}), "int": frozenset({"time"})}[METHODS[name]]
        self.among(shape, CONVERTED["size"] if name == "size" else wanted)
        for argument in arguments:
            self.among(argument, wanted)
        if name == "matches" and self.at - first == 2:
            self.constant((first, self.asking), '"" . matches ( {}')
        return Shape(METHODS[name])

    def own(self, name: str) -> None:
        """Marks a call of ours; `size` takes the name under which ours is known."""
        self.found.calls = self.found.calls or name in OWN
        if name == "size":
            self.tokens[self.at - 1] = ("name", OUR_SIZE)

    def comprehension(self, name: str, shape: Shape) -> Shape:
        self.among(shape, HELD)
        if len(self.local) >= NESTED:
            self.fail(name)
        self.need("(")
        variable = self.name()
        self.need(",")
        item = (
            (shape.items or ANY) if shape.kind == "list" else Shape("string") if shape.kind == "map" else ANY
        )
        self.local.append((variable, item))
        inner = self.choice()
        self.local.pop()
        self.need(")")
        if name == "map":
            return Shape("list", items=inner)
        self.expect(inner, "bool")
        return shape if name == "filter" else Shape("bool")

    def arguments(self, end: str) -> list[Shape]:
        found: list[Shape] = []
        while not self.take(end):
            if found:
                self.need(",")
            found.append(self.choice())
        return found

    # -- kinds

    def expect(self, shape: Shape, kind: str) -> None:
        self.alike(shape, Shape(kind))

    def among(self, shape: Shape, kinds: frozenset[str]) -> None:
        """Refuses a kind for which what is wanted of it always fails."""
        if shape.kind != "any" and shape.kind not in kinds:
            told = ", ".join(sorted(kinds))
            self.refuse(
                "kinds",
                f"Không thể dùng {shape.kind} ở chỗ cần {told}",
                f"{shape.kind} where {told} is needed",
            )

    def alike(self, one: Shape, other: Shape) -> None:
        kinds = {one.kind, other.kind}
        if len(kinds) == 2 and not kinds & {"any", "null"}:
            self.refuse(
                "kinds",
                f"Không thể dùng lẫn {one.kind} với {other.kind}",
                f"{one.kind} and {other.kind} do not go together",
            )
