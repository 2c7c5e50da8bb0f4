"""The rooms keep their doors: who may enter where, and what each may hold."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PACKAGE, ROOMS, Source, imports, sources

# Floor 0 has no doors: it is made of pure functions and parts of pages.
OPEN_ROOMS = {"kernel", "ui"}
DOORS = {"commands", "queries", "models", "testing"}
# Each further door, and why it is one.
MORE_DOORS = {
    ("identity", "rights"): "the one question whether somebody may do something",
    ("identity", "units"): "the administrative units of the country, which are data",
    ("ledger", "errors"): "its refusals",
    ("ledger", "audit"): "higher rooms register the fold of their own subjects",
    ("ledger", "clock"): "the one clock",
    ("ledger", "rolls"): "what was read is attested before a demo's clock moves",
    ("identity", "settings"): "allauth's settings belong to the room that owns sign-in",
    ("identity", "refusals"): "how a refusal of that room is told by any door",
    ("identity", "rest"): "who calls the API: the check of its tokens",
    ("identity", "idempotency"): "one act for one key, at any door that writes",
    ("identity", "rates"): "how often a stranger may ask: counted where sign-in is counted",
    ("identity", "signatures"): "the door by which a passkey signs any act, at pages and the API",
    ("vault", "rehearsal"): "an act that is done twice alike draws its ids, salts and time from there",
    ("notices", "topics"): "the event that a handler is given",
    ("vault", "apart"): "the closed child in which what strangers wrote is read",
    ("vault", "ids"): "the one maker of ids",
    ("cases", "errors"): "its refusals",
    ("cases", "content"): "the named parts of a dossier, for whoever fills its form in",
    ("demo", "clock"): "the demo's clock, for the command line",
    ("demo", "founding"): "the demo's beginning, for whoever starts it",
    ("demo", "stories"): "what the demo plays on demand, for the command line",
    ("cases", "papers"): "papers are made and checked without a database",
    ("cases", "seals"): "the certificates that genesis names",
    ("vault", "secrets"): "keys at rest are sealed under the one master key",
}


def entered(source: Source) -> Iterator[tuple[str, list[str], str]]:
    """(room, names below it, where) of what a module imports from another room that has doors."""
    for name, line in imports(source):
        package, room, *below = [*name.split("."), ""]
        if package == "xactin" and any(below) and room in ROOMS and room not in (source.room, *OPEN_ROOMS):
            yield room, below, f"line {line}: {name}"


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.place)
def test_other_rooms_are_entered_by_their_doors(source: Source) -> None:
    assert not [
        where
        for room, below, where in entered(source)
        if not DOORS & set(below) and not any((room, name) in MORE_DOORS for name in below)
    ]


def test_no_door_outlives_who_enters_by_it() -> None:
    used = {
        (room, name)
        for source in sources()
        for room, below, _ in entered(source)
        if not DOORS & set(below)
        for name in below
    }
    assert MORE_DOORS.keys() - used == set(), "nobody enters here: wall it up"


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_it_is(room: str) -> None:
    text = (PACKAGE / room / "README.md").read_text("utf-8")
    assert len(text.splitlines()) >= 5


def test_there_is_no_cellar() -> None:
    cellars = {"utils", "helpers", "common", "misc", "util", "helper"}
    assert not [source.place for source in sources() if cellars & set(source.parts)]


@pytest.mark.parametrize(
    "source", [one for one in sources() if "rules" in one.parts], ids=lambda one: one.place
)
def test_rules_are_pure(source: Source) -> None:
    forbidden = {"django", "psycopg", "socket", "requests", "urllib", "procrastinate"}
    assert not [name for name, _ in imports(source) if name.split(".")[0] in forbidden]


def test_statements_are_made_in_the_ledger_alone() -> None:
    """Rooms sign by `chain.attest`, or give the ledger a statement of its own to a signer elsewhere."""
    rooms = {
        source.room for source in sources() for name, _ in imports(source) if name.endswith(".make_statement")
    }
    assert rooms == {"kernel", "ledger"}


def test_ids_have_one_maker() -> None:
    makers = [
        source.place for source in sources() for name, _ in imports(source) if name.startswith("uuid_utils")
    ]
    assert makers == ["vault/ids.py"]


def test_there_is_one_time_zone() -> None:
    named = [
        source.place
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and node.value == "Asia/Ho_Chi_Minh"
    ]
    assert named == ["kernel/local.py"]


def test_refusals_have_one_form() -> None:
    """What a door answers with a status of its own is a `Refusal`, whose codes are spelt one way."""
    wrong = [
        f"{source.place}: {node.name}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        and {"status", "code"} & {name for part in node.body for name in _assigned(part)}
        and {ast.unparse(base) for base in node.bases}
        & {"Exception", "RuntimeError", "ValueError", "LookupError"}
    ]
    assert wrong == []


def _assigned(part: ast.stmt) -> list[str]:
    """The names that a statement of a class's body sets to a number or a text."""
    if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant):
        return [ast.unparse(target) for target in part.targets]
    return []


# Who hears of rows by a signal all the same, and why no command can call it by name.
HEARERS = {
    "identity/attestations/attested_rows.py": "allauth writes rows of its own, Django hashes passwords anew at sign-in"
}


def test_effects_are_called_by_name_and_not_by_signals() -> None:
    signals = ("post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed")
    hearing = {source.place for source in sources() for name, _ in imports(source) if name.endswith(signals)}
    assert hearing == HEARERS.keys()
