/* Findings about a signed PDF in words: the same as the server's; a test compares them. The last is this verifier's own. */

export const PDF_TEXTS = {
  not_pdf: [
    "Tệp không phải là PDF đọc được.",
    "The file is not a readable PDF.",
  ],
  damaged: [
    "Tệp PDF đã ký này bị hỏng hoặc bị thay đổi nên không đọc được.",
    "This signed PDF is damaged or was altered, and cannot be read.",
  ],
  encrypted: [
    "Tệp PDF bị mã hóa nên không kiểm tra được.",
    "The PDF is encrypted and cannot be checked.",
  ],
  too_large: [
    "Tệp quá lớn để kiểm tra.",
    "The file is too large to be checked.",
  ],
  limits: [
    "Tệp cần quá nhiều thời gian hoặc bộ nhớ để đọc; văn bản do hệ thống cấp không như vậy.",
    "The file takes too much time or memory to read; a paper issued here does not.",
  ],
  no_bundle: [
    "Tệp PDF không mang gói bằng chứng.",
    "The PDF carries no proof bundle.",
  ],
  draft_missing: [
    "Phần đầu của tệp không phải là văn bản đã được xác tín.",
    "The beginning of the file is not the paper that was attested.",
  ],
  copy: [
    "Tệp này không phải tệp gốc: bản in, bản chụp, bản quét hoặc bản lưu lại không mang được chữ ký số.",
    "This is not the original file: a print, a photo, a scan or a re-saved copy cannot carry the signatures.",
  ],
  changed: [
    "Văn bản đã bị sửa đổi sau khi được xác tín.",
    "The paper was changed after it had been attested.",
  ],
  signatures_missing: [
    "Thiếu chữ ký số của người có thẩm quyền hoặc của cơ quan.",
    "The signature of the signatory or of the agency is missing.",
  ],
  signature_invalid: [
    "Chữ ký số của {name} không đúng: tệp đã bị thay đổi.",
    "The signature of {name} does not hold: the file was altered.",
  ],
  signer_unknown: [
    "Chứng thư số của {name} không thuộc tổ chức chứng thực được tin cậy.",
    "The certificate of {name} is not under a trusted authority.",
  ],
  sealed: [
    "Tệp mang chữ ký số còn nguyên vẹn của {name}, không kèm gói bằng chứng: riêng tệp này không cho biết văn bản mà nó đi kèm còn hiệu lực hay không.",
    "The file carries the digital signature of {name}, which holds, and no proof bundle: alone it does not tell whether the paper that it goes with is in force.",
  ],
  not_whole: [
    "Chữ ký số cuối cùng không bao trùm toàn bộ tệp.",
    "The last signature does not cover the whole file.",
  ],
  signers_unchecked: [
    "Chưa biết tổ chức chứng thực nào được tin cậy: chữ ký số nguyên vẹn, chưa đối chiếu người ký.",
    "No trusted certificate authority is known: signatures are intact, signers were not checked.",
  ],
  signed: [
    "Chữ ký số của {name} hợp lệ.",
    "The digital signature of {name} holds.",
  ],
  stamped: [
    "Chữ ký của {name} mang dấu thời gian {at} của {by}; chưa đối chiếu tổ chức cấp dấu.",
    "The signature of {name} carries the time stamp {at} of {by}; who that is was not checked.",
  ],
};

export const UNCHECKED = [
  "Phần này của tệp chưa kiểm tra được ở đây; vui lòng dùng lệnh “xactin verify” hoặc trang kiểm tra của cơ quan đã cấp.",
  "This part of the file was not checked here; use “xactin verify”, or the page of the authority that issued it.",
];
