// The desk by keyboard. Nothing here is needed: every key stands for a link or a button of the page.
const search = document.getElementById("search");
const keys = document.getElementById("keys");
let going = false; // g was pressed: the next letter names the place

const open = () => keys.open || keys.showModal();

function step(by) {
  const lines = [...document.querySelectorAll("main tbody tr, main [data-line]")].filter((line) =>
    line.querySelector("a, button"),
  );
  if (lines.length === 0) return;
  const here = lines.findIndex((line) => line.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, here + by));
  lines[next].querySelector("a, button").focus();
}

const ACTIONS = {
  "/": () => (search.focus(), search.select()),
  "?": open,
  g: () => (going = true),
  j: () => step(1),
  k: () => step(-1),
  u: () => document.querySelector("[data-undo]")?.click(),
};

// In a list the key is that of the line; before any line was chosen it leads to the first that has it.
function ofLine(key) {
  const all = [...document.querySelectorAll(`[data-line-hotkey="${key}"]`)];
  const line = document.activeElement?.closest("tr, li");
  const mine = all.find((button) => line?.contains(button));
  return mine ?? (all.length > 1 ? { click: () => all[0].focus(), matches: () => false } : all[0]);
}

// A button of this page that names its key. One that opens a choice hands the next key to it.
function pressing(key) {
  const button = /^[a-z0-9]$/.test(key) && (document.querySelector(`[data-hotkey="${key}"]`) ?? ofLine(key));
  if (!button || button.checkVisibility?.() === false) return null;
  return () => {
    button.click();
    if (button.matches("summary") && button.parentElement.open) button.parentElement.querySelector("input:not([type=hidden]), button").focus();
  };
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target === search) search.blur();
  if (event.key === "Escape") closeMenus(null);
  if (event.target.matches("input, select, textarea, [contenteditable]") || keys.open) return;
  if (going) {
    going = false;
    const place = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (place) return event.preventDefault(), place.click();
  }
  const act = ACTIONS[event.key] ?? pressing(event.key);
  if (act) {
    event.preventDefault();
    act();
  }
});

// A choice that is open closes when somebody goes elsewhere; its focus returns to what opened it.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === except) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  if (event.target.closest("[data-open=keys]")) {
    event.preventDefault();
    open();
  }
  event.target.closest("[data-close]")?.closest(".toast").remove();
});

// A script is there, so a toast can be closed.
const showClosers = (place) => place.querySelectorAll("[data-close]").forEach((button) => (button.hidden = false));
showClosers(document);
document.addEventListener("htmx:oobAfterSwap", (event) => showClosers(event.detail.target.parentElement ?? document));

// A field's text to the clipboard. Browsers lend it only to https and to this machine; elsewhere it is marked, for Ctrl-C.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
      document.querySelector("[data-copy-said]").textContent = button.dataset.copied;
    } catch {
      field.focus();
    }
  });
}

// A file dragged over its place shows that it may be let go.
for (const drop of document.querySelectorAll(".drop")) {
  drop.addEventListener("dragenter", () => drop.classList.add("over"));
  for (const end of ["dragleave", "drop"]) drop.addEventListener(end, () => drop.classList.remove("over"));
}
