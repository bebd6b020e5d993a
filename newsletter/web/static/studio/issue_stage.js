// The preview: the frame and its scale, what is shown in it, and clicks into it.

import { later } from "./base.js";
import { countVariants } from "./issue_counts.js";
import { blockOf, elementAt, learn, OPENING, spotOf } from "./issue_marks.js";
import { open, part, query, refresh, root } from "./issue_parts.js";

let onPick = () => {};
export const frame = () => document.getElementById("mail");
const easel = () => document.getElementById("easel");

// Called with {section, place} when somebody clicks something of the mail.
export function whenPicked(act) {
  onPick = act;
}

// Shows the mail of the newest state of the files. The old one stays until the new one is there.
export async function redraw(version) {
  const shown = frame();
  if (!shown || part("stage").querySelector(".troubles")) return whole();
  const address = new URL(shown.getAttribute("src"), location.href);
  address.searchParams.set("v", version);
  await swapFrame(shown, address.pathname + address.search);
  refreshLines();
}

// The subject in the inbox and the list of variants come with the whole part, a moment later.
const refreshLines = later(async () => {
  const page = await refreshQuietly();
  if (!page) return;
  const now = part("stage");
  if (page.querySelector(".troubles") || !page.querySelector("#mail") || !frame()) {
    now.replaceWith(page);
    return ready();
  }
  for (const piece of [".inboxes", ".take-along"]) {
    const [old, next] = [now.querySelector(piece), page.querySelector(piece)];
    if (!old || !next) continue;
    next.open = old.open;
    old.replaceWith(next);
  }
  const [old, next] = [now.querySelector("#view-variant"), page.querySelector("#view-variant")];
  if (document.activeElement === old) return;
  old.replaceWith(next);
  countVariants();
}, 350);

async function refreshQuietly() {
  const { pageAt } = await import("./base.js");
  const page = await pageAt(`${root.dataset.path}/parts/stage?${query()}`);
  const next = page.querySelector('[data-part="stage"]');
  return next && document.adoptNode(next);
}

async function whole() {
  const scrolled = frame()?.contentWindow?.scrollY ?? 0;
  await refresh("stage");
  await ready(scrolled);
}

// One frame comes at a time: a newer state takes the place of one that is still on its way.
let coming = null; // {address, done}

function swapFrame(shown, address) {
  if (shown.getAttribute("src") === address && !coming) return Promise.resolve();
  if (coming?.address === address) return coming.done;
  const holder = shown.parentElement;
  holder.querySelector(".coming")?.remove();
  const next = shown.cloneNode(false);
  next.setAttribute("src", address);
  next.removeAttribute("id");
  next.classList.add("coming");
  const done = new Promise((resolve) => next.addEventListener("load", () => resolve(arrived(next)), { once: true }));
  coming = { address, done };
  holder.append(next);
  return done;
}

function arrived(next) {
  if (!next.isConnected) return;
  coming = null;
  const shown = frame();
  next.contentWindow.scrollTo(0, shown?.contentWindow?.scrollY ?? 0);
  shown?.remove();
  next.id = "mail";
  next.classList.remove("coming");
  root.dataset.drawn = String(Math.round(performance.now()));
  fit();
  attend(next);
}

// Makes a fresh frame fit and listen.
export function ready(scroll = 0) {
  const shown = frame();
  fit();
  if (!shown) return Promise.resolve();
  const loaded = shown.contentDocument?.readyState === "complete" && shown.contentDocument.URL !== "about:blank";
  return new Promise((done) => {
    const act = () => {
      shown.contentWindow.scrollTo(0, scroll);
      attend(shown);
      done();
    };
    loaded ? act() : shown.addEventListener("load", act, { once: true });
  });
}

let pending = null;

function attend(shown) {
  const page = shown.contentDocument;
  page.addEventListener("click", clicked);
  pending = new URL(shown.src).searchParams.get("v");
  const wanted = shown.classList.contains("dark");
  const seen = shown.contentWindow.matchMedia("(prefers-color-scheme: dark)").matches;
  note(wanted === seen ? "" : "This browser can not show a frame in these colours; change your system's.");
}

// Marks are fetched when they are first needed, or when nothing else is to do.
export async function understand() {
  const shown = frame();
  if (!shown || !pending) return;
  const version = pending;
  await learn(shown, version);
  if (pending === version) pending = null;
}

async function clicked(event) {
  event.preventDefault();
  const link = event.target.closest("a[href]");
  note(link ? "This link leads to " : "", link?.href);
  await understand();
  const spot = spotOf(event.target);
  if (spot) onPick(spot);
}

// Scrolls the mail to what a line, or else a section, made, and shows it for a moment.
export async function show(section, place = "") {
  if (!frame()) return;
  await understand();
  const found = (place && elementAt(place)) || blockOf(section);
  if (!found) return;
  const box = found.getBoundingClientRect();
  const view = frame().contentWindow;
  if (box.top < 0 || box.bottom > view.innerHeight) {
    view.scrollTo({ top: view.scrollY + box.top - 60, behavior: calm() ? "instant" : "smooth" });
  }
  outline(blockOf(section) ?? found);
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function outline(element) {
  const page = frame().contentDocument;
  for (const old of page.querySelectorAll("[data-studio-shown]")) {
    old.style.outline = "";
    old.removeAttribute("data-studio-shown");
  }
  if (!element) return;
  element.setAttribute("data-studio-shown", "");
  element.style.outline = "3px solid #2a7a68";
  element.style.outlineOffset = "-3px";
}

// A mail wider than there is room is shown smaller, whole.
function fit() {
  const shown = frame();
  const desk = easel();
  if (!shown || !desk || !desk.clientWidth) return;
  if (!query().has("width") && desk.clientWidth < 500) shown.width = 390; // on a phone, as on a phone
  for (const button of document.querySelectorAll("button[data-width]")) {
    button.setAttribute("aria-pressed", String(button.value === String(shown.width)));
  }
  const width = Number(shown.width);
  const room = desk.clientWidth - 2;
  const scale = Math.min(1, room / width);
  const holder = shown.parentElement;
  shown.style.transform = scale < 1 ? `scale(${scale})` : "";
  shown.style.transformOrigin = "0 0";
  holder.style.width = `${Math.floor(width * scale)}px`;
  const high = Math.max(420, desk.clientHeight);
  holder.style.height = `${high}px`;
  shown.style.height = `${Math.ceil(high / scale)}px`;
}
new ResizeObserver(() => fit()).observe(root);

function note(words, address = "") {
  const place = document.getElementById("stage-note");
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
  if (!address) return;
  const link = Object.assign(document.createElement("a"), {
    href: address,
    textContent: address,
    target: "_blank",
    rel: "noopener noreferrer",
  });
  place.append(link);
}

// Another way to look at it: the address says which, so it can be sent to a colleague.
export async function view(changes) {
  const asked = query();
  for (const [name, value] of Object.entries(changes)) value ? asked.set(name, value) : asked.delete(name);
  history.replaceState(null, "", `${location.pathname}?${asked}`);
  await whole();
}

const asForm = (form) => {
  const said = {};
  for (const [name, value] of new FormData(form)) said[name] = value;
  return said;
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-view]");
  if (!form) return;
  const changes = asForm(form);
  if (event.target.name === "persona") changes.reader = changes.as = "";
  if (event.target.name === "width") changes.width = event.target.value;
  view(changes);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-view]")) return;
  event.preventDefault();
  const changes = asForm(event.target);
  if (event.submitter?.name === "width") changes.width = event.submitter.value;
  view(changes);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-variant]");
  if (!link) return;
  event.preventDefault();
  open("stage");
  view({ variant: link.dataset.variant });
});

export { OPENING };
