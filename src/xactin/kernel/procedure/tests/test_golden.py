"""One dossier, whole, as states and effects: kept for ever, because effects are signed and audits fold them.

Never make this file again to let a test pass. A change of what an act does needs a new `v` in the state.
"""

import json
from pathlib import Path
from typing import Any

from xactin.kernel.canonical import canonical
from xactin.kernel.procedure.testing import package_of, written
from xactin.kernel.procedure.tests.play import Play
from xactin.kernel.procedure.tests.test_undo import CONSULT, consult
from xactin.kernel.working_time import Calendar

GOLDEN = Path(__file__).parent / "golden.json"
HOURS = Calendar(
    weekly=dict.fromkeys(range(5), (("07:30", "11:30"), ("13:30", "17:00"))), days_off={}, make_up={}
)


def run() -> list[dict[str, Any]]:
    """Submission, receipt, answers, a change that voids one, a supplement, a return, silence, issue."""
    meta = written(consult(receive_reads=["form.c"]).package)
    tasks = meta["tasks"] | {
        "roads": meta["tasks"]["roads"] | {"silence": "consent", "limit": {"working_day": 1}}
    }
    package = package_of(
        CONSULT,
        tasks,
        services=meta["services"],
        reception="receive",
        fee=[{"kind": "f", "name": {"vi": "x", "en": "x"}, "amount": 75000}],
    )
    parts = {part: f"{part}@0" for part in ("form.a", "form.b", "form.c")}
    play = Play(package, parts=parts, calendar=HOURS)
    said = [{"state": play.state, "effect": play.effect}]

    def then(step: Any) -> None:
        step()
        said.append({"state": play.state, "effect": play.effect})

    then(lambda: play.wait(hours=1).act("receive"))
    then(lambda: play.wait(hours=1).act("land"))
    then(lambda: play.act("roads"))
    then(lambda: play.amend(form__b="form.b@4"))
    then(lambda: play.amend(form__c="form.c@5"))
    then(lambda: play.act("receive"))
    then(lambda: play.wait(days=3).tick())
    then(lambda: play.act("appraise", "supplement"))
    then(lambda: play.wait(days=1).supply(document__plan="plan@9"))
    then(lambda: play.act("appraise"))
    then(lambda: play.act("draft", post=None))
    then(lambda: play.act("approve", "return"))
    then(lambda: play.act("appraise"))
    then(lambda: play.act("draft", post=None))
    then(lambda: play.act("approve"))
    then(lambda: play.act("issue"))
    return said


def test_the_same_acts_give_the_same_states_for_ever() -> None:
    assert canonical(run()) == canonical(json.loads(GOLDEN.read_text("utf-8")))


def test_the_run_is_worth_keeping() -> None:
    said = run()
    assert [step["effect"]["phase"] for step in said][-1] == "done"
    assert {"supplement", "submitted", "processing"} <= {step["effect"]["phase"] for step in said}
    assert any("voided" in step["effect"] for step in said)
    assert any(step["state"]["kept"] for step in said)
    acts = {step.get("act") for step in said[-1]["state"]["steps"].values()}
    assert {"go", "return", "silence"} <= acts
