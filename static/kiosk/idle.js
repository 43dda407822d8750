// Nobody there for a minute: ask, for half a minute, then wipe. One tap answers, any number of times (WCAG 2.2.1).

const QUIET = 60_000;
const COUNTDOWN = 30;

/** Watch for silence; `onGone` wipes the page. */
export function watchIdle(dialog, onGone) {
  const words = dialog.querySelector("[data-countdown]");
  let quiet = 0;
  let ticking = 0;

  function restart() {
    clearTimeout(quiet);
    clearInterval(ticking);
    if (dialog.open) dialog.close();
    quiet = setTimeout(ask, QUIET);
  }

  function ask() {
    let left = COUNTDOWN;
    const show = () => { words.textContent = words.dataset.words.replace("{seconds}", left); };
    show();
    dialog.showModal();
    dialog.querySelector("[data-stay]").focus();
    ticking = setInterval(() => {
      left -= 1;
      if (left <= 0) onGone();
      else show();
    }, 1000);
  }

  for (const kind of ["pointerdown", "keydown", "input"]) {
    addEventListener(kind, () => { if (!dialog.open) restart(); }, { capture: true, passive: true });
  }
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); restart(); });
  dialog.querySelector("[data-stay]").addEventListener("click", restart);
  dialog.querySelector("[data-erase]").addEventListener("click", onGone);
  restart();
}
