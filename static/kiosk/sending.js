// What becomes of a finished form. An enrolled tablet seals it and keeps it until the house has it, with or without
// network; any other browser posts it at once. Which of the two is settled as the page loads, never in mid-form.

import { PROTOCOL } from "./asking.js";
import { deliverSoon } from "./delivering.js";
import { keepSealed, readTablet } from "./outbox.js";
import { bytesOf, digestOf, seal } from "./sealing.js";
import { lookAtTablet, wake } from "./tablet.js";

const PATIENCE = 15_000;
const TRIES = 20; // each means that another page of this tablet finished a form in the same moment
const NOT_ANSWERS = ["capture", "version", "csrf_token"];

/** A UUIDv7 (RFC 9562), made when a form starts, so that a resend is recognised. */
export function newCaptureId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The way of this page's forms: `mayBegin`, and `handOver({ id, form, version, language, answers, address, token })`,
 * which is true once the form is safe: on this tablet's disk, or with the house. `address` and `token` are for posting.
 */
export async function chooseWay() {
  const { enrolled, trouble } = await lookAtTablet();
  if (!enrolled) return { mayBegin: true, handOver: post };
  wake();
  return { mayBegin: !trouble, handOver: keep };
}

async function keep({ id, form, version, language, answers }) {
  try {
    const said = { answers: withoutOurs(answers), language, captured_at: new Date().toISOString() };
    const content = bytesOf(JSON.stringify(said));
    for (let tries = 0; tries < TRIES; tries += 1) {
      const tablet = await readTablet();
      if (!tablet || tablet.is_revoked) return false;
      if (await keepSealed(await sealed(content, { id, form, version }, tablet))) {
        deliverSoon();
        return true;
      }
    }
  } catch {
    return false; // full, or closed: the guest is told so, and what was typed still stands in the page
  }
  return false;
}

async function sealed(content, { id, form, version }, { device, key, last_number }) {
  const seq = last_number + 1;
  const info = [PROTOCOL, id, seq, device, form, version, key.id].join("|");
  const bytes = await seal(content, bytesOf(info), key.public);
  return { id, seq, device, form, version, key: key.id, sha256: await digestOf(bytes), sealed: bytes, at: Date.now() };
}

function withoutOurs(answers) {
  return Object.fromEntries(Object.entries(answers).filter(([name, text]) => text !== "" && !NOT_ANSWERS.includes(name)));
}

/** Post to the house. The answer counts only as a receipt that repeats our id: a portal answers 200 to everything. */
async function post({ id, version, answers, address, token }) {
  const body = new URLSearchParams({ ...answers, capture: id, version: String(version) });
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  try {
    const reply = await fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      cache: "no-store",
      keepalive: true, // the page of a guest who walked away is wiped after two seconds, whatever the house is doing
      signal: giveUp.signal,
    });
    if (!reply.ok) return false;
    const receipt = await reply.json();
    return receipt.protocol === PROTOCOL && receipt.id === id && ["stored", "duplicate", "conflict"].includes(receipt.status);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
