// The parts of the page of an issue, and putting newer ones in their place.

import { pageAt } from "./base.js";

export const root = document.getElementById("issue");
export const path = root.dataset.path;
const turns = {}; // the latest request for a part wins, however slow an earlier one was

export const part = (name) => document.querySelector(`[data-part="${name}"]`);

// How somebody looks at the issue, as it stands in the address.
export const query = () => new URLSearchParams(location.search);

// What the pointer is down on: were it replaced until the pointer is up, the click would be lost.
const LONGEST_PRESS = 3000; // ms
let pressed = { on: null, over: Promise.resolve() };
document.addEventListener("pointerdown", ({ target }) => {
  const over = new Promise((done) => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(done), { once: true });
    setTimeout(done, LONGEST_PRESS);
  });
  pressed = { on: target, over };
}, { capture: true });

// Fetches a part and puts it in the place of its older self; gives the new one, or null.
// `may` is asked when it is there: somebody may have begun to write in the older one.
export async function refresh(name, asked = query(), may = () => true) {
  const turn = (turns[name] = (turns[name] ?? 0) + 1);
  const page = await pageAt(`${path}/parts/${name}?${asked}`);
  const next = page.querySelector(`[data-part="${name}"]`);
  if (!next || !may()) return null;
  if (part(name).contains(pressed.on)) await pressed.over;
  if (turn !== turns[name] || !may()) return null;
  return put(name, document.adoptNode(next));
}

function put(name, next) {
  const now = part(name);
  const held = now.contains(document.activeElement) ? document.activeElement : null;
  const caret = held?.selectionStart;
  const scrolled = now.closest(".pane")?.scrollTop ?? 0;
  now.replaceWith(next);
  if (held) again(held, next, caret);
  const pane = next.closest(".pane");
  if (pane) pane.scrollTop = scrolled;
  next.dispatchEvent(new CustomEvent("part", { bubbles: true, detail: { name } }));
  return next;
}

// The focus stays where it was, on the same thing in the newer part.
function again(held, next, caret) {
  const row = held.closest("[data-id]");
  const newer = row && next.querySelector(`[data-id="${CSS.escape(row.dataset.id)}"]`);
  const same = held.id ? document.getElementById(held.id) : newer && pressable(newer)[pressable(row).indexOf(held)];
  same?.focus({ preventScroll: true });
  if (typeof caret === "number" && same?.setSelectionRange) same.setSelectionRange(caret, caret);
}

const pressable = (row) => [...row.querySelectorAll("a[href], button")];

// Which part is seen where there is room for one only.
export function open(tab) {
  root.dataset.tab = tab;
  if (["letter", "section", "checks"].includes(tab)) root.dataset.side = tab;
  for (const link of root.querySelectorAll("a[data-tab]")) {
    const wide = link.closest(".side-tabs");
    const on = link.dataset.tab === (wide ? root.dataset.side : tab);
    on ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}
