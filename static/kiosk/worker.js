// Holds the pages of this tablet, free of any guest, so that it works without the network. The house writes VERSION
// and HOUSE before these lines: with each change of a page, a text or a script the browser finds a newer worker, which fills a
// cache of its own and waits until no guest is at the tablet. Forms never pass through here.

const OURS = "kiosk-";
const CACHE = OURS + VERSION;
const BARE = { credentials: "omit", cache: "no-store", redirect: "error" };
const LIST = "/kiosk/precache.json";
const RESTING = "/kiosk/";
const IDLE = [RESTING, "/kiosk/enrol"]; // where no guest is in the middle of anything

addEventListener("install", (event) => {
  // where the browser can, what goes to the house passes by the worker: one that is never idle is never replaced
  event.addRoutes?.({ condition: { urlPattern: { pathname: "/api/*" } }, source: "network" });
  event.waitUntil(fill());
});
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("message", (event) => { if (event.data === "take over") event.waitUntil(askToTakeOver()); });
addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const elsewhere = address.origin !== location.origin || address.pathname.startsWith("/api/");
  if (event.request.method === "GET" && !elsewhere) event.respondWith(answer(event.request, address));
});

async function fill() {
  const reply = await fetch(`${LIST}?house=${encodeURIComponent(HOUSE)}`, BARE);
  const list = await reply.clone().json();
  if (list.version !== VERSION) throw new Error("the house changed meanwhile");
  const cache = await caches.open(CACHE);
  await Promise.all(list.files.map((file) => bring(cache, file)));
  await cache.put(LIST, reply);
}

/** A file counts when it is byte for byte what the house listed: a portal of the Wi-Fi answers too. */
async function bring(cache, { path, from, sha256 }) {
  const reply = await fetch(from, BARE);
  const digest = await crypto.subtle.digest("SHA-256", await reply.clone().arrayBuffer());
  const found = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!reply.ok || found !== sha256) throw new Error(`not what the house listed: ${path}`);
  await cache.put(path, reply);
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
  await clients.claim();
}

/** Only while no page of the tablet has a form: a guest in the middle of a form goes on with the pages they began with. */
async function askToTakeOver() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.every((page) => IDLE.includes(new URL(page.url).pathname))) await skipWaiting();
}

async function answer(request, address) {
  const isPage = request.mode === "navigate";
  const cache = await caches.open(CACHE);
  const kept = isPage && address.search ? undefined : await cache.match(address.pathname);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (fault) {
    const resting = isPage ? await cache.match(RESTING) : undefined;
    if (resting) return resting;
    throw fault;
  }
}
