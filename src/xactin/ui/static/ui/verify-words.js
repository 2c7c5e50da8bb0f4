/* The words around a verdict. */

export const WORDS = {
  vi: {
    answers: {
      valid: "Hợp lệ",
      revoked: "Đã bị thu hồi",
      not_valid: "Không hợp lệ",
      sealed: "Có chữ ký số, không kèm bằng chứng",
      attached: "Hợp lệ: tệp đi kèm kết quả này",
      not_original: "Không phải tệp gốc",
      unchecked: "Chưa kiểm tra được ở đây",
    },
    leads: {
      valid: "Nội dung và chữ ký còn nguyên vẹn, đúng như cơ quan đã ban hành.",
      revoked: "Chữ ký còn nguyên vẹn, nhưng kết quả này đã bị thu hồi và không còn hiệu lực.",
      not_valid: "Tệp này đã bị thay đổi, hoặc không do cơ quan được tin cậy ban hành. Xin đừng dựa vào tệp này.",
      sealed:
        "Chữ ký số trên tệp còn nguyên vẹn và tệp không bị sửa từ khi ký, như bản vẽ đã đóng dấu đi kèm giấy phép. " +
        "Giấy phép còn hiệu lực hay không, vui lòng hỏi cơ quan đã cấp, bằng mã in bên dấu trên bản vẽ.",
      attached: "Đây đúng là tệp mà cơ quan đã đóng dấu, ký số và trả kèm kết quả này.",
      not_original:
        "Ảnh chụp, bản in, bản quét hay bản lưu lại không mang chữ ký số, nên tệp này không cho biết giấy tờ đúng hay sai. " +
        "Vui lòng tra cứu bằng mã in dưới mã QR trên giấy.",
      unchecked: "Trang này không kiểm tra được một phần của tệp. Vui lòng dùng lệnh “xactin verify” hoặc trang kiểm tra của cơ quan đã cấp.",
    },
    in_force: "Kết quả đang có hiệu lực, theo trang này của cơ quan đã cấp.",
    calculation: "Xem cách kiểm tra",
    problems: "Vì sao",
    checked: "Đã kiểm tra",
    notes: "Cần lưu ý",
    entries: "Các xác tín trong bằng chứng",
    opened: "Nội dung kèm theo",
    head: ["Thời gian", "Việc", "Người thực hiện", "Cách giữ khóa"],
    custody: {
      passkey: "khóa truy cập (passkey) của người ký",
      server: "khóa do máy chủ giữ",
      device: "khóa giữ trong thiết bị",
      log: "khóa của nhật ký",
      null: "chưa chứng minh được",
    },
    value: "dữ liệu",
    file: "tệp",
    no_bundle: "Vui lòng chọn một tệp PDF, hoặc một gói bằng chứng cùng các tệp của nó.",
    bad_trust: "Khóa tin cậy không đúng mẫu. Mỗi dòng là một khóa dạng tên+mã+khóa.",
    unsupported: "Trình duyệt này chưa kiểm tra được chữ ký Ed25519. Vui lòng dùng phiên bản mới hơn.",
    busy: "Đang kiểm tra…",
  },
  en: {
    answers: {
      valid: "Valid",
      revoked: "Revoked",
      not_valid: "Not valid",
      sealed: "Signed, without a proof",
      attached: "Valid: a file that goes with this result",
      not_original: "Not the original file",
      unchecked: "Not checked here",
    },
    leads: {
      valid: "Content and signatures are whole, as the authority issued them.",
      revoked: "The signatures are whole, but this result was revoked and is no longer in force.",
      not_valid: "This file was changed, or was not issued by an authority that is trusted. Please do not rely on it.",
      sealed:
        "The signature on the file holds and nothing was changed since, as on a stamped drawing that goes with a permit. " +
        "Whether the permit is in force, please ask the agency that issued it, by the code beside the stamp.",
      attached: "This is the very file that the agency stamped, signed and returned with this result.",
      not_original:
        "A photo, a print, a scan or a re-saved copy carries no signatures, so this file says nothing about the paper, " +
        "true or false. Please look it up by the code under its QR picture.",
      unchecked: "This page cannot check a part of the file. Please use “xactin verify”, or the page of the authority that issued it.",
    },
    in_force: "The result is in force: this page of the authority that issued it says so.",
    calculation: "How it was checked",
    problems: "Why",
    checked: "What was checked",
    notes: "To keep in mind",
    entries: "The attestations in this proof",
    opened: "Disclosed content",
    head: ["Time", "Act", "By", "Custody of the key"],
    custody: {
      passkey: "a passkey of the signer",
      server: "a key that the server holds",
      device: "a key that the device holds itself",
      log: "the log's key",
      null: "not proven",
    },
    value: "data",
    file: "file",
    no_bundle: "Please choose one PDF, or one proof bundle with its files.",
    bad_trust: "The keys of trust are not of their form. Each line is one key: name+hash+key.",
    unsupported: "This browser cannot check Ed25519 signatures yet. Please use a newer one.",
    busy: "Checking…",
  },
};
