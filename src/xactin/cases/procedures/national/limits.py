"""How long it may take: three places of a file say so, and often each says something else."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xactin.cases.procedures.national.doubts import Doubt
from xactin.cases.procedures.national.texts import clean, entries, lengths, number, shortened

Duration = dict[str, int | bool]
_UNITS: Final = {"WORKING_DAY": "working_day", "DAY": "calendar_day", "HOUR": "working_hour"}
_WORDS: Final = {"working_day": "ngày làm việc", "calendar_day": "ngày", "working_hour": "giờ làm việc"}
_UNIT_OF_WORDS: Final = {
    "ngày làm việc": "working_day",
    "ngày": "calendar_day",
    "giờ làm việc": "working_hour",
    "giờ": "working_hour",
}
_HALF_DAY: Final = 4  # working hours that stand for half a day
_USUAL: Final[Duration] = {"working_day": 10}
Said = tuple[float, str]


def limit_of(data: Mapping[str, Any]) -> tuple[Duration, list[Doubt]]:
    """The limit to propose, and every doubt about it.

    The cases of a procedure are the most exact, then its ways of filing, then words. Where several are said, the
    longest stands: nobody is late by a limit that was not theirs, and a person decides.
    """
    cases, ways, words = list(_cases(data)), list(_ways(data)), list(_words(data))
    said = cases or ways or words
    doubts: list[Doubt] = []
    if not said:
        return dict(_USUAL), [_nothing(data)]
    chosen = max(said, key=_hours)
    if len({*cases, *ways}) > 1 or any(one not in {*cases, *ways} for one in words):
        told = "; ".join(dict.fromkeys(_told(one) for one in [*cases, *ways, *words]))
        doubts.append(
            Doubt(
                "limit_contradicts",
                "cases, executionMethods",
                f"Các mục ghi thời hạn khác nhau ({told}); đang lấy {_told(chosen)}.",
                f"The fields give different limits ({told}); {_told(chosen)} is taken.",
                _raw(data),
            )
        )
    if chosen[0] != int(chosen[0]):
        doubts.append(
            Doubt(
                "limit_half",
                "cases, executionMethods",
                f"Thời hạn {_told(chosen)}: nửa ngày được tính là {_HALF_DAY} giờ làm việc.",
                f"Limit of {_told(chosen)}: half a day is counted as {_HALF_DAY} working hours.",
            )
        )
    return _duration(chosen), doubts


def _cases(data: Mapping[str, Any]) -> Iterator[Said]:
    for case in entries(data.get("cases")):
        day = case.get("processingDay")
        if isinstance(day, Mapping):
            yield from _said(day.get("qty"), day.get("type"))


def _ways(data: Mapping[str, Any]) -> Iterator[Said]:
    for way in entries(data.get("executionMethods")):
        yield from _said(way.get("processingTime"), way.get("processingTimeUnit"))


def _said(amount: Any, unit: Any) -> Iterator[Said]:
    found = number(amount)
    if found and isinstance(unit, str) and unit in _UNITS:
        yield found, _UNITS[unit]


def _words(data: Mapping[str, Any]) -> Iterator[Said]:
    for way in entries(data.get("executionMethods")):
        for amount, unit in lengths(clean(way.get("description"))):
            if unit in _UNIT_OF_WORDS and float(amount) > 0:
                yield float(amount), _UNIT_OF_WORDS[unit]


def _hours(said: Said) -> float:
    return said[0] * {"working_day": 8.0, "calendar_day": 8 * 5 / 7, "working_hour": 1.0}[said[1]]


def _told(said: Said) -> str:
    amount = f"{said[0]:g}".replace(".", ",")
    return f"{amount} {_WORDS[said[1]]}"


def _duration(said: Said) -> Duration:
    amount, unit = said
    whole = int(amount)
    if amount == whole or unit == "working_hour":
        return {unit: max(1, whole)}
    return {unit: whole, "working_hour": _HALF_DAY} if whole else {"working_hour": _HALF_DAY}


def _nothing(data: Mapping[str, Any]) -> Doubt:
    return Doubt(
        "limit_missing",
        "executionMethods",
        "Tệp không nêu thời hạn tính được; đang đặt tạm 10 ngày làm việc.",
        "The file gives no limit that can be counted; 10 working days stand in for it.",
        _raw(data),
    )


def _raw(data: Mapping[str, Any]) -> str:
    told = [clean(way.get("description")) for way in entries(data.get("executionMethods"))]
    return shortened("\n".join(dict.fromkeys(text for text in told if text)), 2000)
