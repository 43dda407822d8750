// Asks the house. Its answers count only with our mark: a portal of the Wi-Fi answers everything, and as it likes.

export const PROTOCOL = "oneguest-1";
const PATIENCE = 15_000;
const LONGEST_WAIT = 900; // seconds: what stands in front of the house may ask for a day

/**
 * POST to the house as this tablet. `said` is the answer if it is ours, else null; `status` is 0 without any;
 * `wait` are the seconds it asks to be left alone.
 */
export async function ask(what, content, token = null) {
  const giveUp = new AbortController(); // AbortSignal.timeout is younger than the oldest Safari that must work
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  try {
    const reply = await fetch(`/api/v1/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ protocol: PROTOCOL, ...content }),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: giveUp.signal,
    });
    const wait = [429, 503].includes(reply.status) ? Number(reply.headers.get("Retry-After")) : 0;
    const said = await reply.json().catch(() => null);
    return {
      status: reply.status,
      said: said?.protocol === PROTOCOL ? said : null,
      wait: wait > 0 ? Math.min(wait, LONGEST_WAIT) : 0,
    };
  } catch {
    return { status: 0, said: null, wait: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the house itself says that this tablet was ended. Any other 401 or 403 can be a portal's. */
export const isRevoked = ({ status, said }) => status === 401 && said?.error === "device.revoked";

/** Whether the house itself says that it understands these pages no more, or not yet: newer ones must come. */
export const isOutdated = ({ status, said }) => status === 426 && said?.error === "tablet.outdated";

/** Run `work` when no other page of this tablet does the same. */
export const alone = (name, work) => navigator.locks.request(`oneguest ${name}`, work);

export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
