// Hands the sealed forms over, by itself. One page of the tablet does it at a time. A form is forgotten only when the
// house's own answer repeats its id and digest; whatever else happens, it stays and is tried again.

import { alone, ask, base64, isOutdated, isRevoked } from "./asking.js";
import { changeTablet, nextForms, readTablet, settle } from "./outbox.js";
import { telling } from "./telling.js";

const MOST = 20;
const LARGEST = 380_000; // bytes sealed; in base64 and with the envelopes about 512 KB
const SHORTEST_WAIT = 2_000;
const LONGEST_WAIT = 300_000;
const PAUSE = 60_000; // between looks at an outbox that was empty

let most = MOST;
let failures = 0;
let timer = 0;
let running = null;
let again = false;

/** Deliver now, and from here on by itself: at the start, when the network or the screen is back, and by a timer. */
export function startDelivering() {
  addEventListener("online", deliverSoon);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") deliverSoon(); });
  return deliverSoon();
}

/** The house answered something else: what failed before is worth another try, whatever the pause. */
export function houseIsThere() {
  if (failures === 0) return;
  failures = 0;
  deliverSoon();
}

/** Deliver what waits; a call while that goes on makes one more round. */
export function deliverSoon() {
  again = true;
  running ??= deliver().finally(() => { running = null; });
  return running;
}

async function deliver() {
  clearTimeout(timer);
  let next = PAUSE;
  try {
    while (again) {
      again = false;
      next = await alone("delivering", deliverAll);
    }
  } catch {
    next = afterFailure(); // the store is closed: lookAtTablet says so, this goes on trying
  }
  timer = setTimeout(deliverSoon, next);
}

/** Batch after batch while there is progress; the milliseconds to the next try. */
async function deliverAll() {
  for (;;) {
    const tablet = await readTablet();
    if (!tablet || tablet.is_revoked) return PAUSE;
    const quiet = (tablet.quiet_until ?? 0) - Date.now();
    if (quiet > 0 && quiet <= 1_000_000) return quiet; // longer: the clock was set meanwhile
    const forms = await nextForms(most, LARGEST, Date.now());
    if (forms.length === 0) return PAUSE;
    const reply = await ask("sync", { ...(await telling(tablet)), items: forms.map(asItem) }, tablet.token);
    if (isRevoked(reply)) {
      await changeTablet(tablet.device, { is_revoked: true });
      return PAUSE;
    }
    if (isOutdated(reply)) {
      await changeTablet(tablet.device, { is_outdated: true });
      return PAUSE;
    }
    if (!(await understand(reply, forms))) {
      const pause = afterFailure();
      if (!reply.wait) return pause;
      const wait = reply.wait * 1000 * (1 + Math.random() / 4);
      await changeTablet(tablet.device, { quiet_until: Date.now() + wait });
      return wait;
    }
    failures = 0;
  }
}

/** Whether a reply brought us on. */
async function understand({ status, said }, forms) {
  if (status === 413) {
    if (forms.length > 1) most = Math.ceil(forms.length / 2);
    else await settle([{ ...forms[0], status: "rejected", code: "item.too_large" }], Date.now());
    return true;
  }
  if (status !== 200 || !Array.isArray(said?.items)) return false;
  const settled = await settle(said.items.filter((item) => item !== null && typeof item === "object"), Date.now());
  if (settled > 0) most = Math.min(MOST, most * 2);
  return settled > 0;
}

/** Twice as long after each failure, by full jitter: many tablets that lost the house together do not come back together. */
function afterFailure() {
  failures += 1;
  return Math.max(200, Math.random() * Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** (failures - 1)));
}

function asItem({ id, seq, device, form, version, key, sha256, sealed }) {
  return { id, seq, device, form, version, key, sha256, sealed: base64(sealed) };
}
