"""BPMN that is not covered is refused by name, never ignored."""

import pytest

from xactin.kernel.procedure.drawing.bpmn import read_bpmn
from xactin.kernel.procedure.problems import PackageError
from xactin.kernel.procedure.testing import BPMN, bpmn

PLAIN = bpmn("start s\nuser a\nend z\ns -> a -> z").decode()


def refused(text: str) -> dict[str, str]:
    """Problems by place."""
    with pytest.raises(PackageError) as caught:
        read_bpmn(text.encode())
    assert all(problem.vi and problem.en for problem in caught.value.problems)
    return {problem.where: problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(
    "element",
    [
        '<scriptTask id="x"/>',
        '<task id="x"/>',
        '<manualTask id="x"/>',
        '<complexGateway id="x"/>',
        '<transaction id="x"/>',
        '<userTask id="x"><standardLoopCharacteristics/></userTask>',
        '<userTask id="x"><extensionElements/></userTask>',
        '<userTask id="x" isForCompensation="true"/>',
        '<userTask id="x" completionQuantity="2"/>',
        '<userTask id="x" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:assignee="me"/>',
        '<eventBasedGateway id="x" instantiate="true"/>',
        '<intermediateCatchEvent id="x"><conditionalEventDefinition/></intermediateCatchEvent>',
        '<intermediateCatchEvent id="x"/>',
        '<intermediateThrowEvent id="x"><escalationEventDefinition/></intermediateThrowEvent>',
        '<boundaryEvent id="x" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>',
        '<callActivity id="x" calledElement="elsewhere"/>',
        '<callActivity id="x" calledElement="a"/>',
    ],
)
def test_an_element_that_is_not_covered_is_named(element: str) -> None:
    found = refused(PLAIN.replace("</process>", f"{element}</process>"))
    assert "unknown_element" in found.values()
    assert "x" in found or any(
        word in place for place in found for word in ("Cond", "cond", "time", "Elements")
    )


def test_elements_of_the_file_are_named_too() -> None:
    found = refused(PLAIN.replace("<process", '<escalation id="beacon"/><process', 1))
    assert found == {"beacon": "unknown_element"}


def test_a_condition_may_only_stand_after_a_gateway() -> None:
    assert refused(bpmn("start s\nuser a\nend z\ns -> a\na -> z : true").decode()) == {
        "a_z": "unknown_element"
    }


@pytest.mark.parametrize(
    ("flow", "code", "where"),
    [
        ("start s\nuser a\nend z\ns -> a", "connection", "a"),
        ("start s\nuser a\nend z\ns -> z", "connection", "a"),
        ("start s\nstart t\nend z\ns -> z\nt -> z", "start", "main"),
        ("user a\nend z\na -> z", "start", "main"),
        ("start s\nend z\ns -> nowhere -> z", "arrow", "s_nowhere"),
        (
            "start s\nsub p {\nstart q\nuser b\nend y\nq -> b -> y\n}\nend z\ns -> p -> z\nb -> z",
            "arrow",
            "b_z",
        ),
        ("start s\nxor g default=s_g\nuser a\nend z\ns -> g -> a -> z", "connection", "g"),
        ("start s\nevents e\nuser a\nuser b\nend z\ns -> e -> a -> z\ne -> b -> z", "connection", "e"),
        ("start s\nuser số\nend z\ns -> số -> z", "bpmn_id", "số"),
        ("start s\nuser a\nuser a\nend z\ns -> a -> z", "bpmn_id", "a"),
        ("start s\nand g\ntimer t on g PT1H\nend z\ns -> g -> z\nt -> z", "connection", "t"),
        ("process q {\nstart qs\nend qz\nqs -> qz\n}\nstart s\nend z\ns -> z", "processes", "process.bpmn"),
        (
            "process q {\nstart qs\ncall c q\nend qz\nqs -> c -> qz\n}\nstart s\ncall d q\nend z\ns -> d -> z",
            "processes",
            "q",
        ),
    ],
)
def test_a_flow_that_is_not_joined_is_told(flow: str, code: str, where: str) -> None:
    assert refused(bpmn(flow).decode()).get(where) == code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html/>",
        b"<definitions",
        b'<!DOCTYPE d [<!ENTITY x "y">]><definitions>&x;</definitions>',
        b'<!DOCTYPE d SYSTEM "http://localhost/x"><definitions/>',
        b"x" * 3_000_000,
    ],
)
def test_a_file_that_is_no_bpmn_is_refused(data: bytes) -> None:
    with pytest.raises(PackageError):
        read_bpmn(data)


def test_what_only_draws_is_read_over() -> None:
    drawn = PLAIN.replace(
        "</process>",
        '<laneSet id="l"><lane id="n" name="Counter"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
        '<textAnnotation id="t"><text>why</text></textAnnotation><association id="q" sourceRef="a" targetRef="t"/>'
        '<dataObject id="o"/><dataObjectReference id="r"/></process>'
        f'<d:BPMNDiagram xmlns:d="{BPMN.replace("MODEL", "DI")}"/>',
    )
    flow = read_bpmn(drawn.encode())
    assert (flow.lanes, sorted(flow.nodes)) == ({"a": "Counter"}, ["a", "s", "z"])
