// Steps through the form that the server rendered once. What a guest types lives in these fields and nowhere else.

import { checkStep, isShown } from "./rules.js";
import { suggestEmail } from "./suggestion.js";
import { chooseWay, newCaptureId } from "./sending.js";
import { watchIdle } from "./idle.js";
import { watchKeyboard } from "./keyboard.js";

const THANKS_FOR = 10_000;
const way = chooseWay();
let page = read(document);
const captureId = newCaptureId();
let place = 0;
let askedAbout = null;
let leaving = false;

function read(source) {
  const form = source.querySelector("[data-form]");
  return { form, rules: JSON.parse(form.dataset.rules), steps: [...form.querySelectorAll("[data-step]")] };
}

function today() {
  const now = new Date();
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}

function answers() {
  const given = {};
  for (const [name, value] of new FormData(page.form)) given[name] = value;
  delete given.csrf_token;
  return given;
}

const input = (name) => page.form.elements.namedItem(name);

function wipe() {
  if (leaving) return;
  leaving = true;
  page.form.reset();
  for (const field of page.form.elements) if (field.name !== "csrf_token") field.value = "";
  document.body.replaceChildren();
  location.replace(page.form.dataset.thanks);
}

function show(next, { focus = true } = {}) {
  place = next;
  page.steps.forEach((step, i) => step.classList.toggle("now", i === place));
  const step = page.steps[place];
  const rules = page.rules.steps[place];
  const given = answers();
  for (const field of rules.fields) {
    step.querySelector(`[data-field="${field.id}"]`).hidden = !isShown(field, given);
  }
  step.querySelector("[data-back]").hidden = false;
  if ("review" in step.dataset) summarise(step, given);
  if (focus) step.querySelector("h1").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function summarise(step, given) {
  page.rules.steps.forEach((rules) => {
    const line = step.querySelector(`[data-of="${rules.id}"] [data-value]`);
    if (!line) return;
    const way = given[rules.way_out_name];
    line.textContent = way ? page.rules.ways_out[way] : inWords(rules, given) || "–";
  });
}

/** The form asks day, month, year; plain `en` would answer in the order of the United States. */
const dayFirst = (language) => (language === "en" ? "en-GB" : language);

function inWords(rules, given) {
  const parts = rules.fields.filter((field) => field.kind !== "country").map((field) => {
    if (field.kind !== "date") return (given[field.id] ?? "").trim();
    const [day, month, year] = field.names.map((name) => (given[name] ?? "").trim());
    if (!(day && month && year)) return [day, month, year].filter(Boolean).join(" ");
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    return new Intl.DateTimeFormat(dayFirst(document.documentElement.lang), { dateStyle: "long", timeZone: "UTC" }).format(date);
  });
  return parts.filter(Boolean).join(rules.id === "name" ? " " : " · ");
}

function sayErrors(step, rules, errors) {
  const summary = step.querySelector("[data-summary]");
  const list = summary.querySelector("ul");
  list.replaceChildren();
  for (const field of rules.fields) {
    const code = errors[field.id];
    const box = step.querySelector(`[data-field="${field.id}"]`);
    const line = document.getElementById(`e-${field.id}`);
    box.classList.toggle("wrong", Boolean(code));
    line.textContent = code ? field.errors[code] : "";
    line.hidden = !code;
    for (const name of field.names) {
      const place = input(name);
      if (code) place.setAttribute("aria-invalid", "true");
      else place.removeAttribute("aria-invalid");
    }
    if (!code) continue;
    const link = document.createElement("a");
    link.href = `#f-${field.names[0]}`;
    link.textContent = `${field.label} – ${field.errors[code]}`;
    link.addEventListener("click", (event) => { event.preventDefault(); input(field.names[0]).focus(); });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  const wrong = Object.keys(errors).length > 0;
  summary.hidden = !wrong;
  if (wrong) summary.focus();
  return wrong;
}

function askAboutAddress(step) {
  const box = step.querySelector("[data-suggestion]");
  const address = input("email");
  if (!box || !address) return false;
  const meant = suggestEmail(address.value, page.rules.known);
  const open = meant !== null && askedAbout !== address.value;
  askedAbout = address.value;
  const [words, use] = box.children;
  words.textContent = open ? box.dataset.words.replace("{email}", meant) : "";
  words.hidden = use.hidden = !open;
  if (open) {
    use.onclick = () => { address.value = meant; words.hidden = use.hidden = true; show(place + 1); };
    use.focus();
  }
  return open;
}

function goOn() {
  const step = page.steps[place];
  const rules = page.rules.steps[place];
  const way = input(rules.way_out_name);
  if (way) way.value = "";
  if (sayErrors(step, rules, checkStep(rules, answers(), today()))) return;
  if (askAboutAddress(step)) return;
  if (place + 1 < page.steps.length) show(place + 1);
  else send(step);
}

function goOut(way) {
  const rules = page.rules.steps[place];
  for (const field of rules.fields) {
    if (field.kind !== "country") for (const name of field.names) input(name).value = "";
  }
  input(rules.way_out_name).value = way;
  sayErrors(page.steps[place], rules, {});
  show(place + 1);
}

async function send(step) {
  const button = step.querySelector("[data-send]");
  if (button.disabled) return;
  const words = button.textContent;
  button.disabled = true;
  button.textContent = button.dataset.busy;
  const sent = await (await way).handOver({
    id: captureId,
    form: page.form.dataset.form,
    version: page.rules.version,
    language: document.documentElement.lang,
    answers: answers(),
    address: page.form.action || location.href,
    token: input("csrf_token")?.value ?? "",
  });
  button.disabled = false;
  button.textContent = words;
  const notSent = step.querySelector("[data-not-sent]");
  notSent.hidden = sent;
  if (!sent) notSent.scrollIntoView({ block: "center" });
  if (sent) thank();
}

function thank() {
  page.form.reset();
  page.steps.forEach((step) => step.classList.remove("now"));
  for (const field of page.form.elements) if (field.name !== "csrf_token") field.value = "";
  document.querySelectorAll("[data-value]").forEach((line) => { line.textContent = ""; });
  const screen = document.querySelector("[data-thanks-screen]");
  screen.hidden = false;
  screen.querySelector("h1").focus();
  setTimeout(wipe, THANKS_FOR);
}

/** Another language, the same answers: the other page is fetched, and the answers are put into it. */
async function speak(link) {
  const kept = answers();
  const at = place;
  try {
    const reply = await fetch(link.href, { cache: "no-store", credentials: "same-origin" });
    if (!reply.ok) return;
    const other = new DOMParser().parseFromString(await reply.text(), "text/html");
    document.documentElement.lang = other.documentElement.lang;
    document.documentElement.dir = other.documentElement.dir;
    document.title = other.title;
    for (const part of ["header", "main"]) document.querySelector(part).replaceWith(document.adoptNode(other.querySelector(part)));
    const from = other.querySelector("[data-idle]");
    const idle = document.querySelector("[data-idle]");
    idle.querySelector("h2").textContent = from.querySelector("h2").textContent;
    idle.querySelector("[data-countdown]").textContent = from.querySelector("[data-countdown]").textContent;
    idle.querySelector("[data-countdown]").dataset.words = from.querySelector("[data-countdown]").dataset.words;
    for (const name of ["[data-stay]", "[data-erase]"]) idle.querySelector(name).textContent = from.querySelector(name).textContent;
  } catch {
    return; // no network: the guest goes on in the language at hand
  }
  history.replaceState(null, "", link.href);
  page = read(document);
  for (const [name, value] of Object.entries(kept)) {
    if (["version", "capture"].includes(name)) continue;
    const field = input(name);
    if (field?.type === "checkbox") field.checked = value === "yes";
    else if (field) field.value = value;
  }
  show(at);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button");
  if (!target) return;
  if ("leave" in target.dataset) { event.preventDefault(); wipe(); }
  else if ("language" in target.dataset) { event.preventDefault(); speak(target); }
  else if ("next" in target.dataset) goOn();
  else if ("back" in target.dataset) { if (place === 0) wipe(); else show(place - 1); }
  else if ("out" in target.dataset) goOut(target.dataset.out);
  else if ("change" in target.dataset) show(page.rules.steps.findIndex((step) => step.id === target.dataset.change));
});
document.addEventListener("submit", (event) => { event.preventDefault(); goOn(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input, select")) { event.preventDefault(); goOn(); }
});
addEventListener("pageshow", (event) => { if (event.persisted) wipe(); });
addEventListener("pagehide", () => { for (const field of page.form.elements) field.value = ""; });

watchIdle(document.querySelector("[data-idle]"), wipe);
watchKeyboard();
show(0, { focus: false });
way.then(({ mayBegin }) => { if (!mayBegin) wipe(); });
