// The resting screen leaves no trace in the history: Back cannot lead to a guest's form. It is also where an enrolled
// tablet says how it is, to guests only that it is closed, and the only place where it changes to newer pages.

import { houseIsThere } from "./delivering.js";
import { watchForStays } from "./handing.js";
import { hold } from "./holding.js";
import { dropSpare } from "./spare.js";
import { lookAtTablet, wake } from "./tablet.js";

const LOOK_EVERY = 5_000;
const OFFER_EVERY = 1_000;
const UPDATE_EVERY = 600_000;
const sign = document.querySelector("[data-staff-sign]");

const hadOlder = Boolean(navigator.serviceWorker?.controller);

// listened for at once: a worker that waited may take over while this page loads, by itself
navigator.serviceWorker?.addEventListener("controllerchange", () => { if (hadOlder) location.replace(location.pathname); });
if (!enrolWithCode()) begin();
addEventListener("hashchange", enrolWithCode); // a camera opens the code's address in the page that is there

for (const link of document.querySelectorAll("[data-begin]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** An address with a code leads to the page that makes a tablet of this browser. */
function enrolWithCode() {
  const given = new URLSearchParams(location.hash.slice(1)).has("code");
  if (given) location.replace(document.body.dataset.enrol + location.hash);
  return given;
}

async function begin() {
  const { enrolled, tablet } = await show(true);
  if (!enrolled) return leaveThePagesHeld();
  wake(); // with a closed store too: the house is told
  if (tablet) watchForStays(() => document.querySelector("[data-closed]").hidden, houseIsThere);
  setInterval(async () => { // a closed one opens again when what was wrong is over
    const now = await show(isClosed());
    if (!tablet && now.tablet) location.reload(); // its store is back
  }, LOOK_EVERY);
  changeToNewerPages(tablet?.code);
}

/** Closed or open; and a small sign for the staff: which tablet this is, what waits on it, since when. */
async function show(thorough) {
  const seen = await lookAtTablet({ thorough });
  if (!seen.enrolled) return seen;
  if (thorough || seen.trouble) close(Boolean(seen.trouble));
  const { tablet, waiting, since, trouble } = seen;
  const forms = waiting > 0 ? sign.dataset.waiting.replace("{forms}", waiting).replace("{since}", inWords(since)) : "";
  sign.textContent = [tablet?.name, forms, sign.dataset[trouble]].filter(Boolean).join(" · ");
  sign.hidden = sign.textContent === "";
  return seen;
}

/** A moment: the time today, the day with it otherwise. */
function inWords(moment) {
  const language = document.documentElement.lang;
  const isToday = new Date(moment).toDateString() === new Date().toDateString();
  const shown = { ...(isToday ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, shown).format(moment);
}

const isClosed = () => !document.querySelector("[data-closed]").hidden;

function close(closed) {
  for (const part of document.querySelectorAll("[data-open]")) part.hidden = closed;
  document.querySelector("[data-closed]").hidden = !closed;
}

/** A browser whose store was emptied is no tablet any more: it works from the network, like any other. */
async function leaveThePagesHeld() {
  await dropSpare();
  const held = await navigator.serviceWorker?.getRegistration(location.pathname).catch(() => undefined);
  if (held && (await held.unregister()) && navigator.serviceWorker.controller) location.reload();
}

async function changeToNewerPages(code) {
  const pages = await hold(code);
  if (!pages) return;
  const offer = () => pages.waiting?.postMessage("take over");
  pages.addEventListener("updatefound", () => pages.installing?.addEventListener("statechange", offer));
  offer();
  setInterval(offer, OFFER_EVERY); // the page that was just left may still count as open
  setInterval(() => pages.update().catch(() => {}), UPDATE_EVERY);
}
