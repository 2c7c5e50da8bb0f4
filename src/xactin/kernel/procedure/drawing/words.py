"""The words of BPMN that are covered, and why others are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element

from xactin.kernel.procedure.model import Kind

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
DRAWING: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"

# Ids are keys of signed effects, and those are ASCII (kernel/README.md, canonical form).
ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
DRAWN: Final = frozenset(
    {"documentation", "textAnnotation", "association", "group", "dataObject", "dataObjectReference"}
    | {"dataStoreReference", "laneSet", "incoming", "outgoing"}
)
TOP: Final = frozenset({"process", "itemDefinition", "documentation"})
DECLARED: Final = frozenset({"message", "error", "signal"})
MULTI: Final = "multiInstanceLoopCharacteristics"
TRIGGERS: Final = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate",
}
ALLOWED: Final = {
    Kind.START: {"none", "message", "timer", "signal", "error"},
    Kind.END: {"none", "terminate", "error", "message", "signal"},
    Kind.CATCH: {"timer", "message", "signal"},
    Kind.THROW: {"none", "message", "signal"},
    Kind.BOUNDARY: {"timer", "message", "error", "signal"},
}
# Attribute -> the values under which it changes nothing for us (None: any value).
ATTRIBUTES: Final[Mapping[str, frozenset[str] | None]] = {
    "id": None,
    "name": None,
    "default": None,
    "sourceRef": None,
    "targetRef": None,
    "attachedToRef": None,
    "cancelActivity": frozenset({"true", "false"}),
    "calledElement": None,
    "messageRef": None,
    "errorRef": None,
    "signalRef": None,
    "gatewayDirection": None,
    "isImmediate": None,
    "implementation": frozenset({"##unspecified", "##WebService"}),
    "isForCompensation": frozenset({"false"}),
    "startQuantity": frozenset({"1"}),
    "completionQuantity": frozenset({"1"}),
    "triggeredByEvent": frozenset({"true", "false"}),
    "instantiate": frozenset({"false"}),
    "eventGatewayType": frozenset({"Exclusive"}),
    "parallelMultiple": frozenset({"false"}),
    "isInterrupting": frozenset({"true", "false"}),
    "isSequential": frozenset({"true", "false"}),
    "behavior": frozenset({"All"}),
    "ordering": frozenset({"Parallel", "Sequential"}),
    "cancelRemainingInstances": frozenset({"true", "false"}),
    # Of texts that are rules: the language they are in, when it is said.
    "language": frozenset({"CEL", "cel", "https://cel.dev"}),
    "evaluatesToTypeRef": None,
    # Of a process and what is declared beside it.
    "isExecutable": None,
    "isClosed": None,
    "processType": None,
    "errorCode": None,
    "itemSubjectRef": None,
    "structureRef": None,
    "partitionElementRef": None,
    f"{XSI}type": None,
}


def tag_of(element: Element) -> str:
    """The name of an element: bare in BPMN's namespace, else with its own."""
    return element.tag.removeprefix(BPMN)


def short(name: str) -> str:
    """A foreign name without most of its namespace: `{http://camunda.org/schema/1.0/bpmn}class` is
    `camunda.org:class`."""
    space, _, local = name.removeprefix("{").rpartition("}")
    return f"{space.split('//')[-1].split('/')[0]}:{local}" if space else local


def flag(element: Element, name: str, usual: str = "false") -> bool:
    """A true-or-false attribute."""
    return element.get(name, usual) == "true"


_CODE: Final = (
    "nó chạy mã chương trình; hãy dùng serviceTask có mô tả ở mục services",
    "it runs program code; use a serviceTask that is described under services",
)
_PERSON: Final = (
    "phải nói rõ ai làm; hãy dùng userTask, serviceTask, sendTask hoặc receiveTask",
    "it does not say who does it; use a userTask, serviceTask, sendTask or receiveTask",
)
_UNDO: Final = (
    "việc đã ký không tự động bù trừ được; hãy vẽ bước sửa chữa thành nhánh riêng",
    "signed acts cannot be compensated by themselves; draw the mending as a branch of its own",
)
_VENDOR: Final = (
    "phần mở rộng riêng của phần mềm khác, ở đây không có tác dụng; hãy bỏ đi hoặc nhập tệp thành bản nháp",
    "an extension of other software that would do nothing here; remove it, or import the file as a draft",
)
_LOOP: Final = (
    "vòng lặp phải được vẽ ra; hãy dùng cổng loại trừ và mũi tên quay lại",
    "a loop has to be drawn; use an exclusive gateway and an arrow back",
)
_GATEWAY: Final = (
    "quy tắc của nó không kiểm tra được; hãy dùng cổng loại trừ, song song hoặc bao gồm",
    "its rule cannot be checked; use an exclusive, parallel or inclusive gateway",
)
_EVENT: Final = (
    "sự kiện này chỉ được là: hẹn giờ, thông điệp, tín hiệu, lỗi hoặc kết thúc ngay, tùy vị trí",
    "an event here is a timer, message, signal, error or terminate, as its place allows",
)
_USUAL: Final = (
    "ngoài phạm vi được hỗ trợ; hãy thay bằng phần tử được hỗ trợ",
    "it is not covered; replace it by an element that is",
)
_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "scriptTask": _CODE,
    "task": _PERSON,
    "manualTask": _PERSON,
    "transaction": _UNDO,
    "compensateEventDefinition": _UNDO,
    "cancelEventDefinition": _UNDO,
    "extensionElements": _VENDOR,
    "standardLoopCharacteristics": _LOOP,
    "complexGateway": _GATEWAY,
    "escalationEventDefinition": _EVENT,
    "conditionalEventDefinition": _EVENT,
    "linkEventDefinition": _EVENT,
}


def reason(what: str) -> tuple[str, str]:
    """Why a word is refused and what to use instead, in both languages."""
    if what.startswith("{"):
        return _VENDOR
    return _REASONS.get(what, _USUAL)


REASONS: Final = {"vendor": _VENDOR, "event": _EVENT, "usual": _USUAL}
