// The outline: lift a section by its handle with pointer or keyboard, and put it down elsewhere.

import { say } from "./base.js";
import { part, path, query, refresh } from "./issue_parts.js";
import { send } from "./issue_saving.js";

const list = () => part("outline").querySelector(".outline");
const pieces = () => [...list().querySelectorAll(".piece[data-id]")];
let lifted = null; // {piece, from}
let waiting = false; // a newer outline came while a section was held

// A newer outline never takes the place of one of which a section is held: it comes afterwards.
export async function refreshOutline() {
  waiting = !(await refresh("outline", query(), () => !lifted));
}

export const pieceOf = (id) => list().querySelector(`.piece[data-id="${CSS.escape(id)}"]`);
export const pieceAt = (index) => list().querySelector(`.piece[data-index="${index}"]`);

// Marks the section that is edited.
export function mark(id) {
  for (const link of list().querySelectorAll("[data-select]")) {
    const on = link.dataset.select === id;
    on ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    link.closest(".piece").toggleAttribute("data-selected", on);
  }
}

const where = (piece) => `${pieces().indexOf(piece) + 1} of ${pieces().length}`;

function lift(piece) {
  lifted = { piece, from: pieces().indexOf(piece), next: piece.nextElementSibling };
  piece.classList.add("lifted");
}

function shift(by) {
  const all = pieces();
  const at = all.indexOf(lifted.piece);
  const other = all[at + by];
  if (!other) return say(by < 0 ? "It is the first already." : "It is the last already.");
  by < 0 ? other.before(lifted.piece) : other.after(lifted.piece);
  lifted.piece.querySelector(".grip").focus();
  say(`${lifted.piece.dataset.title}, ${where(lifted.piece)}.`);
}

function leave() {
  const { piece, next } = lifted;
  lifted = null;
  piece.classList.remove("lifted");
  next ? next.before(piece) : list().append(piece);
  piece.querySelector(".grip").focus();
  say(`${piece.dataset.title} stays where it was, ${where(piece)}.`);
  if (waiting) refreshOutline();
}

async function drop() {
  const { piece, from } = lifted;
  lifted = null;
  piece.classList.remove("lifted");
  const to = pieces().indexOf(piece);
  if (to === from) {
    if (waiting) refreshOutline();
    return say("Put down where it was.");
  }
  say(`${piece.dataset.title} put down, ${where(piece)}.`);
  await send(`${path}/outline`, () => ({
    act: "move",
    section: piece.dataset.id,
    to,
    version: part("outline").querySelector('[name="version"]').value,
  }));
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip) return;
  const piece = grip.closest(".piece");
  const moves = { ArrowUp: -1, ArrowDown: 1 };
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    if (lifted) return drop();
    lift(piece);
    say(`${piece.dataset.title} lifted, ${where(piece)}. Arrow keys move it, Space puts it down.`);
  } else if (lifted && event.key in moves) {
    event.preventDefault();
    shift(moves[event.key]);
  } else if (lifted && event.key === "Escape") {
    event.preventDefault();
    leave();
  }
});

// A lifted section that loses the focus stays where it was.
document.addEventListener("focusout", (event) => {
  if (!lifted || lifted.pointer) return;
  const to = event.relatedTarget;
  if (to && !lifted.piece.contains(to)) leave();
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  lift(grip.closest(".piece"));
  lifted.pointer = event.pointerId;
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (lifted?.pointer !== event.pointerId) return;
  for (const other of pieces()) {
    if (other === lifted.piece) continue;
    const box = other.getBoundingClientRect();
    if (event.clientY < box.top || event.clientY > box.bottom) continue;
    const above = event.clientY < box.top + box.height / 2;
    const all = pieces();
    const before = all.indexOf(lifted.piece) > all.indexOf(other);
    if (above && before) other.before(lifted.piece);
    else if (!above && !before) other.after(lifted.piece);
    return;
  }
});

document.addEventListener("pointerup", (event) => {
  if (lifted?.pointer === event.pointerId) drop();
});
document.addEventListener("pointercancel", (event) => {
  if (lifted?.pointer === event.pointerId) leave();
});

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-outline]")) return;
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  const said = await send(event.target.action, data);
  if (said) say(said.told);
});
