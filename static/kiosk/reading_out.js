// The text that a guest reads before they sign, as server/forms/reading_out.py makes it, sign by sign;
// tests/forms/test_reading_out.py holds both together.

import { answered, askedSteps, isShown } from "./rules.js";

const BROKEN = /\p{Surrogate}/gu;
const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/** The lines of what was answered: `{ step, label, value }`, in the order of the form. */
export function linesOf({ steps, reading }, answers) {
  const said = answered(steps, answers);
  const open = askedSteps(steps, said);
  const stepOf = new Map(steps.map((step) => [step.id, step]));
  const found = [];
  for (const { step, field, label, values } of reading.lines) {
    const rules = stepOf.get(step);
    const asked = rules.fields.find((one) => one.id === field);
    if (!open.includes(rules) || !isShown(asked, said)) continue;
    const value = valueOf(asked, values ?? asked.states, said).replace(BROKEN, "\ufffd").replace(BREAKS, " ");
    if (value) found.push({ step, label, value });
  }
  return found;
}

/** All of it: the lines, then the declaration. */
export function textShown(rules, answers) {
  return [...linesOf(rules, answers).map(({ label, value }) => `${label}: ${value}`), rules.reading.declaration].join("\n");
}

/** SHA-256 of a text, in hexadecimal. */
export async function textDigest(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function valueOf(field, values, said) {
  if (field.kind === "date") {
    const parts = ["year", "month", "day"].map((part) => said[`${field.id}_${part}`] ?? "");
    return parts.filter(Boolean).map((part) => ([...part].length === 1 ? `0${part}` : part)).join("-");
  }
  const value = said[field.id] ?? "";
  return Object.hasOwn(values, value) ? values[value] : value;
}
