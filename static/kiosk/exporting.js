// A tablet that cannot deliver any more writes its forms to files, sealed as they are: for a colleague with the code of
// this tablet, without asking the house. Nothing is forgotten here; what is delivered later is known there.

import { PROTOCOL, base64 } from "./asking.js";
import { allForms, readTablet } from "./outbox.js";
import { bytesOf, digestOf } from "./sealing.js";

const LARGEST = 12_000_000; // characters of one file; the desk takes 20 MB
const MOST = 2_000;
const BACK_AFTER = 180_000;
const form = document.querySelector("[data-export]");
const leave = document.querySelector("[data-leave]");

form.addEventListener("submit", (event) => { event.preventDefault(); write(); });
leave.addEventListener("click", (event) => { event.preventDefault(); location.replace(leave.href); });
setTimeout(() => location.replace(leave.href), BACK_AFTER);

function say(code) {
  for (const line of document.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== code;
}

async function write() {
  try {
    const tablet = await readTablet();
    if (!tablet) return say("no_tablet");
    const typed = form.elements.namedItem("code").value.replace(/[\s-]/g, "").toUpperCase();
    if (!tablet.export || (await digestOf(bytesOf(`${tablet.device}|${typed}`))) !== tablet.export) return say("wrong");
    const forms = await allForms();
    if (forms.length === 0) return say("empty");
    offer(filesOf(forms), tablet, forms.length);
    say("done");
  } catch {
    say("storage");
  }
}

/** The forms as items of a batch, so many to a file. */
function filesOf(forms) {
  const files = [[]];
  let room = LARGEST;
  for (const { id, seq, device, form: name, version, key, sha256, sealed } of forms) {
    const item = { id, seq, device, form: name, version, key, sha256, sealed: base64(sealed) };
    room -= item.sealed.length + 500;
    if (files.at(-1).length > 0 && (room < 0 || files.at(-1).length >= MOST)) {
      files.push([]);
      room = LARGEST - item.sealed.length - 500;
    }
    files.at(-1).push(item);
  }
  return files;
}

/** One link for each file: a browser lets one tap save one file. */
function offer(files, tablet, count) {
  const list = document.querySelector("[data-files]");
  const words = list.dataset.words;
  list.replaceChildren(...files.map((items, index) => {
    const content = JSON.stringify({ protocol: PROTOCOL, kind: "sealed forms", device: tablet.device, items });
    const link = document.createElement("a");
    link.className = "button primary";
    link.download = `oneguest-forms-${tablet.device}-${index + 1}.json`;
    link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    link.textContent = files.length > 1 ? `${words} ${index + 1}/${files.length}` : words;
    const line = document.createElement("li");
    line.append(link);
    return line;
  }));
  document.querySelector("[data-count]").textContent = String(count);
  form.hidden = true;
}
