"""The acts: a row lock, the right, SpiffWorkflow's state loaded, moved and saved, an audit row."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.sides.spiff.models import Audit, Dossier

MODEL = Path(__file__).parents[2] / "package" / "process.bpmn"
ROLES = {
    "receive": "reception",
    "consult_land": "land",
    "consult_infrastructure": "infrastructure",
    "consult_environment": "environment",
    "approve": "chair",
    "issue": "clerk",
}


class NotAllowedError(Exception):
    """The act is out of turn or by the wrong person."""


def _parsed() -> Any:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(MODEL.read_bytes())))
    return parser.get_spec("bench")


SPEC = _parsed()
SERIALIZER = BpmnWorkflowSerializer()


def _ready(workflow: BpmnWorkflow) -> list[Any]:
    return list(workflow.get_tasks(state=TaskState.READY, manual=True))


@transaction.atomic
def submit(applicant: User, data: dict[str, Any]) -> Dossier:
    """Opens a dossier and runs to its first task."""
    workflow = BpmnWorkflow(SPEC)
    workflow.data.update(data)
    workflow.do_engine_steps()
    dossier = Dossier.objects.create(
        state=SERIALIZER.serialize_json(workflow),
        open_tasks=[task.task_spec.name for task in _ready(workflow)],
        applicant=applicant,
    )
    Audit.objects.create(dossier=dossier, actor=applicant, act="submit", detail=data)
    return dossier


@transaction.atomic
def do(dossier_id: int, name: str, actor: User, answer: dict[str, Any]) -> None:
    """Does one task and lets the engine run on."""
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    workflow = SERIALIZER.deserialize_json(dossier.state)
    task = next((task for task in _ready(workflow) if task.task_spec.name == name), None)
    if task is None or not actor.groups.filter(name=ROLES[name]).exists():
        raise NotAllowedError(name)
    task.data[name] = answer
    task.run()
    workflow.do_engine_steps()
    dossier.state = SERIALIZER.serialize_json(workflow)
    dossier.open_tasks = [task.task_spec.name for task in _ready(workflow)]
    dossier.done = workflow.is_completed()
    dossier.save(update_fields=["state", "open_tasks", "done", "updated_at"])
    Audit.objects.create(dossier=dossier, actor=actor, act=name, detail=answer)
