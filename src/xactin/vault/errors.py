"""What the vault refuses, in both languages of the interface, with the status for a door."""

from typing import Final

from xactin.kernel.refusal import Refusal


class Busy(Refusal):
    """Too many ask for the same work at once; `facts["retry_after"]` says in how many seconds to ask again."""

    status = 503
    code = "busy"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Hệ thống đang bận đọc nhiều tệp cùng lúc. Chưa có gì thay đổi; xin Ông/Bà thử lại sau ít giây.",
            "Too many files are being read at once. Nothing was changed; please try again in some seconds.",
            {"retry_after": retry_after},
        )


class FileRefused(Refusal):
    """A file is not taken. Nothing of it was kept."""

    status = 422
    code = "file_refused"


class TooLarge(FileRefused):
    """Larger than the vault takes."""

    status = 413
    code = "file_too_large"

    def __init__(self, limit: int) -> None:
        megabytes = limit // 1024 // 1024
        super().__init__(
            f"Tệp quá lớn: mỗi tệp tối đa {megabytes} MB. Xin Ông/Bà giảm dung lượng rồi gửi lại.",
            f"The file is too large: {megabytes} MB at most. Please make it smaller and send it again.",
            {"limit": limit},
        )


class WrongType(FileRefused):
    """Not of a type that is accepted here; `sniffed` is what its content is. Says what to do instead."""

    status = 415
    code = "file_wrong_type"

    def __init__(self, sniffed: str, accepts: list[str]) -> None:
        accepted = ", ".join(_word(one) for one in accepts)
        found = _word(sniffed)
        vi, en = ADVICE.get(sniffed, ("", ""))
        super().__init__(
            f"Nội dung tệp là {found}, không thuộc loại được nhận ({accepted}).{vi}",
            f"The content of the file is {found}, which is not accepted here ({accepted}).{en}",
            {"sniffed": sniffed, "accepts": accepts},
        )
        self.sniffed = sniffed


class Unreadable(FileRefused):
    """Begins like a file of its type, and cannot be opened."""

    code = "file_unreadable"

    def __init__(self, media_type: str) -> None:
        found = _word(media_type)
        super().__init__(
            f"Tệp {found} bị hỏng hoặc chưa tải lên trọn vẹn nên không mở được. Xin Ông/Bà mở thử tệp trên máy mình rồi"
            " gửi lại, hoặc chụp, quét lại giấy tờ.",
            f"This {found} file is damaged or incomplete and cannot be opened. Please try to open it yourself and send"
            " it again, or photograph or scan the paper anew.",
        )


class TooManyPages(FileRefused):
    """More pages than anybody would read."""

    code = "file_too_many_pages"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Tệp có quá nhiều trang: mỗi tệp tối đa {limit} trang. Xin Ông/Bà chia thành nhiều tệp rồi gửi lại.",
            f"The file has too many pages: {limit} at most. Please divide it into several files.",
            {"limit": limit},
        )


class TooManyPixels(FileRefused):
    """A photo larger than a machine can hold at once."""

    code = "file_too_many_pixels"

    def __init__(self) -> None:
        super().__init__(
            "Ảnh có kích thước quá lớn. Xin Ông/Bà chụp ở độ phân giải thấp hơn hoặc thu nhỏ ảnh rồi gửi lại.",
            "The picture is too large. Please take it at a lower resolution or make it smaller.",
        )


class Animated(FileRefused):
    """A picture that moves: which of its pictures is the paper, nobody can tell."""

    code = "file_animated"

    def __init__(self) -> None:
        super().__init__(
            "Đây là ảnh động (nhiều hình nối nhau). Xin Ông/Bà gửi ảnh tĩnh, hoặc chụp màn hình hình cần gửi.",
            "This is an animated picture. Please send a still one, such as a screenshot of what should be seen.",
        )


class TooComplex(FileRefused):
    """Took more time or memory than a paper takes."""

    code = "file_too_complex"

    def __init__(self) -> None:
        super().__init__(
            "Tệp quá phức tạp nên không đọc kịp. Xin Ông/Bà mở tệp, chọn In rồi Lưu thành PDF, và gửi tệp mới.",
            "The file is too complex to be read in time. Please open it, choose Print, Save as PDF, and send that.",
        )


class EncryptedPdf(FileRefused):
    """A PDF that asks for a password: nobody else could read it."""

    code = "file_encrypted"

    def __init__(self) -> None:
        super().__init__(
            "Tệp PDF đang đặt mật khẩu hoặc bị mã hóa. Xin Ông/Bà bỏ mật khẩu rồi gửi lại.",
            "This PDF is encrypted. Please remove its password and send it again.",
        )


class Empty(FileRefused):
    """No byte in it."""

    code = "file_empty"

    def __init__(self) -> None:
        super().__init__("Tệp không có nội dung.", "The file is empty.")


class NoRoom(FileRefused):
    """The store is full."""

    status = 507
    code = "no_room"

    def __init__(self) -> None:
        super().__init__(
            "Hệ thống hết chỗ lưu tệp. Chưa có gì thay đổi; xin Ông/Bà thử lại sau.",
            "There is no room left for files. Nothing was changed; please try again later.",
        )


class TooManyToday(FileRefused):
    """One person's files of the last 24 hours, in number or in size; `facts["retry_after"]` in seconds."""

    status = 429
    code = "too_many_files_today"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Ông/Bà đã gửi quá nhiều tệp trong 24 giờ qua nên tệp này chưa được nhận. Các tệp đã gửi vẫn còn;"
            " xin gửi tiếp sau, hoặc nộp hồ sơ giấy tại Trung tâm Phục vụ hành chính công.",
            "You have sent too many files within 24 hours, so this one was not taken. Those sent are kept; please"
            " send more later, or bring them to the one-stop counter.",
            {"retry_after": retry_after},
        )


class NoSuchFile(FileRefused):
    """No file with this id, or its content was erased."""

    status = 404
    code = "no_such_file"

    def __init__(self) -> None:
        super().__init__(
            "Không tìm thấy tệp, hoặc nội dung đã được xóa.", "There is no such file, or it was erased."
        )


class Damaged(RuntimeError):
    """Stored bytes are not what was stored: changed on the disk, or cut short."""


class Missing(Damaged):
    """Stored bytes are not there."""


# What to do with a file of a kind that people often send, as the end of a sentence.
_PHONE = (
    " Trên iPhone: Cài đặt > Camera > Định dạng > Tương thích nhất, rồi chụp lại; hoặc gửi ảnh chụp màn hình.",
    " On an iPhone: Settings > Camera > Formats > Most Compatible, then take it again; or send a screenshot.",
)
_SAVE = (
    " Xin Ông/Bà mở tệp, chọn In hoặc Xuất rồi Lưu thành PDF, và gửi tệp PDF.",
    " Please open it, choose Print or Export, then Save as PDF, and send the PDF.",
)
_PICTURE = (
    " Xin Ông/Bà lưu ảnh ở dạng JPG hoặc PNG rồi gửi lại.",
    " Please save the picture as JPG or PNG and send that.",
)
_UNPACK = (
    " Xin Ông/Bà giải nén và gửi từng tệp bên trong.",
    " Please unpack it and send the files inside, one by one.",
)
ADVICE: Final = {
    "image/heic": _PHONE,
    "image/heif": _PHONE,
    "application/msword": _SAVE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _SAVE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _SAVE,
    "application/vnd.oasis.opendocument.text": _SAVE,
    "text/html": _SAVE,
    "image/gif": _PICTURE,
    "image/webp": _PICTURE,
    "image/tiff": _PICTURE,
    "image/bmp": _PICTURE,
    "image/avif": _PICTURE,
    "application/zip": _UNPACK,
    "application/x-rar-compressed": _UNPACK,
    "application/x-7z-compressed": _UNPACK,
}


def _word(media_type: str) -> str:
    """A media type as people call it."""
    known = {
        "application/pdf": "PDF",
        "image/heic": "HEIC",
        "image/heif": "HEIF",
        "image/gif": "GIF",
        "image/webp": "WebP",
        "image/tiff": "TIFF",
        "application/msword": "DOC",
        "application/zip": "ZIP",
        "image/jpeg": "JPEG",
        "image/png": "PNG",
        "text/html": "HTML",
        "text/plain": "TXT",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    }
    return known.get(media_type, media_type)
