"""What a package says of its result is held against its acts and forms."""

from typing import Any

import orjson
import pytest
import yaml

from xactin.kernel.procedure.package import load_package
from xactin.kernel.procedure.requirements.results import result_problems
from xactin.kernel.procedure.tests.broken import PROCEDURES


def problems(name: str, change: Any) -> list[tuple[str, str]]:
    files = {path.name: path.read_bytes() for path in (PROCEDURES / name).iterdir() if path.is_file()}
    said = yaml.safe_load(files["procedure.yaml"])
    change(said)
    files["procedure.yaml"] = orjson.dumps(said, default=str)
    return [(one.code, one.where) for one in result_problems(load_package(files))]


def submitting(said: Any) -> Any:
    return said["tasks"]["verify"]["acts"][0]


def signing(said: Any) -> Any:
    return said["tasks"]["approve"]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: submitting(said)["data_schema"]["required"].remove("personal_number"),
        lambda said: submitting(said)["data_schema"]["properties"]["book"].pop("minLength"),
        lambda said: said["result"]["requires"].append("form.child/nickname"),
        lambda said: said["tasks"]["verify"].update(silence="consent"),
    ],
)
def test_what_makes_a_certificate_one_cannot_be_left_empty(change: Any) -> None:
    assert ("result_requires", "result.requires") in problems("birth-registration", change)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: signing(said)["acts"][0].pop("writes"),
        lambda said: signing(said)["acts"][1].update(writes=["result.paper"]),
        lambda said: said["tasks"]["receive"]["acts"][0].update(writes=["result.paper"]),
        lambda said: signing(said).update(silence="consent"),
    ],
)
def test_the_acts_that_sign_and_no_others_write_the_paper(change: Any) -> None:
    assert ("result_paper", "result.paper") in problems("building-permit", change)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROCEDURES.glob("*/result.typ")))
def test_the_results_of_the_platform_hold(name: str) -> None:
    assert problems(name, lambda said: None) == []
