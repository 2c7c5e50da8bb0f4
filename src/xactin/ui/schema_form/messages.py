"""The words for what is wrong with an entry, in the tone of the administration. Pure.

They stand beside the rules and not in the catalogue of translations, because the API, the
page and the browser must say the same without a request.
"""

from collections.abc import Mapping

Words = Mapping[str, str]

MESSAGES: Mapping[str, Words] = {
    "missing": {"vi": "Ông/Bà chưa nhập “{label}”.", "en": "Please enter “{label}”."},
    "not_chosen": {"vi": "Ông/Bà chưa chọn “{label}”.", "en": "Please choose “{label}”."},
    "not_agreed": {
        "vi": "Ông/Bà cần đánh dấu vào ô này để xác nhận.",
        "en": "Please tick this box to confirm.",
    },
    "unprintable": {
        "vi": "“{label}” có ký tự không in được. Ông/Bà vui lòng nhập lại.",
        "en": "“{label}” holds characters that cannot be printed. Please enter it again.",
    },
    "no_rows": {
        "vi": "Ông/Bà cần nhập ít nhất {limit} mục ở “{label}”.",
        "en": "Please enter at least {limit} under “{label}”.",
    },
    "too_many_rows": {
        "vi": "“{label}” chỉ được có tối đa {limit} mục.",
        "en": "“{label}” may have at most {limit} entries.",
    },
    "repeated": {"vi": "“{label}” có mục bị trùng.", "en": "“{label}” has the same entry twice."},
    "too_short": {
        "vi": "“{label}” cần có ít nhất {limit} ký tự.",
        "en": "“{label}” needs at least {limit} characters.",
    },
    "too_long": {
        "vi": "“{label}” dài quá {limit} ký tự. Ông/Bà vui lòng viết ngắn hơn.",
        "en": "“{label}” is longer than {limit} characters. Please shorten it.",
    },
    "too_small": {
        "vi": "“{label}” không được nhỏ hơn {limit}.",
        "en": "“{label}” must not be less than {limit}.",
    },
    "too_large": {
        "vi": "“{label}” không được lớn hơn {limit}.",
        "en": "“{label}” must not be more than {limit}.",
    },
    "too_small_or_equal": {
        "vi": "“{label}” phải lớn hơn {limit}.",
        "en": "“{label}” must be more than {limit}.",
    },
    "too_large_or_equal": {
        "vi": "“{label}” phải nhỏ hơn {limit}.",
        "en": "“{label}” must be less than {limit}.",
    },
    "integer": {
        "vi": "“{label}” phải là số nguyên, chỉ gồm chữ số. Ví dụ: 12.",
        "en": "“{label}” must be a whole number, digits only. For example: 12.",
    },
    "decimal": {
        "vi": "“{label}” phải là một số, tối đa hai chữ số lẻ. Ví dụ: 120,5.",
        "en": "“{label}” must be a number with at most two decimals. For example: 120.5.",
    },
    "date": {
        "vi": "“{label}” phải là một ngày có thật, viết theo thứ tự ngày/tháng/năm. Ví dụ: 23/11/2026.",
        "en": "“{label}” must be a real date, written day/month/year. For example: 23/11/2026.",
    },
    "partial_date": {
        "vi": "“{label}” phải là một ngày có thật, viết theo thứ tự ngày/tháng/năm, hoặc chỉ ghi năm nếu không biết "
        "ngày, tháng. Ví dụ: 23/11/1958 hoặc 1958.",
        "en": "“{label}” must be a real date, written day/month/year, or the year alone where the day is not known. "
        "For example: 23/11/1958 or 1958.",
    },
    "letter": {
        "vi": "“{label}” có ký tự “{limit}” mà giấy tờ không in được. Ông/Bà vui lòng viết bằng chữ khác.",
        "en": "“{label}” holds “{limit}”, which papers cannot print. Please write it with other letters.",
    },
    "email": {
        "vi": "Địa chỉ thư điện tử chưa đúng. Ví dụ: ten@example.vn.",
        "en": "This is not an e-mail address. For example: name@example.vn.",
    },
    "phone": {
        "vi": "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08 hoặc 09.",
        "en": "A phone number has 10 digits and starts with 03, 05, 07, 08 or 09.",
    },
    "cccd": {
        "vi": "Số định danh cá nhân gồm đúng 12 chữ số, in ở mặt trước thẻ căn cước.",
        "en": "A personal identification number has exactly 12 digits, printed on the front of the ID card.",
    },
    "pattern": {
        "vi": "“{label}” chưa đúng mẫu. Ông/Bà vui lòng xem lại phần hướng dẫn của ô này.",
        "en": "“{label}” is not in the expected form. Please see the hint of this field.",
    },
    "not_an_option": {
        "vi": "Ông/Bà vui lòng chọn một trong các lựa chọn của “{label}”.",
        "en": "Please choose one of the options of “{label}”.",
    },
    "unexpected": {
        "vi": "“{label}” không có trong biểu mẫu này.",
        "en": "“{label}” is not part of this form.",
    },
    "wrong": {
        "vi": "“{label}” chưa hợp lệ. Ông/Bà vui lòng kiểm tra lại.",
        "en": "“{label}” is not valid. Please check it.",
    },
}
YES: Words = {"vi": "Có", "en": "Yes"}
NO: Words = {"vi": "Không", "en": "No"}


def pick(text: Words, language: str) -> str:
    """The text in the language, Vietnamese where it has none."""
    return text.get(language[:2]) or text.get("vi", "")


def say(code: str, language: str, *, label: str = "", limit: object = "") -> str:
    """The sentence for a fault; whole numbers are grouped as people write them."""
    shown = f"{limit:,}" if isinstance(limit, int) else str(limit)
    if language.startswith("vi"):
        shown = shown.replace(",", ".")
    return pick(MESSAGES[code], language).format(label=label, limit=shown)
