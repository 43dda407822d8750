// Where the guest reads all of it and signs: the lines as they will be kept, and a pad to draw on. What was drawn stands
// under one text only: as soon as that is another one, it is gone, and the guest is told.

import { linesOf, textDigest, textShown } from "./reading_out.js";
import { answered } from "./rules.js";

export const LONGEST = 20_000; // characters, as server/forms/parsing.py says
const MOST_STROKES = 400; // server/registration/signing.py
const WIDTH = 1200, HEIGHT = 400; // of the pad, in its own units
const SHORTEST = WIDTH * 0.05; // what is drawn less long is a slip of the finger
const NEAR = 3; // a point nearer than this to the last one tells nothing
const WAY = "cannot_sign";

/** What signs a form; null where it is not signed, or this browser cannot say what was signed. */
export function signingIn({ form, rules }) {
  const box = form.querySelector("[data-signature]");
  if (!box || !rules.reading || !globalThis.crypto?.subtle) return null;
  const step = box.closest("[data-step]");
  const answer = box.querySelector('[name="signature"]');
  const digest = box.querySelector('[name="signature_text"]');
  const way = step.querySelector('[name="signature_way_out"]');
  const changed = box.querySelector("[data-changed]");
  const cannot = box.querySelector("[data-cannot]");
  let signed = ""; // the text that stood there when it was drawn
  let text = "";
  const pad = padOn(box.querySelector("[data-pad]"), (strokes) => {
    answer.value = strokes;
    signed = strokes ? text : "";
    if (strokes) changed.textContent = "";
  });

  function say(isChanged) {
    changed.textContent = isChanged ? changed.dataset.words : "";
  }

  function leaveToWitness(isLeft) {
    way.value = isLeft ? WAY : "";
    if (isLeft) pad.clear();
    cannot.setAttribute("aria-pressed", String(isLeft));
    box.querySelector("[data-drawing]").hidden = isLeft;
    const told = box.querySelector("[data-witness]");
    told.textContent = isLeft ? told.dataset.words : "";
  }

  box.querySelector("[data-later]").hidden = true;
  box.querySelector("[data-signing]").hidden = false;
  box.querySelector("[data-clear]").addEventListener("click", () => { pad.clear(); say(false); });
  cannot.addEventListener("click", () => { leaveToWitness(way.value !== WAY); say(false); });

  return {
    /** Show what is signed; a signature under another text is gone. */
    read(given) {
      text = textShown(rules, given);
      const lines = linesOf(rules, given);
      for (const row of step.querySelectorAll("[data-of]")) {
        const own = lines.filter((line) => line.step === row.dataset.of);
        row.querySelector("[data-lines]").replaceChildren(...(own.length ? own.map(lineOf) : ["–"]));
      }
      if (signed && signed !== text) { pad.clear(); say(true); }
    },
    /** Say that what was drawn does not stand any more. */
    wasDropped: () => say(true),
    leaveToWitness,
    /** The answers with what was signed, or without a signature that is not under them. */
    async under(steps, given) {
      const said = answered(steps, given);
      if (!said.signature) return said;
      const now = textShown(rules, given);
      if (now !== signed) { delete said.signature; return said; }
      return { ...said, signature_text: await textDigest(now) };
    },
    wipe() {
      pad.clear();
      leaveToWitness(false);
      say(false);
      digest.value = signed = text = "";
      for (const lines of step.querySelectorAll("[data-lines]")) lines.replaceChildren();
    },
  };
}

function lineOf({ label, value }) {
  const line = document.createElement("p");
  const said = document.createElement("bdi");
  said.textContent = value;
  said.translate = false;
  line.append(`${label}: `, said);
  return line;
}

/** A pad to draw on with a finger, a pen or a mouse; `whenDrawn` is told what stands on it, "" for nothing. */
function padOn(pad, whenDrawn) {
  const ink = pad.querySelector("[data-ink]");
  let strokes = [];
  let drawing = null; // the pointer that draws: the palm beside the pen does not
  let kind = "";

  const pointAt = ({ clientX, clientY }) => {
    const place = new DOMPoint(clientX, clientY).matrixTransform(pad.getScreenCTM().inverse());
    return [within(place.x, WIDTH), within(place.y, HEIGHT)];
  };

  function paint() {
    ink.setAttribute("d", strokes.map(pathOf).join(""));
    pad.classList.toggle("drawn", strokes.length > 0);
  }

  function add(event) {
    const line = strokes.at(-1);
    const [x, y] = pointAt(event);
    if (line.length && Math.hypot(x - line.at(-2), y - line.at(-1)) < NEAR) return;
    line.push(x, y);
  }

  function end() {
    if (drawing === null) return;
    drawing = null;
    strokes = fitting(strokes);
    paint();
    whenDrawn(lengthOf(strokes) >= SHORTEST ? written(strokes) : "");
  }

  function clear() {
    strokes = [];
    drawing = null;
    paint();
    whenDrawn("");
  }

  pad.addEventListener("pointerdown", (event) => {
    const isPenOverPalm = event.pointerType === "pen" && kind === "touch" && drawing !== null;
    if (event.button > 0 || (drawing !== null && !isPenOverPalm) || strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    if (isPenOverPalm) strokes.pop();
    drawing = event.pointerId;
    kind = event.pointerType;
    pad.setPointerCapture(event.pointerId);
    strokes.push([]);
    add(event);
    paint();
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) add(one);
    paint();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    pad.addEventListener(name, (event) => { if (event.pointerId === drawing) end(); });
  }
  return { clear };
}

const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
const written = (strokes) => JSON.stringify({ w: WIDTH, h: HEIGHT, s: strokes });

/** The lines as an SVG path; a dot is a line of no length. */
function pathOf(line) {
  let path = `M${line[0]} ${line[1]}`;
  for (let at = line.length > 2 ? 2 : 0; at < line.length; at += 2) path += `L${line[at]} ${line[at + 1]}`;
  return path;
}

function lengthOf(strokes) {
  let length = 0;
  for (const line of strokes) {
    for (let at = 2; at < line.length; at += 2) length += Math.hypot(line[at] - line[at - 2], line[at + 1] - line[at - 1]);
  }
  return length;
}

/** Strokes that fit into an answer: of each, every second point goes until they do, never its ends. */
export function fitting(strokes) {
  let kept = strokes;
  while (written(kept).length > LONGEST) kept = kept.map(halved);
  return kept;
}

function halved(line) {
  const last = line.length / 2 - 1;
  const isKept = (point) => point % 2 === 0 || point === last;
  return line.filter((_, at) => isKept(Math.floor(at / 2)));
}
