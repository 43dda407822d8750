// Whether this browser is one of the house's tablets, and whether a guest may begin on it.

import { readTablet, standing, tryWriting } from "./outbox.js";
import { startBeating } from "./beating.js";
import { houseIsThere, startDelivering } from "./delivering.js";
import { readSpare } from "./spare.js";
import { tellOf } from "./telling.js";

const ROOM = 2_000_000; // bytes left, below which a day without network may not fit

/**
 * What this browser is. `enrolled`: its forms go through the outbox. `trouble`: why no guest may begin, "" for none.
 * `thorough` also writes: before a guest begins, not while one types.
 */
export async function lookAtTablet({ thorough = false } = {}) {
  let tablet;
  try {
    tablet = await readTablet();
  } catch {
    const held = Boolean(navigator.serviceWorker?.controller || (await readSpare())); // only a tablet has either
    return seen(held, null, held ? "storage_closed" : "");
  }
  if (!tablet) return seen(false, null, "");
  return seen(true, tablet, await troubleOf(tablet, thorough));
}

async function seen(enrolled, tablet, trouble) {
  tellOf(trouble);
  return { enrolled, tablet, trouble, ...(tablet ? await standing().catch(() => ({})) : {}) };
}

async function troubleOf(tablet, thorough) {
  if (tablet.is_revoked) return "revoked";
  if (tablet.is_outdated) return "outdated";
  if (!globalThis.crypto?.subtle || !navigator.locks) return "no_crypto";
  const room = await navigator.storage?.estimate?.().catch(() => null);
  if (room?.quota && room.quota - room.usage < ROOM) return "storage_full";
  if (!thorough) return "";
  try {
    await tryWriting();
    return "";
  } catch (fault) {
    return fault?.name === "QuotaExceededError" ? "storage_full" : "storage_closed";
  }
}

/** Let an enrolled tablet deliver and beat as long as this page is open. */
export function wake() {
  startDelivering();
  startBeating(houseIsThere);
}
