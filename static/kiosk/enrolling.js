// Makes this browser one of the house's tablets: swaps the code for a token, holds the house's key against the
// fingerprint that came with the code, and brings all pages here before it says that all is well.

import { ask } from "./asking.js";
import { keyOf } from "./beating.js";
import { hold } from "./holding.js";
import { readTablet, tryWriting, writeTablet } from "./outbox.js";
import { keepSpare } from "./spare.js";

const form = document.querySelector("[data-enrol]");
const field = form.elements.namedItem("code");
const button = form.querySelector("button");
const given = new URLSearchParams(location.hash.slice(1));
const TAKEN_WITHIN = 5_000;
const SHOWN = 16; // digits of the fingerprint, for comparing by eye

history.replaceState(null, "", location.pathname); // the code is nobody's bookmark
field.value = given.get("code") ?? "";

form.addEventListener("submit", (event) => { event.preventDefault(); start(); });
if (!isFit()) say("insecure");
else if (field.value) start();

function isFit() {
  return Boolean(isSecureContext && crypto.subtle && globalThis.indexedDB && navigator.locks && navigator.serviceWorker);
}

/** One of the lines of the page, the others away. */
function say(code) {
  for (const line of document.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== code;
  button.disabled = code === "asking" || code === "bringing" || code === "insecure";
}

async function start() {
  if (button.disabled) return;
  say("asking");
  try {
    await tryWriting();
    const { status, said } = await ask("enrol", { code: field.value });
    if (!said) return say("no_answer");
    if (status !== 200) return say(status === 429 ? "wait" : "wrong");
    const key = await keyOf(said.key);
    if (given.has("key") && given.get("key").toLowerCase() !== key.sha256) return say("other_house");
    await becomeTablet(said, key);
  } catch {
    return say("storage");
  }
  say("bringing");
  try {
    await bringPages((await readTablet()).code);
  } catch {
    return say("no_pages");
  }
  done();
}

async function becomeTablet({ device, name, house, code, token, export: ofFile }, key) {
  await navigator.storage?.persist?.();
  const given = { device, name, house, code, token, export: ofFile };
  await writeTablet({ ...given, token_at: Date.now(), key, last_number: 0, is_revoked: false });
  await keepSpare(given);
}

/**
 * The worker is there once every page and file lies in its cache. Where another one is, of another house maybe, it takes
 * that one's place at once, unless a guest fills in a form on another page of this tablet: then between two guests.
 */
async function bringPages(code) {
  const pages = await hold(code);
  const coming = pages.installing;
  if (!coming) return;
  await new Promise((there, failed) => {
    const look = () => {
      if (coming.state === "installed" && pages.active) {
        coming.postMessage("take over");
        setTimeout(there, TAKEN_WITHIN);
      }
      if (coming.state === "activated") there();
      if (coming.state === "redundant") failed(new Error("the pages did not come"));
    };
    coming.addEventListener("statechange", look);
    look();
  });
}

async function done() {
  const { name, house, key } = await readTablet();
  say("done");
  form.hidden = true;
  const line = document.querySelector('[data-says="done"] [data-name]');
  line.textContent = [name, house, key.sha256.slice(0, SHOWN)].join(" · ");
  document.querySelector('[data-says="done"] a').addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(event.currentTarget.href);
  });
}
