// The closed rule vocabulary of server/forms/rules.py, said again for the browser; tests/forms/corpus.json holds both together.

const PHONE_PUNCTUATION = new Set("+()-./ \u00a0");
/** As Python strips: the separators U+001C to U+001F and U+0085 are spaces to it, U+FEFF is none. */
const SPACE = /[\s\u001c-\u001f\u0085]/u;
const isSpace = (c) => c !== "\ufeff" && SPACE.test(c);
const trimmed = (text = "") => {
  const letters = [...text];
  let from = 0, to = letters.length;
  while (from < to && isSpace(letters[from])) from += 1;
  while (to > from && isSpace(letters[to - 1])) to -= 1;
  return letters.slice(from, to).join("");
};
const isDigits = (text) => text !== "" && [...text].every((c) => c >= "0" && c <= "9");

/** Whether a field or a step is to be asked, given the other answers. */
export function isShown(asked, answers) {
  return asked.show_if.every(([name, value]) => (answers[name] ?? "") === value);
}

/** Whether an answer of the step, to a field that is shown, leaves nothing more to ask. */
const ends = (step, answers) => step.ends_if !== null && step.ends_if.values.includes(trimmed(answers[step.ends_if.field]))
  && step.fields.some((field) => field.names.includes(step.ends_if.field) && isShown(field, answers));

const forget = (answers, names) => { for (const name of names) delete answers[name]; };
const namesOf = (step) => [...step.fields.flatMap((field) => field.names), ...(step.ways_out.length ? [step.way_out_name] : [])];

/** The steps that are to be asked; what was typed at a step that is not asked any more counts for nothing. */
export function askedSteps(steps, answers) {
  const known = { ...answers };
  let hasEnded = false;
  return steps.filter((step) => {
    const asked = step.ending === hasEnded && isShown(step, known);
    if (!asked) forget(known, namesOf(step));
    else hasEnded ||= ends(step, known);
    return asked;
  });
}

/** Only the answers this form can give, trimmed; empty ones and those of what was not asked left out. */
export function answered(steps, answers) {
  const kept = {};
  const known = { ...answers };
  for (const step of askedSteps(steps, answers)) {
    const way = answers[step.way_out_name] ?? "";
    if (step.ways_out.includes(way)) { kept[step.way_out_name] = way; continue; }
    for (const field of step.fields) {
      if (!isShown(field, known)) { forget(known, field.names); continue; }
      for (const name of field.names) {
        const text = trimmed(answers[name]);
        if (text) kept[name] = text;
      }
    }
  }
  return kept;
}

/** The errors of one step: field id -> code. `today` is a plain {year, month, day}. */
export function checkStep(step, answers, today) {
  const found = {};
  if (step.ways_out.includes(answers[step.way_out_name] ?? "")) return found;
  const known = { ...answers };
  for (const field of step.fields) {
    if (!isShown(field, known)) { forget(known, field.names); continue; }
    const code = checkField(field, answers, today);
    if (code) found[field.id] = code;
  }
  return found;
}

export function checkField(field, answers, today) {
  const names = field.kind === "signature" ? field.names.slice(0, 1) : field.names;
  const texts = names.map((name) => trimmed(answers[name]));
  if (!texts.some(Boolean)) return field.rules.some((r) => r.rule === "required") ? "required" : null;
  for (const rule of field.rules) {
    const code = field.kind === "date" ? checkDate(rule, texts, today) : checkText(rule, texts[0], field);
    if (code) return code;
  }
  return null;
}

function checkText(rule, text, field) {
  switch (rule.rule) {
    case "max_length": return [...text].length > rule.value ? "too_long" : null;
    case "email": return hasEmailShape(text) ? null : "email_shape";
    case "phone": return hasPhoneShape(text) ? null : "phone_shape";
    case "country": return field.countries.includes(text) ? null : "country_unknown";
    case "state":
    case "nationality": return Object.hasOwn(field.states, text) ? null : "state_unknown";
    case "choice": return rule.values.includes(text) ? null : "choice_unknown";
    default: return null;
  }
}

function hasEmailShape(text) {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split(".");
  return at > 0 && !local.includes("@") && ![...text].some(isSpace) && labels.length > 1 && labels.every(Boolean);
}

function hasPhoneShape(text) {
  const digits = [...text].filter((c) => c >= "0" && c <= "9").length;
  return digits >= 5 && digits <= 15 && [...text].every((c) => PHONE_PUNCTUATION.has(c) || (c >= "0" && c <= "9"));
}

const lengthOfMonth = (year, month) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
const asNumber = (d) => d.year * 10000 + d.month * 100 + d.day;

function checkDate(rule, [day, month, year], today) {
  if (!["whole_date", "partial_date", "date_range"].includes(rule.rule)) return null;
  if (!year || (day && !month) || (rule.rule === "whole_date" && !(day && month))) return "date_incomplete";
  if ([day, month, year].some((part) => part && !(isDigits(part) && part.length <= 4))) return "date_impossible";
  if (year.length !== 4) return "date_impossible";
  const y = Number(year), m = Number(month || 1), d = Number(day || 1);
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > lengthOfMonth(y, m)) return "date_impossible";
  if (rule.rule === "date_range") {
    const first = { year: y, month: m, day: d };
    const last = day ? first : month ? { year: y, month: m, day: lengthOfMonth(y, m) } : { year: y, month: 12, day: 31 };
    if (asNumber(last) < asNumber(yearsFrom(today, rule.from_years))) return "date_too_early";
    if (asNumber(first) > asNumber(yearsFrom(today, rule.to_years))) return "date_too_late";
  }
  return null;
}

function yearsFrom(today, years) {
  const year = today.year + years;
  return { year, month: today.month, day: Math.min(today.day, lengthOfMonth(year, today.month)) };
}
