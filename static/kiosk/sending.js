// One finished form is one request. The answer counts only as a receipt that repeats our id: a captive portal
// answers 200 to everything. The sealed outbox of the offline tablet takes this module's place.

const PROTOCOL = "oneguest-1";
const PATIENCE = 15_000;

/** A UUIDv7 (RFC 9562), made when a form starts, so that a resend is recognised. */
export function newCaptureId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Whether the form was delivered: stored, or known from an earlier try. */
export async function deliver(address, { id, version, token, answers }) {
  const body = new URLSearchParams({ ...answers, capture: id, version: String(version) });
  try {
    const reply = await fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!reply.ok) return false;
    const receipt = await reply.json();
    return receipt.protocol === PROTOCOL && receipt.id === id && ["stored", "duplicate", "conflict"].includes(receipt.status);
  } catch {
    return false;
  }
}
