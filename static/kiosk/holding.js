// The pages that this tablet holds are its own house's: the worker that brings them is asked for in that house's name.

const WORKER = "/kiosk/worker.js";
const SCOPE = "/kiosk/";

/**
 * The registration of the worker of the tablet's house; one of another house is replaced by it. A tablet that has not
 * heard yet which house is its own, or that does not reach it, goes on with the pages it has: undefined without any.
 */
export async function hold(code) {
  try {
    if (code) return await navigator.serviceWorker.register(`${WORKER}?house=${encodeURIComponent(code)}`, { scope: SCOPE, updateViaCache: "none" });
  } catch { /* no network: what is held is what there is */ }
  return navigator.serviceWorker?.getRegistration(SCOPE).catch(() => undefined);
}
