"""What the QR code of an identity card says, as a scanner types it into a field. Pure: never silently wrong.

Fields between bars: number | old number | NAME | ddMMyyyy | Nam or Nữ | address | ddMMyyyy; cards of 2024 carry four
more, of which nothing is taken. Whatever does not fit is refused with a sentence, and the card is typed in by hand.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from xactin.identity.queries import is_citizen_number
from xactin.kernel.refusal import Refusal

LAYOUTS: Final = (7, 11)
"""How many fields a card has: the chip cards of 2021, and the cards of 2024."""
LONGEST: Final = 1_000
_OLD_NUMBERS: Final = re.compile(r"([0-9]{9}|[0-9]{12})?")
_DATE: Final = re.compile(r"[0-9]{8}")
_SEXES: Final = {"Nam": 0, "Nữ": 1}


class Unreadable(Refusal):
    """The text of a scanner that is taken for no card; the sentence says why."""

    status = 422
    code = "card_unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What a card says of its holder. `old_number` "" where there was none, `issued` None where the card says none."""

    number: str
    old_number: str
    name: str
    born: date
    sex: str
    address: str
    issued: date | None


def read(text: str, today: date) -> Card:
    """The card behind what a scanner typed, with whatever keys it pressed around it. Raises Unreadable."""
    fields = _fields(text)
    number, old_number, name, born, sex, address, issued = fields[:7]
    if not is_citizen_number(number, year=today.year):
        raise Unreadable(
            "Mã quét được không bắt đầu bằng một số CCCD có thật. Xin quét lại, hoặc nhập theo thẻ.",
            "What was scanned does not begin with a possible CCCD number. Please scan again, or type the card in.",
        )
    if not _OLD_NUMBERS.fullmatch(old_number):
        raise _another_layout()
    card = Card(
        number=number,
        old_number=old_number,
        name=_name(name),
        born=_date(born, today, "sinh", "birth"),
        sex=sex,
        address=address,
        issued=_date(issued, today, "cấp", "issue") if issued else None,
    )
    _require_consistent(card)
    return card


def _fields(text: str) -> list[str]:
    """The fields without what a scanner, or a hand, typed around them."""
    if len(text) > LONGEST:
        raise _another_layout()
    printed = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    fields = [" ".join(one.split()) for one in unicodedata.normalize("NFC", printed).split("|")]
    if len(fields) not in LAYOUTS:
        twice = len(fields) in {2 * some - 1 for some in LAYOUTS}
        raise _scanned_twice() if twice else _another_layout()
    return fields


def _scanned_twice() -> Unreadable:
    return Unreadable(
        "Ô này có hai lần quét nối nhau. Xin xóa ô và quét lại một lần.",
        "Two scans stand one after the other in this field. Please clear it and scan once.",
    )


def _another_layout() -> Unreadable:
    return Unreadable(
        "Đây không phải mã QR của thẻ căn cước mà hệ thống biết. Xin nhập số và họ tên theo thẻ.",
        "This is not a QR code of an identity card that is known here. Please type number and name from the card.",
    )


def _name(text: str) -> str:
    """The name, if every sign of it is a letter: a scanner set to another alphabet types signs that are none."""
    words = text.replace("'", " ").replace("-", " ").split()
    if not words or not all(word.isalpha() for word in words):
        raise Unreadable(
            "Họ tên quét được có ký tự lạ: đầu đọc chưa đặt đúng chữ tiếng Việt (UTF-8). Xin nhập họ tên theo thẻ.",
            "The name as scanned has strange signs: the scanner is not set to Vietnamese letters (UTF-8). "
            "Please type the name from the card.",
        )
    return text


def _date(text: str, today: date, what: str, what_en: str) -> date:
    """ddMMyyyy, a day that was."""
    wrong = Unreadable(
        f"Ngày {what} quét được ({text[:20]}) không phải một ngày có thật. Xin nhập theo thẻ.",
        f"The date of {what_en} as scanned ({text[:20]}) is no day that there was. Please type the card in.",
    )
    if not _DATE.fullmatch(text):
        raise wrong
    try:
        found = date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        raise wrong from None
    if found > today:
        raise wrong
    return found


def _require_consistent(card: Card) -> None:
    """A number says century, sex and year of birth: a card that contradicts itself was scanned wrongly."""
    if card.sex not in _SEXES:
        raise _another_layout()
    century, sex = divmod(int(card.number[3]), 2)
    born = 1900 + 100 * century + int(card.number[4:6])
    if (born, sex) != (card.born.year, _SEXES[card.sex]):
        raise Unreadable(
            "Số CCCD không khớp với năm sinh hoặc giới tính quét được. Xin so lại với thẻ và nhập bằng tay.",
            "The CCCD number does not fit the year of birth or the sex as scanned. Please compare with the card and "
            "type it in.",
        )
    if card.issued and card.issued < card.born:
        raise Unreadable(
            "Ngày cấp thẻ ở trước ngày sinh. Xin so lại với thẻ và nhập bằng tay.",
            "The card would be older than its holder. Please compare with the card and type it in.",
        )
