"""What the ledger refuses, in both languages of the interface, with the status for a door."""

from django.core.exceptions import ObjectDoesNotExist

from xactin.kernel.refusal import Refusal


class LedgerError(Refusal):
    """A refusal of the ledger."""

    code = "ledger"


class MandateEnded(LedgerError):
    """The key may not sign in this post: its mandate ended, has not begun, or was never given."""

    status = 403
    code = "mandate_ended"
    vi = "Khóa ký này không còn, hoặc chưa có, hiệu lực đối với chức vụ đang dùng."
    en = "This signing key is not, or no longer, valid for the post worn."


class NotCovered(LedgerError):
    """The statement is not one that the mandates given allow; `facts["reason"]` is the kernel's code."""

    status = 403
    code = "not_covered"
    vi = "Thẩm quyền ký không bao gồm việc này."
    en = "The mandate to sign does not cover this act."


class AlreadyDone(LedgerError):
    """An entry with this statement's id stands already; nothing was changed now."""

    code = "already_done"
    vi = "Việc này đã được ghi nhận trước đó."
    en = "This was recorded already."


class ClaimRefused(LedgerError):
    """The time that the signer claims is more than ten minutes from the ledger's."""

    code = "claim_refused"
    vi = "Thời điểm ký lệch quá 10 phút so với đồng hồ của hệ thống. Xin Ông/Bà ký lại."
    en = "The time of signing is more than ten minutes off. Please sign again."


class SignatureRefused(LedgerError):
    """The signature is not one by the mandate's key over this statement."""

    status = 422
    code = "signature_refused"
    vi = "Chữ ký không hợp lệ đối với nội dung này."
    en = "The signature does not fit this content."


class MustBeKept(LedgerError):
    """The law on archives says that this is kept until `facts["until"]`."""

    code = "must_be_kept"
    vi = "Chưa hết thời hạn lưu trữ theo quy định nên chưa được xóa."
    en = "This may not be erased while the archive law says that it is kept."


class NothingToErase(LedgerError):
    """None of the parts named has content."""

    status = 404
    code = "nothing_to_erase"
    vi = "Không còn nội dung nào để xóa."
    en = "There is no content left to erase."


class AlreadyBegun(LedgerError):
    """This install has an authority; one install is one authority and one log."""

    code = "already_begun"
    vi = "Hệ thống này đã có một cơ quan."
    en = "This install has its authority already."


class NoAuthority(LedgerError, ObjectDoesNotExist):
    """No authority was begun here."""

    status = 503
    code = "no_authority"
    vi = "Hệ thống chưa được khởi tạo."
    en = "No authority was begun here yet."


class NotLogged(LedgerError):
    """Entries have no place in the log yet: wait for the next checkpoint."""

    code = "not_logged"
    vi = "Việc này chưa vào nhật ký minh bạch. Xin thử lại sau giây lát."
    en = "This is not in the log yet. Try again in a moment."


class LogBehind(LedgerError):
    """The log is behind, or beside, a checkpoint kept off this machine: nothing may be signed."""

    status = 503
    code = "log_behind"
    vi = "Nhật ký không khớp với mốc kiểm đã công bố; dừng ký để không mâu thuẫn."
    en = "The log does not fit a checkpoint that was published; signing stops so as not to contradict it."


class AnchorAway(LedgerError):
    """The place off this machine cannot be read or written: nothing is published or erased until it is back."""

    status = 503
    code = "anchor_away"
    vi = (
        "Không ghi được ra ngoài máy này (mốc kiểm, việc xóa dữ liệu); nhật ký tạm dừng công bố và chưa xóa được "
        "cho đến khi ghi được."
    )
    en = (
        "Nothing can be kept off this machine (XACTIN_ANCHOR: checkpoints, erasures); until it can, the log "
        "publishes nothing and nothing is erased."
    )


class NoteRefused(LedgerError):
    """A note with cosignatures is not one of ours, or by no witness we know."""

    status = 422
    code = "note_refused"
    vi = "Mốc kiểm gửi đến không được chấp nhận."
    en = "The note sent is not accepted."


class DemoOnly(LedgerError):
    """Only the clock of a demo authority can be moved, and only forward."""

    code = "demo_only"
    vi = "Chỉ đồng hồ của cơ quan minh họa mới được chỉnh, và chỉ về phía trước."
    en = "Only the clock of a demo authority can be moved, and only forward."
