// Each minute the house hears how this tablet is, and says to which key it is to seal from here on.

import { alone, ask, fromBase64, isOutdated, isRevoked } from "./asking.js";
import { changeTablet, readTablet } from "./outbox.js";
import { digestOf } from "./sealing.js";
import { keepSpare, readSpare } from "./spare.js";
import { telling } from "./telling.js";

const EVERY = 60_000;
const RENEWED = 7 * 24 * 3600 * 1000;

let known = null; // as it was last read: with it the house still hears of a store that was closed since

/** Beat now and each minute; `whenHeard` is called each time that the house answers. */
export function startBeating(whenHeard) {
  const once = async () => { if (await beat()) whenHeard(); };
  setInterval(once, EVERY);
  return once();
}

/** Whether the house answered. */
export async function beat() {
  try {
    const tablet = await readTablet();
    known = tablet;
    if (!tablet || tablet.is_revoked) return false;
    const reply = await ask("beat", await telling(tablet), tablet.token);
    if (isRevoked(reply)) await changeTablet(tablet.device, { is_revoked: true });
    if (isOutdated(reply)) await changeTablet(tablet.device, { is_outdated: true });
    if (reply.status !== 200 || !reply.said) return false;
    const { name, house, code, key, export: ofFile } = reply.said;
    const changed = key && key.id !== tablet.key.id ? { key: await keyOf(key) } : {};
    await changeTablet(tablet.device, { name, house, code, export: ofFile, is_outdated: false, ...changed });
    await keepSpare(tablet);
    if (Math.abs(Date.now() - tablet.token_at) > RENEWED) await alone("token", renewToken);
    return true;
  } catch {
    known ??= await readSpare(); // closed since before this page was opened
    if (known) await ask("beat", await telling(known), known.token); // the store is closed: the desk is to know
    return false;
  }
}

/** A key of an answer, as the record keeps it; held against its own fingerprint. */
export async function keyOf({ id, public: text, sha256 }) {
  const bytes = fromBase64(text);
  if (bytes.length !== 65 || (await digestOf(bytes)) !== sha256) throw new Error("the key and its fingerprint differ");
  return { id, public: bytes, sha256 };
}

/** A newer token. The present one ends with the newer's first use, so it is written down before. */
async function renewToken() {
  const tablet = await readTablet();
  if (Math.abs(Date.now() - tablet.token_at) <= RENEWED) return;
  const { status, said } = await ask("token", {}, tablet.token);
  if (status !== 200 || !said?.token) return;
  await changeTablet(tablet.device, { token: said.token, token_at: Date.now() });
  await keepSpare({ ...tablet, token: said.token });
}
