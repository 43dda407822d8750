// On the guest's phone: Back goes one question back, and what could not be sent stays on the screen.

const step = () => document.querySelector("#step [name=step]")?.value;
let returning = false;

history.replaceState({ step: step() }, "");

document.addEventListener("htmx:afterSwap", () => {
  const { lang, dir } = document.getElementById("step") ?? document.documentElement;
  Object.assign(document.documentElement, { lang, dir }); // the guest may have chosen another language
  for (const one of document.querySelectorAll('[form="door"]')) {
    if (!document.getElementById("door")) (one.closest(".language-menu, .languages") ?? one).remove();
  }
  const now = step();
  if (now && history.state?.htmx) history.replaceState({ step: now }, ""); // the door gave way to the first question
  else if (now && !returning && now !== history.state?.step) history.pushState({ step: now }, "");
  returning = false;
});

// The answers travel in the page, so leaving it would lose them: the question before is asked for instead.
addEventListener("popstate", (event) => {
  const form = document.querySelector("form#step");
  const isFormsAddress = location.pathname.endsWith("/form");
  if (Boolean(form) !== isFormsAddress) location.reload(); // the door, or the thanks: another page than this one
  if (!form || !isFormsAddress || !event.state?.step || event.state.step === step()) return;
  returning = true;
  const go = document.createElement("button");
  go.name = "go";
  go.value = `change:${event.state.step}`;
  go.hidden = true;
  form.append(go);
  go.click();
  go.remove();
});

function keep() {
  returning = false;
  const words = document.querySelector(":is(#step, #door) [data-not-sent]");
  if (!words) return;
  words.hidden = false;
  words.scrollIntoView({ block: "center" });
}

document.addEventListener("htmx:beforeRequest", () => {
  const words = document.querySelector(":is(#step, #door) [data-not-sent]");
  if (words) words.hidden = true;
});
document.addEventListener("htmx:sendError", keep);
document.addEventListener("htmx:timeout", keep);
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 204 || event.detail.serverResponse.includes('id="step"')) return;
  event.detail.shouldSwap = false; // an apology, or a Wi-Fi's own page, would take the answers with it
  keep();
});

/** Whether all the answers that a field waits for are given. */
function shows(box) {
  const given = new FormData(document.getElementById("step"));
  return JSON.parse(box.dataset.if).every(([name, value]) => (given.getAll(name).at(-1) ?? "") === value);
}

document.addEventListener("change", (event) => {
  if (!event.target.closest("#step")) return;
  for (const box of document.querySelectorAll("#step [data-if]")) box.hidden = !shows(box);
});

// A tap on the only answer that a question wants goes on by itself; arrow keys only choose.
let going = 0;
document.addEventListener("click", (event) => {
  if (!event.detail || !event.target.closest("#step[data-one-tap] .tap")) return;
  clearTimeout(going);
  going = setTimeout(() => document.querySelector("#step .primary")?.click(), 150);
});

// Of a survey counts what was answered until the guest leaves. Without htmx each step is a page, and leaving one says nothing.
addEventListener("pagehide", () => {
  const form = document.querySelector("#step[data-partial]");
  if (!form || !globalThis.htmx) return;
  const said = new URLSearchParams(new FormData(form));
  said.set("go", "leave");
  navigator.sendBeacon(form.dataset.partial, said);
});
