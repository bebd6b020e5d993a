// Moving issues in the calendar, by dragging or by Shift and the arrow keys. A draft moves at once;
// for what is scheduled the server says what follows, and a person confirms.
import { pageAt, post, say, tell } from "./base.js";

const DAY = 86400000;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
let held = null; // what is being moved
let target = ""; // the day it would go to

const plus = (day, days) => new Date(Date.parse(`${day}T00:00Z`) + days * DAY).toISOString().slice(0, 10);
const between = (from, to) => Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY);
const square = (day) => document.querySelector(`.day[data-day="${day}"]`);

function aim(day) {
  document.querySelector(".day.aimed")?.classList.remove("aimed");
  target = day;
  square(day)?.classList.add("aimed");
}

function letGo() {
  document.querySelector(".day.aimed")?.classList.remove("aimed");
  held?.classList.remove("held");
  held = null;
  target = "";
}

async function drop() {
  const entry = held;
  const day = target;
  letGo();
  if (!entry || !day || day === entry.dataset.at) return;
  try {
    await (entry.dataset.kind === "draft" ? moveDraft(entry, day) : ask(entry, day));
  } catch (problem) {
    tell(problem.message, "error");
  }
}

async function moveDraft(entry, day) {
  const { told } = await post(`/studio/calendar/${entry.dataset.slug}/move`, { square: day });
  const fresh = (await pageAt(location.href)).getElementById("month");
  document.getElementById("month").replaceWith(fresh);
  fresh.querySelector(`[data-slug="${entry.dataset.slug}"]`)?.focus();
  tell(told);
}

async function ask(entry, day) {
  const { slug, wall, time, zone, at } = entry.dataset;
  const query = new URLSearchParams({ day: plus(wall, between(at, day)), time, zone });
  const address = `/studio/issues/${slug}/schedule?${query}`;
  const outlook = (await pageAt(address)).getElementById("outlook");
  const form = outlook?.querySelector('form[method="post"]');
  if (!form) return location.assign(address); // something must be chosen first
  form.elements.back.value = "calendar";
  for (const tick of outlook.querySelectorAll('[form="wish"]')) tick.closest(".tick")?.remove();
  outlook.removeAttribute("id");
  outlook.removeAttribute("aria-live");
  document.getElementById("ask-title").textContent = `Move “${entry.dataset.subject}”?`;
  document.getElementById("ask-words").replaceChildren(outlook);
  const dialog = document.getElementById("ask");
  dialog.addEventListener("close", () => document.querySelector(`[data-slug="${slug}"]`)?.focus(), { once: true });
  dialog.showModal();
}

document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.(".entry[draggable]");
  if (!held) return;
  held.classList.add("held");
  event.dataTransfer.setData("text/plain", held.dataset.slug);
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const day = held && event.target.closest?.(".day");
  if (!day) return;
  event.preventDefault();
  if (day.dataset.day !== target) aim(day.dataset.day);
});
document.addEventListener("drop", (event) => {
  if (!held) return;
  event.preventDefault();
  drop();
});
document.addEventListener("dragend", letGo);

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.(".entry[draggable]");
  if (!entry) return;
  if (event.shiftKey && STEPS[event.key]) {
    event.preventDefault();
    held = entry;
    entry.classList.add("held");
    aim(plus(target || entry.dataset.at, STEPS[event.key]));
    say(`${square(target)?.dataset.name ?? target}. Enter moves it there, Escape leaves it.`);
  } else if (held && event.key === "Enter") {
    event.preventDefault();
    drop();
  } else if (held && event.key === "Escape") {
    letGo();
    say("It stays where it is.");
  }
});
document.addEventListener("focusout", (event) => {
  if (held === event.target) letGo();
});
