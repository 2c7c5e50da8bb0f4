"""What the vault refuses, in both languages of the interface, with the status for a door."""

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
    """Not of a type that is accepted here; `sniffed` is what its content is."""

    status = 415
    code = "file_wrong_type"

    def __init__(self, sniffed: str, accepts: list[str]) -> None:
        accepted = ", ".join(_word(one) for one in accepts)
        found = _word(sniffed)
        super().__init__(
            f"Nội dung tệp là {found}, không thuộc loại được nhận ({accepted}).",
            f"The content of the file is {found}, which is not accepted here ({accepted}).",
            {"sniffed": sniffed, "accepts": accepts},
        )
        self.sniffed = sniffed


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


def _word(media_type: str) -> str:
    """A media type as people call it."""
    known = {
        "application/pdf": "PDF",
        "image/jpeg": "JPEG",
        "image/png": "PNG",
        "text/html": "HTML",
        "text/plain": "TXT",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    }
    return known.get(media_type, media_type)
