// Seals a finished form to the house's public key before anything touches storage: HPKE (RFC 9180) in base mode,
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, as server/captures/sealing.py opens it. This tablet cannot
// read back what it sealed.

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const KEM = bytesOf("KEM", [0x00, 0x10]);
const SUITE = bytesOf("HPKE", [0x00, 0x10, 0x00, 0x01, 0x00, 0x02]);
const NONE = new Uint8Array(0);

/** `content` sealed to a public key (65 bytes): encapsulated key, then ciphertext. `info` is bound in. */
export async function seal(content, info, publicKey) {
  const { secret, encapsulated } = await encapsulate(publicKey);
  const context = bytesOf([0], await extract(SUITE, NONE, "psk_id_hash", NONE), await extract(SUITE, NONE, "info_hash", info));
  const schedule = await extract(SUITE, secret, "secret", NONE);
  const raw = await expand(SUITE, schedule, "key", context, 32);
  const iv = await expand(SUITE, schedule, "base_nonce", context, 12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  return bytesOf(encapsulated, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, content));
}

/** A fresh shared secret and what tells it to the holder of the private key. `own`: the key pair of a test vector. */
export async function encapsulate(publicKey, own = null) {
  const theirs = await crypto.subtle.importKey("raw", publicKey, CURVE, false, []);
  const pair = own ?? (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]));
  const encapsulated = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256);
  const key = await extract(KEM, NONE, "eae_prk", shared);
  return { secret: await expand(KEM, key, "shared_secret", bytesOf(encapsulated, publicKey), 32), encapsulated };
}

/** SHA-256 as hex, as the envelope names it. */
export async function digestOf(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Texts (as UTF-8), lists of numbers and buffers, one after the other. */
export function bytesOf(...parts) {
  const all = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(part)));
  const joined = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) { joined.set(part, at); at += part.length; }
  return joined;
}

const extract = (suite, salt, label, content) => mac(salt, bytesOf("HPKE-v1", suite, label, content));

async function expand(suite, key, label, content, length) {
  const labelled = bytesOf([0, length], "HPKE-v1", suite, label, content);
  return (await mac(key, bytesOf(labelled, [1]))).slice(0, length); // HKDF-Expand of up to 32 bytes is one HMAC
}

async function mac(key, content) {
  const raw = key.length > 0 ? key : new Uint8Array(32); // WebCrypto takes no empty key; HMAC pads it with zeros anyway
  const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, content));
}
