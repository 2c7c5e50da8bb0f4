/* The head of a subject: what the ledger signed about the end of its chain. The kernel's heads.py says why. */

import { coverFault } from "./verify-forms.js";
import { ProofError, fromHex, isIncluded, isMandated, leafOf, toHex, verifySignature } from "./verify-proofs.js";

/** "" or why a head proves nothing at this checkpoint. */
export async function headFault(head, authority, checkpoint) {
  const { said, leaf, mandate } = head;
  const other = said.authority !== authority || said.log !== checkpoint.origin || said.size !== checkpoint.size;
  if (other || said.root !== toHex(checkpoint.root)) return "other";
  const hashed = await leafOf(leaf.entry, leaf.mandates);
  const last = leaf.index === checkpoint.size - 1;
  const stands = await isIncluded(hashed, leaf.index, checkpoint.size, leaf.inclusion.map(fromHex), checkpoint.root);
  if (!last || !stands) return "leaf";
  const uncovered = coverFault(mandate, said, said.at);
  if (uncovered) return uncovered;
  if (!(await isMandated(fromHex(leaf.mandates), mandate, head.path.map(fromHex)))) return "mandate";
  try {
    await verifySignature(said, head.signature, mandate.key);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return error.code;
  }
  return "";
}

/** How many entries followed the last one shown, or null where the head denies that one. */
export function ending({ said }, seq, digest) {
  const more = said.entries - 1 - seq;
  return more < 0 || (more === 0 && said.last !== digest) ? null : more;
}
