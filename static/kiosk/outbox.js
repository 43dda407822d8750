// What this tablet keeps: its own record, the sealed forms that wait, and for thirty days the ids of those delivered.
// Whoever holds the tablet can read nothing of a guest in it. A write counts when it is on the disk (strict).

const NAME = "oneguest-tablet";
const PATIENCE = 5_000; // opening a store may hang for ever (seen in WebKit)
const REMEMBERED = 30 * 24 * 3600 * 1000;
const TRIED_AGAIN = 3600 * 1000; // a form that was refused: the house may have its key again
const PROBE = 16_384;
const HERE = "this";

let opening = null;

function open() {
  opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    setTimeout(() => failed(new Error("the store does not open")), PATIENCE);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("tablet");
      asked.result.createObjectStore("outbox", { keyPath: "place", autoIncrement: true }).createIndex("id", "id", { unique: true });
      asked.result.createObjectStore("tombstones", { keyPath: "id" }).createIndex("at", "at");
    };
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      const db = asked.result;
      db.onclose = () => { opening = null; }; // iPads close it when memory runs short
      db.onversionchange = () => { opening = null; db.close(); };
      done(db);
    };
  }).catch((fault) => { opening = null; throw fault; });
  return opening;
}

const result = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

/** Run `work` in one transaction; its result once that is on the disk. A closed connection is opened once more. */
async function within(mode, work, tries = 2) {
  const db = await open();
  let transaction;
  try {
    transaction = db.transaction(["tablet", "outbox", "tombstones"], mode, { durability: "strict" });
  } catch (fault) {
    opening = null;
    if (tries <= 1) throw fault;
    return within(mode, work, tries - 1);
  }
  return new Promise((done, failed) => {
    let found;
    transaction.oncomplete = () => done(found);
    transaction.onabort = () => failed(transaction.error ?? new Error("the store gave up"));
    work(
      transaction.objectStore("tablet"), transaction.objectStore("outbox"), transaction.objectStore("tombstones"),
    ).then((value) => { found = value; }, (fault) => {
      failed(fault);
      try { transaction.abort(); } catch { /* it ended by itself */ }
    });
  });
}

/** This tablet's record: device, name, house, token, key, last_number, is_revoked; undefined before enrolment. */
export const readTablet = () => within("readonly", (tablet) => result(tablet.get(HERE)));

/** Become a tablet, or another one. What waits goes on waiting: the newer token delivers it. */
export const writeTablet = (record) => within("readwrite", (tablet) => result(tablet.put(record, HERE)));

/** Change parts of the record, unless this browser has become another tablet meanwhile. */
export const changeTablet = (device, parts) => within("readwrite", async (tablet) => {
  const record = await result(tablet.get(HERE));
  if (record?.device === device) await result(tablet.put({ ...record, ...parts }, HERE));
});

/**
 * Keep a sealed form and take its number, together. False when the number is not the next one any more: another
 * form took it, and this one must be sealed with a later. A form that is kept already stays as it is.
 */
export const keepSealed = (form) => within("readwrite", async (tablet, outbox, tombstones) => {
  if ((await result(outbox.index("id").getKey(form.id))) !== undefined || (await result(tombstones.getKey(form.id))) !== undefined) return true;
  const record = await result(tablet.get(HERE));
  if (record?.device !== form.device || record.last_number + 1 !== form.seq) return false;
  await result(tablet.put({ ...record, last_number: form.seq }, HERE));
  await result(outbox.add(form));
  return true;
});

/** The forms to hand over next, oldest first: at most so many and so large together, one at least. */
export const nextForms = (most, bytes, now) => within("readonly", async (_tablet, outbox) => {
  const chosen = [];
  let room = bytes;
  await eachOf(outbox.openCursor(), (form) => {
    if (form.parked && Math.abs(now - form.parked.at) < TRIED_AGAIN) return true;
    room -= form.sealed.length;
    if (chosen.length > 0 && room < 0) return false;
    chosen.push(form);
    return chosen.length < most;
  });
  return chosen;
});

/** Every form that waits, refused ones too, in their order. */
export const allForms = () => within("readonly", (_tablet, outbox) => result(outbox.getAll()));

/** Forget what was delivered and set aside what was refused; how many of either. An answer counts by id and digest. */
export const settle = (answers, now) => within("readwrite", async (_tablet, outbox, tombstones) => {
  let settled = 0;
  for (const { id, sha256, status, code } of answers) {
    const form = typeof id === "string" ? await result(outbox.index("id").get(id)) : undefined;
    if (form?.sha256 !== sha256) continue;
    if (["stored", "duplicate", "conflict"].includes(status)) {
      await result(outbox.delete(form.place));
      await result(tombstones.put({ id, seq: form.seq, device: form.device, at: now }));
      settled += 1;
    } else if (status === "rejected") {
      await result(outbox.put({ ...form, parked: { code: String(code), at: now } }));
      settled += 1;
    }
  }
  const old = await result(tombstones.index("at").getAllKeys(IDBKeyRange.upperBound(now - REMEMBERED)));
  for (const id of old) await result(tombstones.delete(id));
  return settled;
});

/** How many forms wait, how many of them were refused, and since when the oldest waits (of this tablet's clock). */
export const standing = () => within("readonly", async (_tablet, outbox) => {
  const counted = { waiting: 0, parked: 0, since: null };
  await eachOf(outbox.openCursor(), (form) => {
    counted.waiting += 1;
    if (form.parked) counted.parked += 1;
    counted.since = counted.since === null ? form.at : Math.min(counted.since, form.at);
    return true;
  });
  return counted;
});

/** Whether a form of usual size can be written now. Throws what the store says if not. */
export async function tryWriting() {
  await within("readwrite", (tablet) => result(tablet.put(new Uint8Array(PROBE), "probe")));
  await within("readwrite", (tablet) => result(tablet.delete("probe")));
}

function eachOf(request, take) {
  return new Promise((done, failed) => {
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor && take(cursor.value)) cursor.continue();
      else done();
    };
  });
}
