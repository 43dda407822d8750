// Nothing of a guest stays on a desk that nobody sits at: after a quarter of an hour without a hand on it the
// page gives way to the door. While somebody types without asking for a page, the server is told so.
const QUARTER = 15 * 60 * 1000;
const TELL_EVERY = 2 * 60 * 1000;
const seat = document.querySelector("[data-lock]");
let touched = Date.now();
let told = touched;

function leave() {
  const here = location.pathname + location.search;
  location.replace(`${seat.dataset.door}?next=${encodeURIComponent(here)}`);
}

async function look() {
  const now = Date.now();
  if (now - touched >= QUARTER) leave();
  else if (touched > told && now - told >= TELL_EVERY) {
    told = now;
    const answer = await fetch(seat.dataset.lock, { redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") leave();
  }
}

if (seat) {
  for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"])
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  setInterval(look, 15 * 1000);
  document.addEventListener("visibilitychange", look);
}
