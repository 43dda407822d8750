// What a guest answered, in words, for the last look before sending.

import { isShown } from "./rules.js";

/** The form asks day, month, year; plain `en` would answer in the order of the United States. */
const dayFirst = (language) => (language === "en" ? "en-GB" : language);

/** The answers to one question, as its line of the last look says them. */
export function inWords(rules, given) {
  const fields = rules.fields.filter((field) => isShown(field, given) && !["country", "member", "signature"].includes(field.kind));
  const answered = fields.filter((field) => field.names.some((name) => given[name]));
  const leading = new Set(answered.flatMap((field) => (field.show_if ?? []).map(([asked]) => asked))); // "another day", and then the day
  const together = (some, between) => some.filter((field) => !leading.has(field.id)).map((field) => answerInWords(field, given)).filter(Boolean).join(between);
  if (!rules.group) return together(fields, ["name", "guest"].includes(rules.id) ? " " : " · ");
  const people = [...new Set(fields.map((field) => field.member))];
  return people.map((number) => together(fields.filter((field) => field.member === number && field.kind !== "choice"), " ")).filter(Boolean).join(" · ");
}

function answerInWords(field, given) {
  const answer = (given[field.id] ?? "").trim();
  if (field.kind === "tick") return answer === "yes" ? field.label : "";
  if (field.kind === "state") return answer && (document.getElementById(`f-${field.id}`)?.selectedOptions[0]?.textContent ?? "");
  if (field.options) return field.options[answer] ?? "";
  if (field.kind !== "date") return answer;
  const [day, month, year] = field.names.map((name) => (given[name] ?? "").trim());
  if (!(day && month && year)) return [day, month, year].filter(Boolean).join(" ");
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return new Intl.DateTimeFormat(dayFirst(document.documentElement.lang), { dateStyle: "long", timeZone: "UTC" }).format(date);
}
