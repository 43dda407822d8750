// Steps through the form that the server rendered once. What a guest types lives in these fields and nowhere else.

import { answered, askedSteps, checkStep, isShown } from "./rules.js";
import { inWords } from "./summary.js";
import { isAlias, suggestEmail } from "./suggestion.js";
import { takeHanded } from "./handing.js";
import { chooseWay, newCaptureId } from "./sending.js";
import { signingIn } from "./signing.js";
import { watchIdle } from "./idle.js";
import { watchKeyboard } from "./keyboard.js";

const HANDED_WITHIN = 2_000;
const PAUSE = 150; // long enough to see what was tapped
const ONCE_SHOWN = 200; // the question that came has stopped moving
const ONCE_ANSWERED = 50; // what was tapped is seen, and PAUSE is not over
const handing = chooseWay(); // online, or through the outbox of an enrolled tablet
let page = read(document);
let signing = signingIn(page); // null for most forms
const captureId = newCaptureId();
let at = page.rules.steps[0]; // the rules of the question that is asked now
let askedAbout = null;
let leaving = false;
let erasing = false;
let going = 0;
let waiting = 0;
let isChanging = false; // from the last look back to one question, and no further
let isHanded = false; // the reception handed the stay over: what is known is not asked again, only shown at the end

/** What each step asks for again and again, looked up once: fields and sections, and what most answer. */
function read(source) {
  const form = source.querySelector("[data-form]");
  const rules = JSON.parse(form.dataset.rules);
  for (const list of form.querySelectorAll("[data-list-of]")) list.replaceChildren(...copyOf(form.elements.namedItem(list.dataset.listOf)));
  for (const field of rules.steps.flatMap((step) => step.fields)) if (field.kind === "state") field.states = offered(form, field.id);
  const fields = [...form.elements].filter((field) => field.name && field.name !== "csrf_token" && !["submit", "button"].includes(field.type));
  const sections = Object.fromEntries([...form.querySelectorAll("[data-step]")].map((step) => [step.dataset.step, step]));
  const chosen = rules.steps.flatMap((step) => step.fields).filter((field) => field.kind === "choice" && !field.member);
  const likely = Object.fromEntries(chosen.map((field) => [field.id, Object.keys(field.options)[0]]));
  return { form, fields, sections, likely, rules };
}

/** What a list offers, for another one: a held page has the states of the world once, not for each child. */
function copyOf(list) {
  return [...list.children].map((option) => option.cloneNode(true));
}

/** The states that a field offers, code and name: 250 of them stand in the page once, in its list. */
function offered(form, name) {
  const options = [...form.elements.namedItem(name).options].filter((option) => option.value);
  return Object.fromEntries(options.map((option) => [option.value, option.text]));
}

function today() {
  const now = new Date();
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}

/** What stands in the form. Read by hand: `new FormData` lays the whole page out for each text area it comes to. */
function answers() {
  const given = {};
  for (const field of page.fields) if (field.checked || !isTapped(field)) given[field.name] = field.value;
  return given;
}

const input = (name) => page.form.elements.namedItem(name);
const stepOf = (rules) => page.sections[rules.id];
const asked = (given) => askedSteps(page.rules.steps, given);
const placeIn = (steps) => steps.findIndex((rules) => rules.id === at.id);
const before = (steps = asked(answers())) => steps[placeIn(steps) - 1];
const after = (steps = asked(answers())) => steps[placeIn(steps) + 1];
const isSigned = (rules) => signing !== null && rules.fields.some((field) => field.kind === "signature");
const isTapped = (field) => field.type === "radio" || field.type === "checkbox";

/** Empty a field; the value of what is tapped or ticked is its meaning, and stays. */
function empty(field) {
  if (isTapped(field)) field.checked = false;
  else if (field.type !== "submit" && field.type !== "button" && field.name !== "csrf_token") field.value = "";
}

function clear() {
  leaving = true;
  clearTimeout(waiting);
  signing?.wipe();
  page.form.reset();
  for (const field of page.form.elements) empty(field);
  document.body.replaceChildren();
}

function wipe() {
  if (leaving) return;
  clear();
  location.replace(page.form.dataset.thanks);
}

/** Nobody is there any more: where a part counts (a survey), what was answered until then is handed over. */
async function leaveBehind() {
  const given = answered(page.rules.steps, answers());
  const counts = !erasing && page.rules.partial && Object.keys(given).some((name) => !name.endsWith("_way_out"));
  const handed = counts ? handOver(given) : null;
  if (leaving) return;
  clear();
  await Promise.race([handed, new Promise((done) => { setTimeout(done, HANDED_WITHIN); })]);
  location.replace(page.form.dataset.thanks);
}

/** Another question. All is changed before anything asks how it lies, so that the page is laid out once. */
function show(next, { focus = true, given = answers() } = {}) {
  clearTimeout(going);
  at = next;
  const step = stepOf(at);
  if ("review" in step.dataset) isChanging = false;
  setUp(at, given);
  for (const other of Object.values(page.sections)) {
    other.classList.toggle("now", other === step);
    other.classList.remove("next");
  }
  scrollTo(0, 0);
  if (focus) step.querySelector("h1").focus({ preventScroll: true });
  getReady(ONCE_SHOWN);
}

/** While a guest reads or types, what is likely asked next is laid out unseen: an old tablet takes a while for that. */
function getReady(wait) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const given = answers();
    const next = following(asMostAnswer(given));
    if (!next) return;
    setUp(next, given);
    for (const other of Object.values(page.sections)) other.classList.toggle("next", other === stepOf(next));
  }, wait);
}

/** A question as the answers so far make it. */
function setUp(rules, given) {
  showFields(rules, given);
  if (isSigned(rules)) signing.read(given);
  if ("review" in stepOf(rules).dataset) summarise(stepOf(rules), given);
}

const hide = (part, isHidden) => { if (part.hidden !== isHidden) part.hidden = isHidden; };
const say = (part, words) => { if (part.textContent !== words) part.textContent = words; };

/** What another answer shows or hides, as soon as that answer is given. */
function showFields(rules = at, given = answers()) {
  const step = stepOf(rules);
  for (const field of rules.fields) {
    const isHidden = !isShown(field, given);
    hide(step.querySelector(`[data-field="${field.id}"]`), isHidden);
    const domains = step.querySelector(`[data-domains="${field.id}"]`);
    if (domains) hide(domains, isHidden);
  }
  for (const person of step.querySelectorAll("[data-member]")) hide(person, !marker(person).checked);
  const add = step.querySelector("[data-add]");
  if (add) hide(add, !step.querySelector("[data-member][hidden]"));
  sayProgress(step, rules, asked(asMostAnswer(given)));
}

/** As far as can be told: what is not answered yet as most do. */
const asMostAnswer = (given) => ({ ...page.likely, ...given });

/** Which question of `steps` this is, of how many. */
function sayProgress(step, rules, steps) {
  const count = { step: steps.findIndex((one) => one.id === rules.id) + 1, steps: steps.length };
  const words = page.form.dataset.progressWords.replace("{step}", count.step).replace("{steps}", count.steps);
  const line = step.querySelector("[data-progress] p");
  if (line.textContent === words) return;
  const bar = step.querySelector("progress");
  bar.max = count.steps;
  bar.value = count.step;
  bar.setAttribute("aria-label", words);
  line.textContent = words;
}

const marker = (person) => person.querySelector(".marker");

function addPerson() {
  const person = stepOf(at).querySelector("[data-member][hidden]");
  if (!person) return;
  marker(person).checked = true;
  showFields();
  person.querySelector("input:not(.marker)").focus();
}

function removePerson(number) {
  const person = stepOf(at).querySelector(`[data-member="${number}"]`);
  person.querySelectorAll("input, select, textarea").forEach(empty);
  sayErrors(stepOf(at), at, {});
  showFields();
  stepOf(at).querySelector("[data-add]").focus();
}

function summarise(step, given) {
  const shown = asked(given);
  for (const rules of page.rules.steps) {
    const line = step.querySelector(`[data-of="${rules.id}"]`);
    if (!line) continue;
    hide(line, !shown.includes(rules));
    const value = line.querySelector("[data-value]");
    if (!value) continue; // a form that is signed says its lines itself
    const way = given[rules.way_out_name];
    say(value, way ? page.rules.ways_out[way] : inWords(rules, given) || "–");
  }
}

/** The inputs of one answer: several where it is tapped; of those, none is wrong by itself. */
function placesOf(name) {
  const found = input(name) ?? [];
  return found instanceof Element ? [found] : [...found];
}

function sayErrors(step, rules, errors) {
  const summary = step.querySelector("[data-summary]");
  const wrong = Object.keys(errors).length > 0;
  if (!wrong && summary.hidden) return false; // and nothing was wrong before
  const list = summary.querySelector("ul");
  list.replaceChildren();
  for (const field of rules.fields) {
    if (field.kind === "member") continue;
    const code = errors[field.id];
    const box = step.querySelector(`[data-field="${field.id}"]`);
    const line = document.getElementById(`e-${field.id}`);
    box.classList.toggle("wrong", Boolean(code));
    line.textContent = code ? field.errors[code] : "";
    line.hidden = !code;
    for (const name of field.names) {
      for (const place of placesOf(name)) {
        if (code && !isTapped(place)) place.setAttribute("aria-invalid", "true");
        else place.removeAttribute("aria-invalid");
      }
    }
    if (!code) continue;
    const link = document.createElement("a");
    link.href = `#f-${field.names[0]}`;
    link.textContent = `${field.label} – ${field.errors[code]}`;
    link.addEventListener("click", (event) => { event.preventDefault(); (box.querySelector("[data-pad]") ?? placesOf(field.names[0])[0]).focus(); });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  summary.hidden = !wrong;
  if (wrong) summary.focus();
  return wrong;
}

function askAboutAddress(step, given) {
  const box = step.querySelector("[data-suggestion]");
  const field = at.fields.find((one) => one.kind === "email" && !one.member && isShown(one, given));
  if (!box || !field) return false;
  const address = input(field.id);
  const meant = suggestEmail(address.value, page.rules.known);
  const alias = meant === null && box.dataset.alias && isAlias(address.value, page.rules.known);
  const open = (meant !== null || alias) && askedAbout !== address.value;
  askedAbout = address.value;
  const [words, use] = box.children;
  words.textContent = !open ? "" : alias ? box.dataset.alias : box.dataset.words.replace("{email}", meant);
  use.textContent = alias ? box.dataset.own : box.dataset.useWords;
  words.hidden = use.hidden = !open;
  if (open) {
    use.onclick = () => {
      address.value = meant ?? "";
      words.hidden = use.hidden = true;
      if (meant === null) address.focus();
      else onward();
    };
    use.focus();
  }
  return Boolean(open);
}

function goOn() {
  clearTimeout(going);
  const step = stepOf(at);
  const way = input(at.way_out_name);
  if (way && way.value !== "cannot_sign") way.value = "";
  const given = answers();
  if (sayErrors(step, at, checkStep(at, given, today()))) return;
  if (askAboutAddress(step, given)) return;
  if (following(given)) onward(given);
  else send(step);
}

/** The next question, with what is answered by now. */
const onward = (given = answers()) => show(following(given), { given });

/** The next question; where only some are left to ask, the first of those that lacks an answer, else the last look. */
function following(given) {
  const steps = asked(given);
  if (!isHanded && !isChanging) return after(steps);
  const rest = steps.slice(placeIn(steps) + 1);
  const isOpen = (rules) => Object.keys(checkStep(rules, given, today())).length > 0;
  return rest.find((rules) => "review" in stepOf(rules).dataset || isOpen(rules)) ?? rest[0];
}

/** What is known already, into fields that are still empty. */
function putIn(given) {
  for (const [name, value] of Object.entries(given)) {
    for (const field of placesOf(name)) {
      if (isTapped(field)) field.checked ||= field.value === value;
      else if (field.value === "" || field.matches("select")) field.value = value; // a country stands there beforehand
    }
  }
  showFields();
}

function goOut(way) {
  for (const field of at.fields) {
    if (field.kind !== "country") for (const name of field.names) placesOf(name).forEach(empty);
  }
  input(at.way_out_name).value = way;
  sayErrors(stepOf(at), at, {});
  if (following(answers())) onward();
  else send(stepOf(at));
}

const handOver = async (given) => (await handing).handOver({
  id: captureId,
  form: page.form.dataset.form,
  version: page.rules.version,
  language: document.documentElement.lang,
  answers: given,
  address: page.form.action || location.href,
  token: input("csrf_token")?.value ?? "",
});

async function send(step) {
  const button = step.querySelector("[data-send]");
  if (button.disabled) return;
  const words = button.textContent;
  button.disabled = true;
  button.textContent = button.dataset.busy;
  const given = answers();
  const sent = await handOver(await (signing?.under(page.rules.steps, given) ?? answered(page.rules.steps, given)));
  button.disabled = false;
  button.textContent = words;
  const notSent = step.querySelector("[data-not-sent]");
  notSent.hidden = sent;
  if (!sent) notSent.scrollIntoView({ block: "center" });
  if (sent) thank();
}

function thank() {
  clearTimeout(waiting);
  signing?.wipe();
  page.form.reset();
  for (const step of Object.values(page.sections)) step.classList.remove("now", "next");
  for (const field of page.form.elements) empty(field);
  document.querySelectorAll("[data-value]").forEach((line) => { line.textContent = ""; });
  const screen = document.querySelector("[data-thanks-screen]");
  screen.hidden = false;
  screen.querySelector("h1").focus();
  setTimeout(wipe, Number(screen.dataset.stands) * 1000); // longer where there is something to read
}

/** Another language, the same answers: the other page is fetched, and the answers are put into it. */
async function speak(link) {
  const kept = answers();
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
  signing = signingIn(page);
  for (const [name, value] of Object.entries(kept)) {
    if (["version", "capture", "signature", "signature_text"].includes(name)) continue;
    for (const field of placesOf(name)) {
      if (isTapped(field)) field.checked = field.value === value;
      else field.value = value;
    }
  }
  if (kept.signature) signing?.wasDropped(); // it stood under the words of the other language
  signing?.leaveToWitness(kept.signature_way_out === "cannot_sign");
  show(page.rules.steps.find((rules) => rules.id === at.id));
}

document.addEventListener("click", (event) => { erasing ||= Boolean(event.target.closest("[data-erase]")); }, { capture: true });
document.addEventListener("change", (event) => { if (event.target.form === page.form) { showFields(); getReady(ONCE_ANSWERED); } });
document.addEventListener("click", (event) => {
  // A tap on the only answer that a question wants goes on by itself; arrow keys only choose.
  if (event.detail && event.target.closest(".now[data-one-tap] .tap")) {
    clearTimeout(going);
    going = setTimeout(goOn, PAUSE);
    return;
  }
  const target = event.target.closest("a, button");
  if (!target) return;
  if ("leave" in target.dataset) { event.preventDefault(); wipe(); }
  else if ("language" in target.dataset) { event.preventDefault(); speak(target); }
  else if ("next" in target.dataset) goOn();
  else if ("back" in target.dataset) { if (before()) show(before()); else wipe(); }
  else if ("out" in target.dataset) goOut(target.dataset.out);
  else if ("change" in target.dataset) {
    isChanging = true;
    show(page.rules.steps.find((rules) => rules.id === target.dataset.change));
  }
  else if ("add" in target.dataset) addPerson();
  else if ("remove" in target.dataset) removePerson(target.dataset.remove);
});
document.addEventListener("submit", (event) => { event.preventDefault(); goOn(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input, select")) { event.preventDefault(); goOn(); }
});
addEventListener("pageshow", (event) => { if (event.persisted) wipe(); });
addEventListener("pagehide", () => { for (const field of page.form.elements) empty(field); });

watchIdle(document.querySelector("[data-idle]"), leaveBehind);
watchKeyboard();
show(at, { focus: false });
handing.then(({ mayBegin }) => { if (!mayBegin) wipe(); });
takeHanded(captureId).then((known) => {
  if (!known || leaving) return;
  putIn(known);
  isHanded = true;
  getReady(ONCE_ANSWERED);
});
