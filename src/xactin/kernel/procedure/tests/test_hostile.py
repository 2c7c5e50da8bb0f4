"""A package made to break whoever reads it is refused in a moment, with a problem that names the file."""

from pathlib import Path

import pytest

from xactin.kernel.procedure.package import load_package
from xactin.kernel.procedure.problems import PackageError

BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BPMN = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    """The files of a package that comes with the platform."""
    folder = Path(__file__).resolve().parents[5] / "procedures" / "birth-registration"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    load_package(files)
    return files


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("procedure.yaml", BILLION),
        ("examples/x.yaml", BILLION),
        ("procedure.yaml", "&a {a: *a}"),
        ("examples/x.yaml", "a: &a [*a]"),
        ("procedure.yaml", "a: " + "[" * 20_000 + "]" * 20_000),
        ("examples/x.yaml", "a: " + "[" * 3_000 + "]" * 3_000),
        ("procedure.yaml", "!!python/object/apply:os.system ['true']"),
        ("form.schema.json", '{"a":' + "[" * 900 + "]" * 900 + "}"),
        ("form.schema.json", '{"properties":{"a":{"$ref":"http://127.0.0.1:9/a"}}}'),
        ("form.schema.json", '{"allOf":[{"$dynamicRef":"file:///etc/passwd"}]}'),
        ("form.schema.json", '{"a":' + "[" * 90_000 + "]" * 90_000 + "}"),
        (
            "process.bpmn",
            BPMN + "<subProcess id='s'>" * 9_000 + "</subProcess>" * 9_000 + "</process></definitions>",
        ),
        ("process.bpmn", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        ("process.bpmn", '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
        ("process.bpmn", "<" + "a" * 3_000_000),
    ],
)
def test_hostile_files(sound: dict[str, bytes], name: str, text: str) -> None:
    with pytest.raises(PackageError) as refused:
        load_package({**sound, name: text.encode()})
    assert {problem.where.split(":")[0] for problem in refused.value.problems} == {name}
