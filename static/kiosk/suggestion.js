// Did you mean x@gmail.com? The same lists as server/cleaning/email.py, which may find more, never another address.

/** The address that was likely meant, or null. `known` holds providers, slips and the shortest name compared. */
export function suggestEmail(text, known) {
  const address = text.trim().toLowerCase();
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (at < 1 || known.providers.includes(domain)) return null;
  const local = address.slice(0, at);
  if (Object.hasOwn(known.slips, domain)) return `${local}@${known.slips[domain]}`;
  const [base, ending] = split(domain);
  const near = known.providers.find((provider) => {
    const [name, its] = split(provider);
    return name.length >= known.shortest && its === ending && isOneSlipApart(base, name);
  });
  return near ? `${local}@${near}` : null;
}

/** Whether a booking site made this address for one booking, with which it dies: one of its domains, or under one. */
export function isAlias(text, known) {
  let domain = text.trim().toLowerCase().split("@").at(-1);
  while (domain) {
    if (known.aliases.includes(domain)) return true;
    const dot = domain.indexOf(".");
    domain = dot < 0 ? "" : domain.slice(dot + 1);
  }
  return false;
}

function split(domain) {
  const dot = domain.indexOf(".");
  return dot < 0 ? [domain, ""] : [domain.slice(0, dot), domain.slice(dot + 1)];
}

/** One letter more, less, other, or two neighbours swapped (optimal string alignment distance 1). */
export function isOneSlipApart(a, b) {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  if (a.length === b.length) {
    return a.slice(i + 1) === b.slice(i + 1) || (a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2));
  }
  return a.length > b.length ? a.slice(i + 1) === b.slice(i) : a.slice(i) === b.slice(i + 1);
}
