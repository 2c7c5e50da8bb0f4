"""What it costs: often a province's own matter, sometimes said differently for each way of filing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xactin.cases.procedures.designs.design import Fee, Text
from xactin.cases.procedures.national.doubts import Doubt
from xactin.cases.procedures.national.texts import clean, entries, number, shortened

_BY_COUNCIL: Final = re.compile(r"hội đồng nhân dân|hđnd|theo quy định|chi tiết tại", re.IGNORECASE)
_THOUSANDS: Final = 1000  # an amount below this was surely meant in thousands
_SET_BY: Final = Text(
    vi="Theo nghị quyết của Hội đồng nhân dân cấp tỉnh", en="By resolution of the provincial People's Council"
)


def fees_of(data: Mapping[str, Any]) -> tuple[tuple[Fee, ...], list[Doubt]]:
    """The fee to propose (the largest that is named), and the doubts about it."""
    said = list(_said(data))
    amounts = {amount for amount, _text in said if amount}
    told = shortened("\n".join(dict.fromkeys(text for _amount, text in said if text)), 2000)
    doubts = list(_doubts(amounts, told))
    if not amounts and not _BY_COUNCIL.search(told):
        return (), doubts
    council = not amounts or bool(_BY_COUNCIL.search(told))
    fee = Fee(
        id="fee",
        name=Text(vi="Phí, lệ phí", en="Fee"),
        amount=int(max(amounts, default=0)),
        set_by=_SET_BY if council else None,
    )
    return (fee,), doubts


def _said(data: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    for way in entries(data.get("executionMethods")):
        for fee in entries(way.get("fees")):
            yield number(fee.get("value")) or 0, clean(fee.get("description"))


def _doubts(amounts: set[float], told: str) -> Iterator[Doubt]:
    if len(amounts) > 1:
        listed = ", ".join(f"{amount:,.0f}".replace(",", ".") for amount in sorted(amounts))
        yield Doubt(
            "fee_several",
            "executionMethods",
            f"Có nhiều mức phí ({listed} đ); đang lấy mức cao nhất. Cần nêu mức nào áp dụng khi nào.",
            f"There are several fees ({listed} đ); the highest is taken. Say which one applies when.",
            told,
        )
    if any(amount < _THOUSANDS for amount in amounts):
        yield Doubt(
            "fee_small",
            "executionMethods",
            "Mức phí dưới 1.000 đ: có thể tệp ghi theo nghìn đồng.",
            "A fee below 1,000 đ: the file may count in thousands.",
            told,
        )
    if _BY_COUNCIL.search(told):
        yield Doubt(
            "fee_by_council",
            "executionMethods",
            "Mức phí do Hội đồng nhân dân cấp tỉnh hoặc văn bản khác quy định: cần nhập mức của địa phương.",
            "The fee is set by the provincial council or elsewhere: enter the local amount.",
            told,
        )
