"""From a table of steps to BPMN 2.0 with its drawing.

Rows follow one another; rows told to be done together stand between two parallel gateways; a row with a condition has
a way past it; a return leads back. The system's own steps are put in: the result is drawn up before it is signed, and
sealed at the end. Ids of what is put in have a hyphen, which no step's id has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

from xactin.cases.procedures.designs.design import Design, Step
from xactin.kernel.procedure.problems import Problem, problem_about

DRAFT: Final = "draft-result"
SEAL: Final = "seal-result"
_MIDDLE: Final = 160  # the y of the main way, in the units of BPMN DI
_LANE: Final = 110  # between two ways that are gone at once
_GAP: Final = 60
_SIZES: Final = {"task": (140, 80), "gateway": (50, 50), "event": (36, 36)}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    id="definitions" targetNamespace="urn:xactin:procedure" expressionLanguage="https://cel.dev">
"""


@dataclass(frozen=True)
class _Node:
    tag: str
    id: str
    name: str
    shape: str
    x: int
    y: int

    @property
    def size(self) -> tuple[int, int]:
        return _SIZES[self.shape]


@dataclass(frozen=True)
class _Arrow:
    source: str
    target: str
    name: str = ""
    condition: str = ""
    below: int = 0  # how deep a way back is drawn, or one past a step

    @property
    def id(self) -> str:
        return f"{self.source}-to-{self.target}"


@dataclass
class _Drawing:
    nodes: dict[str, _Node] = field(default_factory=dict)
    arrows: list[_Arrow] = field(default_factory=list)
    x: int = _GAP

    def put(self, tag: str, id: str, name: str = "", *, shape: str = "task", y: int = _MIDDLE) -> str:
        """A node in the next column; gives its id."""
        self.nodes[id] = _Node(tag, id, name, shape, self.x, y - _SIZES[shape][1] // 2)
        self.x += _SIZES[shape][0] + _GAP
        return id

    def lead(self, source: str, target: str, name: str = "", condition: str = "", below: int = 0) -> None:
        """An arrow."""
        self.arrows.append(_Arrow(source, target, name, condition, below))


def entry(step: Step) -> str:
    """The node by which a step that stands alone is come to."""
    return f"if-{step.id}" if step.when else step.id


def returns(design: Design) -> Mapping[str, Step]:
    """Where a return from a step leads: the row it says, or the nearest row before it that stands alone."""
    found: dict[str, Step] = {}
    alone: list[Step] = []
    for stage in design.stages():
        for step in stage:
            if "return" in step.acts and alone:
                found[step.id] = next((one for one in alone if one.id == step.back_to), alone[-1])
        if len(stage) == 1:
            alone.append(stage[0])
    return found


def lost_returns(design: Design) -> Iterator[Problem]:
    """return_nowhere: a return that leads nowhere would let the dossier go on as if nobody had returned it."""
    back = returns(design)
    for stage in design.stages():
        for step in stage:
            if "return" in step.acts and (len(stage) > 1 or step.id not in back):
                yield problem_about(
                    "return_nowhere",
                    f"steps.{step.id}",
                    "Bước “{0}” được trả lại nhưng không có bước nào để trả về: bước đầu tiên và bước làm cùng lúc "
                    "với bước khác không trả lại được",
                    "The step “{0}” may return, but to nowhere: the first step, and one done beside others, cannot",
                    step.name.vi,
                )


def bpmn_of(design: Design) -> bytes:
    """`process.bpmn` of a design; whether it is sound is asked of the package that is made from it."""
    drawing, back = _Drawing(), returns(design)
    last = drawing.put("startEvent", "filed", "Nộp hồ sơ", shape="event")
    for stage in design.stages():
        if design.result is not None and stage[0].signs:
            last = _then(drawing, last, drawing.put("serviceTask", DRAFT, "Dự thảo kết quả"))
        last = _together(drawing, stage, last) if len(stage) > 1 else _alone(drawing, stage[0], last, back)
    if design.result is not None:
        last = _then(drawing, last, drawing.put("serviceTask", SEAL, "Đóng dấu, phát hành bản điện tử"))
    _then(drawing, last, drawing.put("endEvent", "done", "Trả kết quả", shape="event"))
    return "".join(_written(drawing, design)).encode()


def _then(drawing: _Drawing, last: str, node: str) -> str:
    drawing.lead(last, node)
    return node


def _alone(drawing: _Drawing, step: Step, last: str, back: Mapping[str, Step]) -> str:
    """A step with the way past it and the way back from it; gives the node that leads on."""
    if step.when:
        last = _then(drawing, last, drawing.put("exclusiveGateway", f"if-{step.id}", shape="gateway"))
        drawing.put("userTask", step.id, step.name.vi)
        drawing.lead(last, step.id, condition=step.when)
    else:
        drawing.lead(last, drawing.put("userTask", step.id, step.name.vi))
    after = step.id
    if step.id in back:
        after = drawing.put("exclusiveGateway", f"after-{step.id}", shape="gateway")
        drawing.lead(step.id, after)
        drawing.lead(after, entry(back[step.id]), "Trả lại", f'acts.{step.id} == "return"', below=90)
    if not step.when:
        return after
    past = _then(drawing, after, drawing.put("exclusiveGateway", f"past-{step.id}", shape="gateway"))
    drawing.lead(last, past, "Không cần", below=70)
    return past


def _together(drawing: _Drawing, stage: tuple[Step, ...], last: str) -> str:
    """Steps done at the same time, one under the other, between two parallel gateways."""
    fork = drawing.put("parallelGateway", f"all-{stage[0].id}", shape="gateway")
    drawing.lead(last, fork)
    left, right = drawing.x, drawing.x
    top = _MIDDLE - _LANE * (len(stage) - 1) // 2
    join = f"joined-{stage[0].id}"
    for row, step in enumerate(stage):
        drawing.x = left
        _branch(drawing, step, fork, join, top + row * _LANE)
        right = max(right, drawing.x)
    drawing.x = right
    return drawing.put("parallelGateway", join, shape="gateway")


def _branch(drawing: _Drawing, step: Step, fork: str, join: str, y: int) -> None:
    if not step.when:
        drawing.lead(fork, drawing.put("userTask", step.id, step.name.vi, y=y))
        drawing.lead(step.id, join)
        return
    asked = drawing.put("exclusiveGateway", f"if-{step.id}", shape="gateway", y=y)
    drawing.lead(fork, asked)
    drawing.lead(asked, drawing.put("userTask", step.id, step.name.vi, y=y), condition=step.when)
    past = drawing.put("exclusiveGateway", f"past-{step.id}", shape="gateway", y=y)
    drawing.lead(step.id, past)
    drawing.lead(asked, past, "Không cần", below=52)
    drawing.lead(past, join)


def _written(drawing: _Drawing, design: Design) -> Iterator[str]:
    yield _HEAD
    yield f'  <bpmn:process id="process" name="{escape(design.name.vi)}" isExecutable="true">\n'
    for node in drawing.nodes.values():
        yield from _node(drawing, node)
    for arrow in drawing.arrows:
        yield from _arrow(arrow)
    yield '  </bpmn:process>\n  <bpmndi:BPMNDiagram id="diagram">\n'
    yield '    <bpmndi:BPMNPlane id="plane" bpmnElement="process">\n'
    for node in drawing.nodes.values():
        width, height = node.size
        mark = ' isMarkerVisible="true"' if node.tag == "exclusiveGateway" else ""
        yield (
            f'      <bpmndi:BPMNShape id="shape-{node.id}" bpmnElement="{node.id}"{mark}>'
            f'<dc:Bounds x="{node.x}" y="{node.y}" width="{width}" height="{height}" /></bpmndi:BPMNShape>\n'
        )
    for arrow in drawing.arrows:
        points = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in _way(drawing, arrow))
        yield f'      <bpmndi:BPMNEdge id="edge-{arrow.id}" bpmnElement="{arrow.id}">{points}</bpmndi:BPMNEdge>\n'
    yield "    </bpmndi:BPMNPlane>\n  </bpmndi:BPMNDiagram>\n</bpmn:definitions>\n"


def _node(drawing: _Drawing, node: _Node) -> Iterator[str]:
    name = f' name="{escape(node.name)}"' if node.name else ""
    # Of a gateway that chooses, the way without a condition is taken where no condition holds.
    ways = [arrow for arrow in drawing.arrows if arrow.source == node.id]
    free = next((arrow.id for arrow in ways if not arrow.condition), "")
    usual = f' default="{free}"' if node.tag == "exclusiveGateway" and len(ways) > 1 else ""
    yield f'    <bpmn:{node.tag} id="{node.id}"{name}{usual}>\n'
    for arrow in drawing.arrows:
        if arrow.target == node.id:
            yield f"      <bpmn:incoming>{arrow.id}</bpmn:incoming>\n"
    for arrow in drawing.arrows:
        if arrow.source == node.id:
            yield f"      <bpmn:outgoing>{arrow.id}</bpmn:outgoing>\n"
    yield f"    </bpmn:{node.tag}>\n"


def _arrow(arrow: _Arrow) -> Iterator[str]:
    name = f' name="{escape(arrow.name)}"' if arrow.name else ""
    head = (
        f'    <bpmn:sequenceFlow id="{arrow.id}"{name} sourceRef="{arrow.source}" targetRef="{arrow.target}"'
    )
    if not arrow.condition:
        yield f"{head} />\n"
        return
    yield (
        f'{head}>\n      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(arrow.condition)}'
        "</bpmn:conditionExpression>\n    </bpmn:sequenceFlow>\n"
    )


def _way(drawing: _Drawing, arrow: _Arrow) -> list[tuple[int, int]]:
    """The corners of an arrow, in right angles."""
    source, target = drawing.nodes[arrow.source], drawing.nodes[arrow.target]
    (wide, high), (other_wide, other_high) = source.size, target.size
    if arrow.below:
        start = (source.x + wide // 2, source.y + high)
        end = (target.x + other_wide // 2, target.y + other_high)
        deep = source.y + high // 2 + arrow.below
        return [start, (start[0], deep), (end[0], deep), end]
    start, end = (source.x + wide, source.y + high // 2), (target.x, target.y + other_high // 2)
    if start[1] == end[1]:
        return [start, end]
    # Out of a gateway first up or down, into one last: so that ways gone at once do not cross.
    turn = source.x + wide // 2 if source.shape == "gateway" else target.x + other_wide // 2
    if source.shape == "gateway":
        return [(turn, source.y if end[1] < start[1] else source.y + high), (turn, end[1]), end]
    return [start, (turn, start[1]), (turn, target.y + other_high if start[1] > end[1] else target.y)]
