"""What a check of a bundle found, in codes for programs and in words for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

# code -> (Vietnamese, English). The verifier in the browser says the same; a test compares them.
TEXTS: Final[dict[str, tuple[str, str]]] = {
    # Problems
    "unreadable": ("Tệp không phải là gói bằng chứng.", "The file is not a proof bundle."),
    "not_canonical": (
        "Gói bằng chứng không ở dạng ghi chuẩn nên không thể tin cậy.",
        "The bundle is not in the one canonical form and cannot be relied on.",
    ),
    "form": (
        "Gói bằng chứng có thành phần sai mẫu, hoặc thành phần không kiểm tra được.",
        "The bundle has a member of the wrong form, or one that nobody could check.",
    ),
    "entry_form": (
        "Một xác tín có thành phần sai mẫu.",
        "An attestation has a member of the wrong form.",
    ),
    "checkpoint_form": (
        "Điểm chốt của nhật ký sai mẫu.",
        "The log's checkpoint is of the wrong form.",
    ),
    "checkpoint_signature": (
        "Chữ ký trên điểm chốt của nhật ký không đúng.",
        "A signature on the log's checkpoint does not hold.",
    ),
    "checkpoint_line_unknown": (
        "Điểm chốt mang chữ ký của bên không có trong danh sách tin cậy.",
        "The checkpoint bears a signature by someone who is not in the list of trust.",
    ),
    "log_unknown": (
        "Nhật ký này không có trong danh sách tin cậy.",
        "This log is not in the list of trust.",
    ),
    "genesis_missing": (
        "Thiếu bản ghi khởi tạo của cơ quan.",
        "The authority's genesis entry is missing.",
    ),
    "genesis_wrong": (
        "Bản ghi khởi tạo không đúng với nhật ký được tin cậy.",
        "The genesis entry does not agree with the trusted log.",
    ),
    "authority_other": (
        "Một xác tín thuộc về cơ quan khác.",
        "An attestation belongs to another authority.",
    ),
    "id_twice": ("Một xác tín có mặt hai lần.", "An attestation stands here twice."),
    "inclusion": (
        "Một xác tín không có trong nhật ký công khai.",
        "An attestation is not in the public log.",
    ),
    "signature": (
        "Chữ ký của một xác tín không đúng.",
        "The signature of an attestation does not hold.",
    ),
    "mandate_missing": (
        "Không chứng minh được khóa ký có thẩm quyền vào thời điểm đó.",
        "Nothing shows that the signing key had a mandate at that moment.",
    ),
    "mandate_form": ("Một thẩm quyền ký sai mẫu.", "A mandate is of the wrong form."),
    "mandate_path": (
        "Một thẩm quyền ký không có trong danh sách có hiệu lực tại thời điểm ký.",
        "A mandate is not among those that stood at the moment of signing.",
    ),
    "mandate_cover": (
        "Thẩm quyền ký không bao gồm việc đã làm.",
        "The mandate does not cover what was done.",
    ),
    "mandate_unused": (
        "Gói bằng chứng có thẩm quyền ký không liên quan.",
        "The bundle has a mandate that nothing in it relies on.",
    ),
    "chain_order": (
        "Thứ tự các xác tín của cùng một đối tượng không nhất quán.",
        "The attestations about one subject are not in one order.",
    ),
    "chain_prev": (
        "Chuỗi xác tín bị đứt: một mục không nối với mục ngay trước.",
        "The chain is broken: an entry does not continue the one before it.",
    ),
    "opened_unknown": (
        "Nội dung kèm theo không thuộc xác tín nào trong gói.",
        "Disclosed content belongs to no attestation in the bundle.",
    ),
    "opened_wrong": (
        "Nội dung kèm theo khác với nội dung đã được xác tín.",
        "Disclosed content differs from what was attested.",
    ),
    "file_missing": (
        "Cần có tệp để đối chiếu với nội dung đã được xác tín.",
        "The file is needed, to be compared with what was attested.",
    ),
    "file_wrong": (
        "Tệp khác với nội dung đã được xác tín.",
        "The file differs from what was attested.",
    ),
    "file_continues": (
        "Tệp còn {count} byte sau phần đã được xác tín.",
        "The file goes on for {count} bytes after what was attested.",
    ),
    "file_unclaimed": (
        "Tệp được đưa vào kiểm tra không được gói bằng chứng nhắc đến.",
        "A file was given that the bundle says nothing about.",
    ),
    "document_other": (
        "Bằng chứng này không nói về tài liệu được đưa vào kiểm tra.",
        "This proof says nothing about the document that was given.",
    ),
    "head_wrong": (
        "Lời xác nhận của cơ quan về mục cuối cùng của chuỗi không đúng với gói bằng chứng này.",
        "What the authority signed about the end of a chain does not hold for this bundle.",
    ),
    # What was checked
    "checked_checkpoint": (
        "Điểm chốt của nhật ký {origin} tại kích thước {size} có chữ ký của khóa nhật ký được tin cậy.",
        "The checkpoint of the log {origin} at size {size} is signed by the trusted log key.",
    ),
    "checked_genesis": (
        "Bản ghi khởi tạo của cơ quan {authority} do khóa của nhật ký ký.",
        "The genesis entry of the authority {authority} is signed by the log's key.",
    ),
    "checked_inclusion": (
        "Cả {count} xác tín đều có trong nhật ký công khai.",
        "All {count} attestations are in the public log.",
    ),
    "checked_signatures": (
        "Cả {count} chữ ký đều đúng; mỗi khóa có thẩm quyền còn hiệu lực vào thời điểm ký.",
        "All {count} signatures hold; each key had a mandate that stood at that moment.",
    ),
    "checked_custody": (
        "Cách giữ khóa: {passkey} chữ ký bằng khóa truy cập (passkey) của người ký, "
        "{server} bằng khóa do máy chủ giữ.",
        "Custody: {passkey} signatures by a passkey of the signer, {server} by keys that the server holds.",
    ),
    "checked_devices": (
        "{count} chữ ký do thiết bị tự ký bằng khóa giữ trong thiết bị.",
        "{count} signatures were made by devices, by keys that they hold themselves.",
    ),
    "checked_chain": (
        "Các xác tín của cùng một đối tượng nối liền nhau ở mọi chỗ có đủ hai mục kề nhau.",
        "Attestations about one subject continue one another wherever two neighbours are shown.",
    ),
    "checked_opened": (
        "{count} nội dung kèm theo đúng với nội dung đã được xác tín.",
        "{count} disclosed contents are those that were attested.",
    ),
    "checked_witness": (
        "Bên làm chứng {name} đã thấy điểm chốt này lúc {time}.",
        "The witness {name} saw this checkpoint at {time}.",
    ),
    # What is known of the end of the chains
    "ending_unknown": (
        "Không thể hiện những gì đã xảy ra sau mục cuối cùng trong gói bằng chứng này.",
        "What followed the last attestation in this bundle is not shown.",
    ),
    "ending_more": (
        "Sau mục cuối cùng ở đây còn {count} xác tín không được nêu: phải hỏi cơ quan đã ban hành.",
        "{count} attestations followed the last one here and are not shown: ask the authority.",
    ),
    "ending_shown": (
        "Tại kích thước nhật ký {size}, mục cuối cùng ở đây là mục cuối cùng của hồ sơ.",
        "As of log size {size}, the last attestation here is the last there was.",
    ),
    "ending_revoked": (
        "Kết quả này đã bị thu hồi và không còn hiệu lực.",
        "This result was revoked and is no longer in force.",
    ),
    # Two heads that cannot both be true
    "contradiction_roots": (
        "Nhật ký {origin} đã ký hai lịch sử khác nhau ở cùng kích thước {size}: bên giữ khóa ký đã gian dối.",
        "The log {origin} signed two histories of one size, {size}: who holds its key did not tell the truth.",
    ),
    "contradiction_shrunk": (
        "Hai lời xác nhận về {subject} mâu thuẫn: xác tín đã bị rút khỏi chuỗi. "
        "Bên giữ khóa {key} đã ký cả hai.",
        "Two signed heads of {subject} contradict each other: attestations were taken away. "
        "The holder of the key {key} signed both.",
    ),
    "contradiction_replaced": (
        "Hai lời xác nhận về {subject} mâu thuẫn: một xác tín đã bị thay bằng xác tín khác. "
        "Bên giữ khóa {key} đã ký cả hai.",
        "Two signed heads of {subject} contradict each other: an attestation was replaced by another. "
        "The holder of the key {key} signed both.",
    ),
    # What to keep in mind
    "note_as_of": (
        "Kết luận này tính tại kích thước nhật ký {size}; giấy tờ hiện còn hiệu lực hay không "
        "phải hỏi cơ quan đã cấp.",
        "This is as of log size {size}; whether it is still in force must be asked of who issued it.",
    ),
    "note_not_witnessed": (
        "Chưa có bên làm chứng độc lập: thời gian là thời gian do cơ quan ghi.",
        "No independent witness: the times are those the authority wrote.",
    ),
    "note_simulated_clock": (
        "Đây là cơ quan trình diễn, có thể dùng đồng hồ mô phỏng; không có giá trị pháp lý.",
        "This is a demo authority, which may use a simulated clock; it has no legal force.",
    ),
    "note_gaps": (
        "Gói chỉ nêu một phần các xác tín của đối tượng; {count} mục ở giữa không được nêu.",
        "The bundle shows a part of the attestations; {count} entries between them are not shown.",
    ),
    "note_unshown": (
        "{count} xác tín được ký qua chương trình, không kèm dấu vết nội dung mà người ký đã xem.",
        "{count} attestations were signed through a program, with no mark of what the signer had read.",
    ),
    "note_file_continues": (
        "Tệp còn {count} byte sau phần đã được xác tín (thường là chữ ký số). "
        "Phần này cần được kiểm tra bằng phần mềm kiểm tra chữ ký PDF.",
        "The file goes on for {count} bytes after what was attested (digital signatures, as a rule). "
        "A verifier of PDF signatures must check those.",
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding. `where` points into the bundle, `detail` is a finer code; both may be empty."""

    code: str
    where: str
    detail: str
    vi: str
    en: str


def remark(code: str, where: str = "", detail: str = "", **facts: object) -> Remark:
    """The finding with its words."""
    vi, en = TEXTS[code]
    return Remark(code, where, detail, vi.format(**facts), en.format(**facts))


@dataclass(frozen=True, slots=True)
class EntryVerdict:
    """An attestation as the bundle shows it. `custody` is passkey, server, log (genesis) or None."""

    index: int
    subject: str
    seq: int
    act: str
    by: dict[str, Any]
    for_: dict[str, Any] | None
    at: str
    custody: str | None
    batch: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class OpenedVerdict:
    """Disclosed content: a value, or a file by its size and hash. `rest`: bytes after those."""

    part: str
    commitment: str
    kind: str
    sha256: str | None
    size: int | None
    rest: int


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Who else saw the checkpoint, and when."""

    name: str
    time: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands when `valid`; when not, `problems` says why and nothing else may be relied on."""

    valid: bool
    problems: tuple[Remark, ...]
    checked: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    authority: str | None = None
    origin: str | None = None
    as_of: int | None = None
    witnesses: tuple[Witnessed, ...] = ()
    simulated_clock: bool | None = None
    entries: tuple[EntryVerdict, ...] = ()
    opened: tuple[OpenedVerdict, ...] = ()
    endings: tuple[Remark, ...] = ()
    """What is known of what followed; said before everything else."""

    @property
    def answer(self) -> str:
        """valid, revoked (sound, and its own entries end its force), not_valid, or not_original (no proof at all)."""
        if not self.readable:
            return "not_original"
        if not self.valid:
            return "not_valid"
        return "revoked" if any(item.code == "ending_revoked" for item in self.endings) else "valid"

    @property
    def witnessed(self) -> bool:
        """Whether an independent witness cosigned the checkpoint."""
        return bool(self.witnesses)

    @property
    def readable(self) -> bool:
        """Whether the data was JSON at all."""
        return not any(problem.code == "unreadable" for problem in self.problems)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON, the same as the browser's."""
        value = asdict(self)
        for entry in value["entries"]:
            entry["for"] = entry.pop("for_")
        return value | {"witnessed": self.witnessed, "answer": self.answer}
