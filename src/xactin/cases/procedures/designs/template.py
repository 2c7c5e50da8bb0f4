"""The usual paper of a design: letterhead, title, legal bases, what was asked and what was decided, signatures.

Typst for `decree30.typ`. An authority that knows the form of a paper puts its own template in this one's place.
"""

from collections.abc import Iterator

from xactin.cases.procedures.designs.design import Design, FormField

_HEAD = '#import "/decree30.typ": *\n\n#letterhead()\n'


def usual_template(design: Design) -> str:
    """The text of `result.typ`. Raises ValueError for a design without a result."""
    if design.result is None:
        raise ValueError("nothing is issued")
    return "\n".join([_HEAD, *_body(design, design.result.name.vi)])


def _body(design: Design, title: str) -> Iterator[str]:
    yield f"#paper-title({_text(title)})\n"
    if design.legal_basis:
        yield f"#legal-bases(({''.join(_text(basis) + ', ' for basis in design.legal_basis)}))\n"
    asked_of = 'at("agency", "name", default: "")'
    yield f"Xét hồ sơ số #data.case.number về thủ tục #{_text(design.name.vi)}, #{asked_of} giải quyết như sau:\n"
    for number, section in enumerate(design.form, 1):
        yield f'#item({number}, text(weight: "bold", {_text(section.name.vi)}))'
        for one in section.fields:
            if one.kind != "agree":
                yield _line(one, ("form", section.id))
    asked = [step for step in design.steps if step.asks and not step.signs]
    for number, step in enumerate(asked, len(design.form) + 1):
        yield f'#item({number}, text(weight: "bold", {_text(step.name.vi)}))'
        for one in step.asks:
            yield _line(one, ("answers", step.id))
    yield "\n#kept[Văn bản này có hiệu lực kể từ ngày ký.]\n\n#signature()"


def _line(one: FormField, path: tuple[str, str]) -> str:
    place = f"at({_text(path[0])}, {_text(path[1])}, {_text(one.id)})"
    return f"#{{ let value = {place}; if value != none {{ field({_text(one.label.vi)}, {_value(one, path)}) }} }}"


def _value(one: FormField, path: tuple[str, str]) -> str:
    """How an answer is printed."""
    if one.kind == "choice" and path[0] == "form":
        return f"choice({_text(path[1])}, {_text(one.id)})"
    if one.kind == "choice":
        labels = ", ".join(f"{_text(option.id)}: {_text(option.label.vi)}" for option in one.options)
        return f"({labels}).at(value, default: value)"
    if one.kind == "yes_no":
        return '(if value { "Có" } else { "Không" })'
    if one.kind in ("number", "decimal"):
        unit = f" + {_text(' ' + one.unit.vi)}" if one.unit is not None else ""
        return f"number-vi(str(value)){unit}"
    return "date-short(value)" if one.kind == "date" else "value"


def _text(value: str) -> str:
    """A string literal of Typst."""
    inner = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return f'"{inner}"'
