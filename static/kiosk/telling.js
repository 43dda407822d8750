// What this tablet says of itself to the house, with each beat and each batch. Nothing of a guest.

import { standing } from "./outbox.js";

let trouble = "";

/** From here on the house is told of this trouble; "" is none. */
export function tellOf(code) {
  trouble = code;
}

/** The fields that server/devices/beating.py reads. */
export async function telling(tablet) {
  const counted = await unless(standing());
  const [room, persisted, battery, held] = await Promise.all([
    unless(navigator.storage?.estimate?.()), unless(navigator.storage?.persisted?.()), unless(navigator.getBattery?.()), whatIsHeld(),
  ]);
  return {
    sent_at: new Date().toISOString(),
    last_number: tablet.last_number,
    ...(counted ? inNumbers(counted) : {}),
    browser: navigator.userAgent,
    build: held.version,
    forms: held.forms,
    persisted: persisted === true,
    trouble: trouble || (counted ? "" : "storage_closed"),
    ...(room ? { used: room.usage, quota: room.quota } : {}),
    ...(battery ? { battery: Math.round(battery.level * 100), charging: battery.charging } : {}),
  };
}

function inNumbers({ waiting, parked, since }) {
  return { waiting, parked, waiting_since: since === null ? null : new Date(since).toISOString() };
}

/** Version and forms of the pages that this tablet holds for the time without a network. */
async function whatIsHeld() {
  const kept = await unless(globalThis.caches?.match("/kiosk/precache.json"));
  const list = kept && (await unless(kept.json()));
  return { version: list?.version ?? "", forms: list?.forms ?? [] };
}

const unless = (promise) => Promise.resolve(promise).catch(() => null);
