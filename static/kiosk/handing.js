// The reception hands a stay over to this tablet: it opens by itself while the tablet rests, or with a code typed here.
// What is known of the guest comes once, to the page that begins the form, and stays in that page's memory.

import { PROTOCOL, ask } from "./asking.js";
import { readTablet } from "./outbox.js";

const LOOK_EVERY = 4_000;
const LONGEST_PAUSE = 30_000; // between looks at a house that does not answer
const PATIENCE = 10_000;
const TRIES = 3; // an answer can get lost, and the same form may ask again
const PAUSE = 1_000;
const QUIET = 60_000; // a code that somebody left half typed
const MARK = "#handed-"; // with the number of what waits, which tells nothing of the guest

/**
 * The resting screen: look whether a stay waits, and let a code be typed. `isOpen`: whether a guest may begin now;
 * `whenHeard` is called each time that the house answers.
 */
export function watchForStays(isOpen, whenHeard) {
  let pause = LOOK_EVERY;
  const look = async () => {
    const looks = document.visibilityState === "visible" && isOpen();
    const heard = looks && (await lookOnce());
    if (heard) whenHeard();
    pause = heard || !looks ? LOOK_EVERY : Math.min(LONGEST_PAUSE, pause * 2);
    setTimeout(look, pause);
  };
  look();
  takeCodes();
}

/** Whether the house answered. */
async function lookOnce() {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  try {
    const { token } = await readTablet();
    const bare = { credentials: "omit", cache: "no-store", redirect: "error", signal: giveUp.signal };
    const reply = await fetch("/api/v1/handover", { ...bare, headers: { Authorization: `Bearer ${token}` } });
    const said = await reply.json();
    if (!reply.ok || said?.protocol !== PROTOCOL) return false;
    if (said.handover) begin(said.handover);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function begin({ id, form, language }) {
  location.replace(`/kiosk/${encodeURIComponent(form)}/${encodeURIComponent(language)}${MARK}${Number(id)}`);
}

function takeCodes() {
  const dialog = document.querySelector("[data-code-dialog]");
  const opener = document.querySelector("[data-code-open]");
  if (!dialog || !opener) return;
  const form = dialog.querySelector("form");
  const field = form.elements.namedItem("stay_code");
  const say = (code) => {
    for (const line of dialog.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== code;
  };
  let closing = 0;
  const open = () => {
    field.value = "";
    say("");
    if (!dialog.open) dialog.showModal();
    field.focus();
  };
  dialog.addEventListener("input", () => { clearTimeout(closing); closing = setTimeout(() => dialog.close(), QUIET); });
  opener.hidden = false;
  opener.addEventListener("click", open);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { field.value = ""; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.inert) return;
    form.inert = true;
    say("");
    const { status, said } = await ask("handover/claim", { code: field.value }, (await readTablet())?.token);
    form.inert = false;
    if (status === 200 && said?.handover) return begin(said.handover);
    say(!said ? "no_answer" : status === 429 ? "wait" : "wrong");
    field.focus();
    field.select();
  });
  const scanned = () => {
    const code = new URLSearchParams(location.hash.slice(1)).get("stay");
    if (!code) return;
    history.replaceState(null, "", location.pathname); // the code is nobody's bookmark
    open();
    field.value = code;
    form.requestSubmit();
  };
  addEventListener("hashchange", scanned);
  scanned();
}

/** What the reception handed to the form that begins here, as answers; null where it handed nothing. */
export async function takeHanded(capture) {
  const handover = location.hash.startsWith(MARK) ? Number(location.hash.slice(MARK.length)) : 0;
  if (!handover) return null;
  history.replaceState(null, "", location.pathname);
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const { status, said } = await ask("handover/take", { handover, capture }, (await readTablet().catch(() => null))?.token);
    if (status === 200 && said) return said.answers;
    if (said || tries === TRIES) return null; // the house says no; or it is away, and the guest begins without
    await new Promise((done) => { setTimeout(done, PAUSE * tries); });
  }
  return null;
}
