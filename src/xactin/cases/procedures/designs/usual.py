"""What a design begins with: who asks and for what, and the five usual steps from the counter to the result.

Time for single steps is not national data: each authority sets its own (`Design.steps`).
"""

from collections.abc import Collection
from typing import Final

from xactin.cases.procedures.designs.design import FormField, Result, Section, Step, Text


def _words(vi: str, en: str) -> Text:
    return Text(vi=vi, en=en)


APPLICANT: Final = Section(
    id="applicant",
    name=_words("Người đề nghị", "Applicant"),
    fields=(
        FormField(
            id="full_name", label=_words("Họ, chữ đệm, tên", "Full name"), most=200, fill="person.full_name"
        ),
        FormField(
            id="id_number",
            kind="id_number",
            label=_words("Số định danh cá nhân / CCCD", "Personal identification number"),
            help=_words(
                "Gồm 12 chữ số, in ở mặt trước thẻ căn cước.",
                "12 digits, printed on the front of the ID card.",
            ),
            fill="person.id_number",
        ),
        FormField(id="address", label=_words("Nơi cư trú", "Residence"), most=300, fill="person.address"),
        FormField(
            id="phone",
            kind="phone",
            label=_words("Số điện thoại di động", "Mobile phone"),
            fill="person.phone",
        ),
        FormField(
            id="email",
            kind="email",
            label=_words("Thư điện tử", "E-mail"),
            required=False,
            fill="person.email",
        ),
    ),
)
REQUEST: Final = Section(
    id="request",
    name=_words("Nội dung đề nghị", "What is asked for"),
    fields=(
        FormField(
            id="content",
            kind="long_text",
            label=_words("Nội dung đề nghị", "What you ask for"),
            help=_words("Viết ngắn gọn việc Ông/Bà cần giải quyết.", "Say shortly what you need."),
        ),
    ),
)
COMMITMENT: Final = Section(
    id="commitment",
    name=_words("Cam đoan", "Undertaking"),
    fields=(
        FormField(
            id="truthful",
            kind="agree",
            label=_words(
                "Tôi cam đoan các nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật",
                "What I have stated is true, and I answer for it before the law",
            ),
        ),
    ),
)
FORM: Final = (APPLICANT, REQUEST, COMMITMENT)

STEPS: Final = (
    Step(
        id="receive",
        name=_words("Tiếp nhận hồ sơ", "Receive the dossier"),
        post="reception",
        acts=("supplement", "refuse"),
        receives=True,
    ),
    Step(
        id="verify",
        name=_words("Thẩm định, dự thảo kết quả", "Examine and draft the result"),
        post="officer",
        label=_words("Trình ký", "Submit for signature"),
        acts=("supplement", "refuse"),
        asks=(
            FormField(
                id="conclusion",
                kind="long_text",
                label=_words("Kết quả giải quyết", "Decision"),
                help=_words(
                    "Nội dung này được ghi vào văn bản trả kết quả.",
                    "This stands in the paper that is issued.",
                ),
            ),
        ),
    ),
    Step(
        id="approve",
        name=_words("Phê duyệt, ký số", "Approve and sign"),
        post="chair",
        acts=("return", "refuse"),
        signs=True,
    ),
    Step(id="issue", name=_words("Đóng dấu, phát hành", "Seal and issue"), post="clerk", issues=True),
)


# Which office examines what belongs to a field, by a word of the field's name and the function of agencies.
_OFFICES: Final = (
    ("hộ tịch", "civil_status"),
    ("chứng thực", "civil_status"),
    ("nuôi con nuôi", "civil_status"),
    ("xây dựng", "construction"),
    ("quy hoạch", "construction"),
    ("đất đai", "land"),
    ("giao thông", "infrastructure"),
    ("môi trường", "environment"),
)


def usual_steps(field: str, offices: Collection[str]) -> tuple[Step, ...]:
    """The usual steps, examined by the office of the field.

    `offices`: the functions of agencies where somebody examines; where none is of the field, the first of them stands
    in for it, and `handling` where there is none at all.
    """
    named = [office for word, office in _OFFICES if word in field.lower() and office in offices]
    office = next(iter(named or sorted(offices)), "handling")
    return tuple(
        step.model_copy(update={"agency": office}) if step.id == "verify" else step for step in STEPS
    )


def usual_result(name: str) -> Result:
    """A result of this name, signed for the People's Committee by its chair."""
    return Result(
        name=Text(vi=name),
        body=_words("ỦY BAN NHÂN DÂN", "PEOPLE'S COMMITTEE"),
        title=_words("CHỦ TỊCH", "CHAIR"),
    )
