"""`check` names what is wrong, where; sound flows pass. (The ten faulty packages: test_broken_packages.py.)"""

from pathlib import Path
from typing import Any

import orjson
import pytest

from xactin.kernel.procedure.check import check, check_folder
from xactin.kernel.procedure.package import Package, PackageError, digest_of, load_package
from xactin.kernel.procedure.soundness import states
from xactin.kernel.procedure.soundness.states import soundness
from xactin.kernel.procedure.testing import bpmn, meta_of, package_of, task
from xactin.kernel.working_time import vietnam

PLAIN = "start s\nuser a\nend z\ns -> a -> z"


def codes(package: Package, posts: Any = None) -> dict[str, str]:
    problems = check(package, posts=posts, calendar=vietnam())
    assert all(problem.vi and problem.en and str(problem) for problem in problems)
    return {problem.where: problem.code for problem in problems}


def sound(flow: str, **said: Any) -> dict[str, str]:
    return {problem.where: problem.code for problem in soundness(package_of(flow, **said), vietnam())}


SUB = (
    "start s\nsub p {\nstart q\nand f\nuser a\nuser b\n%s\nend y\n"
    "q -> f -> a -> j -> y\nf -> b -> j\n}\nend z\ns -> p -> z"
)


@pytest.mark.parametrize(
    "flow",
    [
        PLAIN,
        "start s\nand f\nuser a\nuser b\nand j\nend z\ns -> f -> a -> j -> z\nf -> b -> j",
        "start s\nand f\nuser a\nuser b\nend y\nend z\ns -> f -> a -> y\nf -> b -> z",
        "start s\nor f\nuser a\nuser b\nor j\nend z\ns -> f\nf -> a : true\nf -> b : true\na -> j -> z\nb -> j",
        "start s\nuser a *2\nend z\ns -> a -> z",
        "start s\nuser a **2\nend z\ns -> a -> z",
        "start s\nsub p *2 {\nstart q\nuser a\nend y\nq -> a -> y\n}\nend z\ns -> p -> z",
        "start s\nuser a\ntimer t on a PT1H aside\nuser b\nend y\nend z\ns -> a -> z\nt -> b -> y",
        "start s\nuser a\nmessage m on a\nuser b\nend z\ns -> a -> z\nm -> b -> z",
        "start s\nevents e\nmessage m\ntimer t PT1H\nuser a\nend z\ns -> e -> m -> a -> z\ne -> t -> z",
        SUB % "and j",
        "process q {\nstart r\nuser a\nend y\nr -> a -> y\n}\nstart s\ncall c q\ncall d q\nend z\ns -> c -> d -> z",
        "start s\nuser a\nxor g default=g_z\nend z\ns -> a -> g -> z\ng -> a : true",
        "start s\nand f\nuser a\nuser b\nend x terminate\nend z\ns -> f -> a -> x\nf -> b -> z",
    ],
)
def test_sound_flows_pass(flow: str) -> None:
    assert sound(flow) == {}


@pytest.mark.parametrize(
    ("flow", "where", "code"),
    [
        (
            "start s\nxor f default=f_a\nuser a\nuser b\nand j\nend z\n"
            "s -> f -> a -> j -> z\nf -> b : true\nb -> j",
            "j",
            "deadlock",
        ),
        (
            "start s\nand f\nuser a\nuser b\nxor j\nuser c\nend z\ns -> f -> a -> j -> c -> z\nf -> b -> j",
            "j",
            "token_left",
        ),
        (SUB % "xor j", "j", "token_left"),
        ("start s\nand f\nuser a\nuser b\nend z\ns -> f -> a -> z\nf -> b -> z", "z", "token_left"),
        ("start s\nuser a\nerror e on a oops\nuser b\nend z\ns -> a -> z\ne -> b -> z", "b", "dead_task"),
        (
            "start s\nuser a\nuser b\nxor g default=g_z\nuser c\nend z\n"
            "s -> a -> z\nb -> g -> z\ng -> c : true\nc -> b",
            "b",
            "dead_task",
        ),
    ],
)
def test_unsound_flows_are_named(flow: str, where: str, code: str) -> None:
    assert sound(flow).get(where) == code


def test_a_circle_without_a_way_out_is_named() -> None:
    flow = """
        start s
        user a
        xor g default=g_z
        user b
        user c
        end z
        s -> a -> g -> z
        g -> b : form.x > 1
        b -> c -> b
    """
    assert sound(flow, form=FORM) == {"b": "livelock"}
    no_end = "start s\nuser a\nuser b\nend z\nuser c\ns -> a -> b -> a\nc -> z"
    assert set(sound(no_end + "\nuser d\nd -> c\nc -> d").values()) == {"livelock", "dead_task"}


def branches(word: str, ways: int) -> str:
    """So many tasks between a gateway and its join."""
    default = " default=f_u0" if word == "or" else ""
    said = " : form.x > 1" if word == "or" else ""
    lines = [f"user u{n}\nf -> u{n}{said if n else ''}\nu{n} -> j" for n in range(ways)]
    return "\n".join([f"start s\n{word} f{default}\n{word} j\nend z\ns -> f\nj -> z", *lines])


def test_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sound(branches("or", 5), form=FORM) == {}
    monkeypatch.setattr(states, "MOST_STATES", 200)
    assert sound(branches("or", 5), form=FORM) == {"main": "too_many_states"}
    assert sound(branches("and", 40), form=FORM) == {}, (
        "branches that cannot disturb each other go one by one"
    )


# -- limits


def test_the_longest_way_counts() -> None:
    flow = """
        start s
        user receive
        and f
        user a
        user b
        and j
        user c
        xor g default=g_z
        end z
        s -> receive -> f -> a -> j -> c -> g -> z
        f -> b -> j
        g -> receive : acts.c == "return"
    """

    def limits(receive: int, a: int, b: int, c: int) -> dict[str, str]:
        days = {"receive": receive, "a": a, "b": b, "c": c}
        tasks = {name: task(name, limit={"working_day": n}) for name, n in days.items()}
        return codes(package_of(flow, tasks, reception="receive"))

    assert limits(9, 3, 4, 3) == {}, "what comes before receipt is not counted, and of branches the longest"
    assert limits(1, 3, 4, 4) == {"b": "path_too_long"}
    assert limits(1, 3, 1, 5) == {"c": "path_too_long"}


def test_the_authority_s_limit_counts_at_its_maximum() -> None:
    said = {"a": task("a", limit={"working_day": 1})}
    own = {"a": {"default": {"working_day": 1}, "maximum": {"working_day": 8}}}
    assert codes(package_of(PLAIN, said, authority_limits=own)) == {"a": "path_too_long"}


def test_instances_in_turn_take_their_time_each() -> None:
    said = {"a": task("a", limit={"working_day": 3}, agencies=["x", "y", "z"])}
    assert codes(package_of(PLAIN.replace("user a", "user a *1"), said)) == {}
    assert codes(package_of(PLAIN.replace("user a", "user a **1"), said)) == {"a": "path_too_long"}


# -- names and rules

GATE = "start s\nuser a\nxor g default=g_z\nuser b\nend z\ns -> a -> g -> z\ng -> b : {}\nb -> z"
FORM = {"x": {"type": "integer"}, "o": {"type": "object", "properties": {"y": {"type": "boolean"}}}}


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("form.x >", "condition_syntax"),
        ("form.z > 1", "condition_unknown_field"),
        ("acts.nobody == 'x'", "condition_unknown_field"),
        ("answers.a.opinion == 'x'", "condition_unknown_field"),
        ("form.x == 'one'", "condition_kinds"),
        ("form.x", "condition_kinds"),
        ("form.o.y", "condition_may_lack"),
        ("acts.a == 'gone'", "condition_unknown_act"),
    ],
)
def test_conditions_are_read_before_they_are_used(condition: str, code: str) -> None:
    assert codes(package_of(GATE.format(condition), form=FORM))["g_b"] == code


def test_good_conditions_pass() -> None:
    for condition in ("form.x > 1", "has(form.o.y) && form.o.y", "acts.a == 'return'", "acts.a != 'silence'"):
        assert codes(package_of(GATE.format(condition), form=FORM)) == {}


def test_rules_of_fee_documents_and_eligibility_are_read_too() -> None:
    words = {"vi": "x", "en": "x"}
    found = codes(
        package_of(
            PLAIN,
            form=FORM,
            fee=[
                {"kind": "f", "name": words, "amount": "form.zz * 2"},
                {"kind": "g", "name": words, "amount": "true"},
            ],
            documents=[
                {"kind": "d", "name": words, "required": "form.x"},
                {"kind": "d", "name": words, "required": True},
            ],
            eligibility=[{"when": "form.x > 1 &&", "message": words}],
        )
    )
    assert found == {
        "fee.f": "condition_unknown_field",
        "fee.g": "condition_kinds",
        "documents.d": "condition_kinds",
        "eligibility.0": "condition_syntax",
        "d": "document_twice",
    }


def test_gateways_need_a_default_and_conditions() -> None:
    flow = GATE.format("form.x > 1").replace(" default=g_z", "")
    assert codes(package_of(flow, form=FORM)) == {"g": "no_default", "g_z": "condition_missing"}


@pytest.mark.parametrize(
    ("said", "where", "code"),
    [
        ({"reception": "nobody"}, "nobody", "task_unknown"),
        ({"parts": {"form.p": ["/nothing"]}}, "parts.form.p", "part_unknown"),
        ({"parts": {"form.p": ["/x"], "form.q": ["/x"]}}, "parts.form.q", "part_unknown"),
        ({"timers": {"t": {"working_day": 1}}}, "t", "timer"),
        ({"ends": {"y": "done"}}, "y", "end_unknown"),
        ({"services": {"x": {"kind": "notify"}}}, "x", "service_unknown"),
        ({"authority_limits": {"q": {"maximum": {"working_day": 1}}}}, "q", "limit"),
        ({"result": {"kind": "k", "name": {}, "template": "result.typ"}}, "result.typ", "file_missing"),
    ],
)
def test_the_files_speak_of_the_same_things(said: dict[str, Any], where: str, code: str) -> None:
    assert codes(package_of(PLAIN, form=FORM, **said)) == {where: code}


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"reads": ["form.nothing"]}, "a", "reads_unknown"),
        ({"reads": ["answer.*"]}, "a", "reads_unknown"),
        ({"silence": "consent"}, "a", "silence_without_limit"),
        ({"acts": [{"id": "no", "kind": "refuse", "label": {"vi": "x", "en": "x"}}]}, "a", "no_advance"),
        ({"acts": [task("a")["acts"][0]] * 2}, "tasks.a.acts.go", "act_twice"),
        ({"acts": [{**task("a")["acts"][0], "id": "silence"}]}, "tasks.a.acts.silence", "act_twice"),
        ({"acts": [{**task("a")["acts"][0], "data_schema": {"type": 3}}]}, "tasks.a.acts.go", "form_schema"),
        (
            {"acts": [{**task("a")["acts"][0], "data_schema": {"required": ["q"]}, "example": {}}]},
            "tasks.a.acts.go",
            "act_example",
        ),
        ({"writes": ["form.x"]}, "form.x", "part_twice"),
    ],
)
def test_a_task_is_described_rightly(changes: dict[str, Any], where: str, code: str) -> None:
    assert codes(package_of(PLAIN, {"a": task("a", **changes)}, FORM)) == {where: code}


def test_tasks_services_timers_and_errors_are_described() -> None:
    flow = "start s\nservice v\nuser a\ntimer t on a P1M\nend e error=oops\nend z\ns -> v -> a -> z\nt -> e"
    meta = meta_of({"b": task("b")})
    package = load_package(
        {"procedure.yaml": orjson.dumps(meta), "process.bpmn": bpmn(flow), "form.schema.json": b"{}"}
    )
    assert codes(package) == {
        "a": "task_undescribed",
        "b": "task_unknown",
        "v": "service_undescribed",
        "t": "timer",
        "e": "error_uncaught",
    }


def test_somebody_has_to_hold_the_post() -> None:
    package = package_of(PLAIN)
    assert codes(package, {("handling", "officer")}) == {}
    assert codes(package, {("handling", "chair")}) == {"a": "post_nobody_holds"}
    several = package_of(PLAIN.replace("user a", "user a *1"), {"a": task("a", agencies=["land", "roads"])})
    assert codes(several, {("land", "officer"), ("handling", "officer")}) == {"a": "post_nobody_holds"}


# -- examples

EXAMPLE = """
name: it comes out
submitted: 2026-07-20 08:00
data: {x: 1}
expect_start: {tasks: [a], phase: submitted, due: null}
acts:
  - {at: 2026-07-20 09:00, task: a, act: go, post: officer, expect: {phase: done, tasks: [], fee: 0}}
expect: {phase: done, due: 2026-07-29 09:00, acts: {a: go}}
"""


def example(text: str) -> list[str]:
    package = package_of(
        PLAIN, form=FORM | {"o": {}}, files={"examples/one.yaml": text.encode()}, reception="a"
    )
    schema = {"type": "object", "properties": FORM, "required": ["x"], "additionalProperties": False}
    package = load_package(dict(package.files) | {"form.schema.json": orjson.dumps(schema)})
    found = check(package, posts=None, calendar=vietnam())
    assert {(problem.code, problem.where) for problem in found} <= {("example_fails", "examples/one.yaml")}
    return [problem.en for problem in found]


def test_an_example_comes_out() -> None:
    assert example(EXAMPLE) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("due: 2026-07-29 09:00", "due: 2026-07-28 09:00", "due is 2026-07-29 09:00"),
        ("{x: 1}", "{x: one}", "data /x"),
        ("task: a", "task: b", "task is ['a']"),
        ("act: go", "act: dance", "refused (unknown_act)"),
        ("post: officer", "post: chair", "refused (wrong_post)"),
        ("fee: 0", "fee: 1", "fee is 0"),
        ("{a: go}", "{a: silence}", "acts is"),
        ("at: 2026-07-20 09:00", "at: 2026-07-19 09:00", "at is"),
        ("tasks: []", "tusks: []", "unknown: tusks"),
        ("expect: {phase: done, tasks", "expect: {refused: stale, tasks", "refused is None"),
        ("{x: 1}", "3", "no form"),
        ("tasks: [a]", "tasks: [b]", "the submission: tasks"),
        ("data:", "documents: [paper]\ndata:", "documents"),
    ],
)
def test_an_example_that_does_not_come_out_says_where(old: str, new: str, told: str) -> None:
    assert EXAMPLE.count(old) >= 1
    (said,) = example(EXAMPLE.replace(old, new, 1))
    assert told in said


# -- reading a package


def test_a_package_is_read_alike_from_a_folder_and_from_files(tmp_path: Path) -> None:
    package = package_of(PLAIN, files={"examples/one.yaml": b"name: x"})
    for name, data in package.files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "link").symlink_to("/etc/hostname")
    read = load_package(tmp_path)
    assert (read.digest, dict(read.files)) == (package.digest, dict(package.files))
    assert (read.code, read.version, str(read.effective_from), read.effective_until) == (
        "9.999999",
        "1",
        "2026-01-01",
        None,
    )
    assert digest_of({**package.files, "x": b""}) != package.digest


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("procedure.yaml", b"a: [", "unreadable"),
        ("procedure.yaml", b"- a", "unreadable"),
        ("procedure.yaml", b"code: x", "package_form"),
        ("procedure.yaml", b"\xff\xfe\x00", "unreadable"),
        ("form.schema.json", b"{", "unreadable"),
        ("form.schema.json", b"[]", "unreadable"),
        ("process.bpmn", b"<x/>", "unknown_element"),
        ("examples/a.yaml", b"!!python/object/apply:os.system ['true']", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_a_problem(name: str, data: bytes, code: str) -> None:
    files = dict(package_of(PLAIN).files) | {name: data}
    with pytest.raises(PackageError) as caught:
        load_package(files)
    assert code in {problem.code for problem in caught.value.problems}


def test_a_misspelt_word_is_a_problem() -> None:
    with pytest.raises(PackageError) as caught:
        package_of(PLAIN, supplment={"within": {"working_day": 3}})
    assert "supplment" in str(caught.value)


def test_a_folder_that_is_none_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    assert [problem.code for problem in check_folder(tmp_path / "nothing")] == ["file_missing"]
    assert {problem.code for problem in check_folder(tmp_path)} == {"file_missing"}
