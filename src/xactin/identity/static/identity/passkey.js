// Passkeys that sign. Both functions take options as JSON, as the server wrote them, and give the
// credential as JSON. They throw PasskeyError, whose `reason` is "unsupported", "cancelled" or "failed".

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
