// Edits save themselves after a short pause. A conflict shows both versions and saves nothing.

import { post, say, tell } from "./base.js";
import { path, root } from "./issue_parts.js";

const PAUSE = 350;
const badge = document.getElementById("saved");
let onSaved = async () => {};
let running = Promise.resolve();
let sending = 0; // changes that are not answered yet
const timers = new Map();

// Called after each save with {site, version, form}.
export function whenSaved(act) {
  onSaved = act;
}

export function state(name, words) {
  badge.dataset.state = name;
  badge.textContent = words;
}

// Sends a change; one after the other, so that each is made over what the one before left.
export function send(address, data, form = null) {
  sending += 1;
  running = running
    .then(() => attempt(address, data, form))
    .catch(() => null)
    .finally(() => (sending -= 1));
  return running;
}

// When everything that was sent is saved, or was refused.
export const allSaved = () => running;

async function attempt(address, data, form) {
  state("busy", "Saving…");
  root.dataset.asked = String(Math.round(performance.now()));
  try {
    const said = await post(address, typeof data === "function" ? data() : data);
    if (said.conflict) {
      showBoth(said.conflict);
      state("unsaved", "Not saved");
      return null;
    }
    await onSaved({ ...said, form });
    state("saved", "Saved");
    return said;
  } catch (problem) {
    tell(problem.message, "error");
    state("unsaved", "Not saved");
    return null;
  }
}

// The newest version of the file, in every form that would save over it.
export function knows(version) {
  for (const field of document.querySelectorAll('input[name="version"]')) {
    if (field.dataset.everywhere !== undefined) field.dataset.here = version;
    else field.value = version;
  }
}

function showBoth(html) {
  const dialog = document.getElementById("conflict");
  const page = new DOMParser().parseFromString(html, "text/html");
  dialog.replaceChildren(document.adoptNode(page.querySelector(".conflict")));
  dialog.showModal();
  dialog.querySelector("button")?.focus({ preventScroll: true });
  dialog.scrollTop = 0;
  say("Somebody else changed this meanwhile. Choose a version.");
}

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-choose]")) return;
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  document.getElementById("conflict").close();
  const said = await send(event.target.action, data);
  if (said) tell(said.told);
});

// Forms that save themselves.
const changed = new Map(); // form -> names of fields that somebody touched

function touch(event) {
  const form = event.target.closest("[data-autosave]");
  if (!form || !event.target.name) return;
  const names = changed.get(form) ?? new Set();
  names.add(event.target.name);
  changed.set(form, names);
  state("unsaved", "Not saved yet");
  count(event.target);
  clearTimeout(timers.get(form));
  const wait = event.type === "change" && event.target.tagName === "SELECT" ? 0 : PAUSE;
  timers.set(form, setTimeout(() => flush(form), wait));
}
document.addEventListener("input", touch);
document.addEventListener("change", (event) => {
  if (event.target.tagName === "SELECT" || event.target.type === "radio") touch(event);
});

export const isTouched = (name) =>
  [...changed.keys()].some((form) => form.dataset.autosave === name && form.isConnected);

// Whether something is on its way to the file, or soon will be.
export const isWriting = () => sending > 0 || [...changed.keys()].some((form) => form.isConnected);

function flush(form) {
  clearTimeout(timers.get(form));
  const names = changed.get(form);
  if (!names || !form.isConnected) return Promise.resolve();
  changed.delete(form);
  return send(form.action, () => onlyTouched(form, names), form);
}

export const flushAll = () => Promise.all([...changed.keys()].map(flush));

function onlyTouched(form, names) {
  const all = new FormData(form);
  const where = all.get("where");
  const version = form.elements.version;
  if (where) all.set("version", where === "everywhere" ? version.dataset.everywhere : version.dataset.here);
  if (names.has("where")) return all;
  const always = ["csrf", "version", "section", "where", "back"];
  if (names.has("audience_rule")) always.push("audience");
  if (names.has("audience")) always.push("audience_rule");
  if (names.has("image")) always.push("alt");
  for (const name of [...all.keys()]) if (!names.has(name) && !always.includes(name)) all.delete(name);
  return all;
}

function count(field) {
  const place = document.querySelector(`[data-counted="${field.name}"]`);
  if (place) place.textContent = [...field.value].length;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-autosave]")) return;
  event.preventDefault();
  flush(event.target);
});
addEventListener("beforeunload", (event) => {
  if (changed.size) event.preventDefault();
});

// Undo and redo, by button and by keyboard outside of fields, which have their own.
async function step(name) {
  await flushAll();
  const said = await send(`${path}/${name}`, {});
  if (said) say(said.told);
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-step]")) return;
  event.preventDefault();
  step(event.target.dataset.step);
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  step(event.shiftKey ? "redo" : "undo");
});
