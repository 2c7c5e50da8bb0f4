"""What a party answered is none of an agency's opinions."""

from dataclasses import replace

from xactin.cases import testing
from xactin.cases.web.page import opinions
from xactin.kernel.procedure.package import load_package


def test_a_partys_answer_is_told_from_an_agencys() -> None:
    package = load_package(testing.package_folder(testing.PERMIT))
    opened = {"answer.land": {"act": "agree", "data": {"opinion": "Đồng ý"}}}
    (one,) = opinions.given(package, opened)
    assert not one.by_party
    tasks = dict(package.procedure.tasks)
    tasks["consult_land"] = replace(tasks["consult_land"], party="neighbour")
    signed = replace(package, procedure=replace(package.procedure, tasks=tasks))
    (one,) = opinions.given(signed, opened)
    assert one.by_party
