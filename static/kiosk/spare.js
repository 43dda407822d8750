// What this tablet needs to tell the house that its store is closed: who it is, kept apart from that store, among the
// pages that it holds. Written when it is enrolled and by each beat; of no use to anybody who could not read the store.

const NAME = "oneguest-spare"; // no cache of pages: those go with each update
const PLACE = "/kiosk/spare";

let written = "";

/** Keep device and token of the tablet's record where they are found without it. */
export async function keepSpare({ device, token }) {
  const record = JSON.stringify({ device, token });
  if (record === written) return;
  try {
    await (await caches.open(NAME)).put(PLACE, new Response(record));
    written = record;
  } catch { /* full, or denied too: the desk sees its silence */ }
}

/** Device and token as they were last kept; null where there are none. */
export async function readSpare() {
  try {
    const kept = await (await caches.open(NAME)).match(PLACE);
    return kept ? await kept.json() : null;
  } catch {
    return null;
  }
}

/** This browser is no tablet any more. */
export async function dropSpare() {
  await globalThis.caches?.delete(NAME).catch(() => {});
}
