// Passkeys that sign. Both functions take options as JSON, as the server wrote them, and give the
// credential as JSON. They throw PasskeyError, whose `reason` is "unsupported", "cancelled" or "failed".

/** What a page says while a device is asked, by the `reason` of a PasskeyError. */
export const words = {
  vi: {
    unsupported: "Trình duyệt này không dùng được khóa truy cập (passkey). Vui lòng dùng trình duyệt mới hơn.",
    cancelled: "Thiết bị chưa xác nhận hoặc đã hết thời gian. Chưa có gì được ký; Ông/Bà có thể thử lại.",
    failed: "Thiết bị không ký được. Chưa có gì được ký.",
    network: "Mạng bị gián đoạn. Vui lòng tải lại trang để xem thao tác đã được ghi nhận hay chưa.",
    waiting: "Đang chờ xác nhận trên thiết bị của Ông/Bà …",
  },
  en: {
    unsupported: "This browser cannot use passkeys. Please use a newer one.",
    cancelled: "The device did not confirm, or time ran out. Nothing was signed; please try again.",
    failed: "The device could not sign. Nothing was signed.",
    network: "The connection broke. Please reload the page to see whether the act was recorded.",
    waiting: "Waiting for your device to confirm …",
  },
}[document.documentElement.lang] ?? {};

export class PasskeyError extends Error {
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

export function canUsePasskeys() {
  return typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";
}

async function ask(call) {
  if (!canUsePasskeys()) throw new PasskeyError("unsupported");
  let credential;
  try {
    credential = await call();
  } catch (error) {
    // A person who closes the dialog and a time limit that runs out look alike, on purpose.
    throw new PasskeyError(error.name === "NotAllowedError" ? "cancelled" : "failed", error);
  }
  if (!credential) throw new PasskeyError("failed");
  return credential.toJSON();
}

/** Makes a new passkey from creation options and gives its registration. */
export function enrolPasskey(options) {
  return ask(() => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
  }));
}

/** Asks for the signature over `options.challenge` (the hash of a statement, or the root of a batch). */
export function signWithPasskey(options) {
  return ask(() => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
  }));
}
