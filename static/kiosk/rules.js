// The closed rule vocabulary of server/forms/rules.py, said again for the browser; tests/forms/corpus.json holds both together.

const PHONE_PUNCTUATION = new Set("+()-./ \u00a0");
const isDigits = (text) => text !== "" && [...text].every((c) => c >= "0" && c <= "9");

export function isShown(field, answers) {
  return !field.show_if || (answers[field.show_if[0]] ?? "") === field.show_if[1];
}

/** The errors of one step: field id -> code. `today` is a plain {year, month, day}. */
export function checkStep(step, answers, today) {
  const found = {};
  if (step.ways_out.includes(answers[step.way_out_name] ?? "")) return found;
  for (const field of step.fields) {
    if (!isShown(field, answers)) continue;
    const code = checkField(field, answers, today);
    if (code) found[field.id] = code;
  }
  return found;
}

export function checkField(field, answers, today) {
  const texts = field.names.map((name) => (answers[name] ?? "").trim());
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
    case "choice": return rule.values.includes(text) ? null : "choice_unknown";
    default: return null;
  }
}

function hasEmailShape(text) {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split(".");
  return at > 0 && !local.includes("@") && !/\s/u.test(text) && labels.length > 1 && labels.every(Boolean);
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
