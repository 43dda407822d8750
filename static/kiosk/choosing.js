// Which of several things a guest has come for. Like the resting screen it leaves no step in the history, and it
// rests again when nobody answers: the next guest begins with their own language.

const QUIET = 60_000;
const resting = document.querySelector("[data-resting]").dataset.resting;
let quiet = 0;

function restart() {
  clearTimeout(quiet);
  quiet = setTimeout(() => location.replace(resting), QUIET);
}

for (const link of document.querySelectorAll("[data-on]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, restart, { capture: true, passive: true });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
restart();
