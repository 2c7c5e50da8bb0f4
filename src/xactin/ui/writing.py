"""How numbers, money and times are written: times in the zone of the settings, which is Viet Nam's."""

from datetime import date, datetime

from django.utils.timezone import get_default_timezone

LOCAL = get_default_timezone()
HARD_SPACE = "\u00a0"


def number_text(value: int, language: str = "vi") -> str:
    """`1.234.567` in Vietnamese, `1,234,567` in English."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if language.startswith("vi") else grouped


def money_text(value: int) -> str:
    """`8.000 đ`, in both languages: it is what stands on the receipt."""
    return f"{number_text(value)}{HARD_SPACE}đ"


def local(moment: datetime) -> datetime:
    """The moment in Viet Nam's time; one without a zone is taken as such."""
    return moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment.astimezone(LOCAL)


def day_text(moment: date | datetime) -> str:
    """`23/11/2026`."""
    day = local(moment) if isinstance(moment, datetime) else moment
    return f"{day:%d/%m/%Y}"


def time_text(moment: datetime) -> str:
    """`10:32, 23/11/2026`."""
    return f"{local(moment):%H:%M, %d/%m/%Y}"


def short_time_text(moment: datetime, now: datetime) -> str:
    """`10:32 23/11` of this year, `10:32 04/01/2027` of another: for lists, where room is short."""
    then = local(moment)
    return f"{then:%H:%M %d/%m}" if then.year == local(now).year else f"{then:%H:%M %d/%m/%Y}"


def size_text(size: int, language: str = "vi") -> str:
    """A file's size: `1,4 MB`."""
    if size < 1024:
        return f"{size}{HARD_SPACE}B"
    amount, unit = (size / 1024, "KB") if size < 1024 * 1024 else (size / 1024 / 1024, "MB")
    text = f"{amount:.0f}" if amount >= 10 or unit == "KB" else f"{amount:.1f}"
    return (text.replace(".", ",") if language.startswith("vi") else text) + HARD_SPACE + unit
