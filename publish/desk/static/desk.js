// What a browser with script adds to the desk: pages that follow what happens, a few keys, a photo
// that is dropped. Every act is a plain form and works without.
"use strict";
const { events, preview } = document.currentScript.dataset;

// --- Following. One stream a page, and only while it is seen: a browser keeps six to a host.
const away = document.getElementById("away");
let stream = null;
let busy = false;
let again = false;
let touched = false;
let left = 0;
const leaving = () => Date.now() - left < 10000;

const follow = () => {
  if (document.hidden) {
    if (stream) stream.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource(events);
    stream.onmessage = draw;
    stream.onopen = () => { away.hidden = true; draw(); };
    stream.onerror = () => { away.hidden = false; };
  }
};

async function draw() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(location.href.split("#")[0], { headers: { "X-Desk": "draw" } });
    // A post that is gone has a page that says so; but some programs take a file away for a moment to save it.
    if (answer.ok || (answer.status === 404 && !touched)) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* The desk is closed, or starts again: the stream tells. */ }
  busy = false;
  if (again) { again = false; draw(); }
}

// A button that is being pressed must not become another under the finger.
let pressed = false;
let waiting = null;
const released = () => setTimeout(() => {
  pressed = false;
  if (waiting) put(waiting);
});
document.addEventListener("pointerdown", () => { pressed = true; }, true);
document.addEventListener("pointerup", released, true);
document.addEventListener("pointercancel", released, true);

const put = (fresh) => {
  waiting = pressed ? fresh : null;
  if (pressed) return;
  // This page's policy lets it show the preview that it was loaded with; a desk that was started since has another.
  const idle = !touched && !leaving() && !document.querySelector("main details[open]");
  if (idle && fresh.querySelector("iframe") && fresh.querySelector("[data-preview]").dataset.preview !== preview) {
    location.reload();
    return;
  }
  document.title = fresh.title;
  for (const id of ["mode", "head-of-desk", "main"]) {
    Idiomorph.morph(document.getElementById(id), fresh.getElementById(id), {
      restoreFocus: true,
      callbacks: { beforeAttributeUpdated: keep, beforeNodeMorphed: typed },
    });
  }
  say(fresh.getElementById("announcement").dataset.text);
  attend();
};

// What the author has opened, chosen or typed is hers.
const keep = (name, node) => !(
  (name === "open" && node.localName === "details") ||
  (name === "checked" && node.localName === "input") ||
  (name === "value" && dirty.has(node))
);
const dirty = new WeakSet();
// The form keeps the digest of the file that was typed into, so that one saved since is not overwritten.
const type = (field) => {
  dirty.add(field);
  if (!field.form) return;
  touched = true;
  dirty.add(field.form.elements.digest ?? field);
};
const typed = (old) => !(dirty.has(old) && ["textarea", "select"].includes(old.localName));
document.addEventListener("input", (event) => type(event.target));
// What she typed or chose before this script was here.
for (const field of document.querySelectorAll("input, textarea")) if (field.value !== field.defaultValue) type(field);
for (const list of document.querySelectorAll("select")) if (!list.selectedOptions[0].defaultSelected) type(list);

// --- Saying it to those who do not see it, at most every five seconds.
let announced = document.getElementById("announcement").dataset.text;
let wait = null;
const say = (text) => {
  if (text === announced) return;
  announced = text;
  if (!wait) wait = setTimeout(() => { wait = null; document.getElementById("announcement").textContent = announced; }, 5000);
};

document.addEventListener("visibilitychange", follow);
// Reloading would undo a press on a button or a link; and pressing twice means once, also where the
// next page has another button at that place.
addEventListener("beforeunload", () => { left = Date.now(); });
addEventListener("pageshow", () => { left = 0; });
addEventListener("submit", (event) => {
  if (leaving()) event.preventDefault();
  else left = Date.now();
});
addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
});
follow();

// --- Keys: none while a field has the focus, and all can be turned off.
const on = () => localStorage.getItem("desk-keys") !== "off";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    const no = document.querySelector("[data-escape]");
    if (no) { event.preventDefault(); no.click(); }
    return;
  }
  if (!on() || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (key) { event.preventDefault(); key.click(); }
});
const choice = document.querySelector(".keys-switch");
if (choice) {
  const box = choice.querySelector("input");
  box.checked = on();
  box.addEventListener("change", () => localStorage.setItem("desk-keys", box.checked ? "on" : "off"));
}

// --- A question that has come up gets the focus, so that its words are read first.
let asked = "";
function attend() {
  const token = document.querySelector("#act [name=token]")?.value ?? "";
  const question = document.getElementById("question");
  if (token && token !== asked && !document.activeElement.closest("input, textarea, select")) question.focus();
  asked = token;
}
attend();

// --- A photo may be dropped anywhere on the page of its form: elsewhere the browser would leave the desk for it.
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const drop = document.querySelector("[data-drop]");
  if (!drop || ![...event.dataTransfer.types].includes("Files")) return;
  drop.querySelector(".drop").classList.toggle("over", kind === "dragover");
  if (kind !== "dragleave") event.preventDefault();
  if (kind !== "drop") return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  drop.querySelector("input[type=file]").files = one.files;
  drop.closest("details").open = true;
  drop.querySelector("textarea").focus();
});
