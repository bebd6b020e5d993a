// The page of an issue: what its parts tell each other.

import "./issue_greeting.js";
import "./issue_pictures.js";

import { later, pageAt, tell } from "./base.js";
import { mark, pieceAt, pieceOf, refreshOutline } from "./issue_outline.js";
import { open, part, path, query, refresh, root } from "./issue_parts.js";
import { allSaved, flushAll, isTouched, isWriting, knows, send, state, whenSaved } from "./issue_saving.js";
import { OPENING, ready, redraw, show, understand, whenPicked } from "./issue_stage.js";

const REST = 500; // ms without a change
let site = root.dataset.version; // the state of the files that the page shows
const ours = new Set(); // states that saves of this page made
let selected = query().get("section") ?? "";

// A section, the letter or nothing is selected: by the outline, the preview or a finding.
async function select(id, { place = "", field = "", scroll = true, to = "" } = {}) {
  await flushAll();
  selected = id;
  const asked = query();
  id ? asked.set("section", id) : asked.delete("section");
  history.replaceState(null, "", `${location.pathname}?${asked}`);
  mark(id || "letter");
  if (id) {
    const wanted = query();
    if (place) wanted.set("line", place);
    await refresh("section", wanted);
    open(to || "section");
    focusLine();
  } else {
    open(to || "letter");
    focusField(field, place);
  }
  if (scroll) show(id ? Number(id.split(":")[0]) : OPENING, place);
}

function focusLine() {
  const form = part("section").querySelector("form[data-focus]");
  if (!form?.dataset.focus) return;
  const field = form.elements[form.dataset.focus];
  field?.focus();
  if (field?.tagName === "TEXTAREA") choose(field, Number(form.dataset.focusLine));
}

// Selects a line of a field, so that it is seen where it stands.
function choose(field, line) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line).join("\n").length + (line ? 1 : 0);
  field.setSelectionRange(start, start + (lines[line] ?? "").length);
  field.scrollTop = (field.scrollHeight / Math.max(lines.length, 1)) * Math.max(line - 2, 0);
}

function focusField(field) {
  const name = field === "body" ? "body" : field === "letter" ? "subject" : "";
  if (name) document.getElementById(name)?.focus();
}

whenPicked(({ section, place }) => {
  if (section === OPENING) return select("", { field: "body", scroll: false });
  const piece = pieceAt(section);
  if (piece) select(piece.dataset.id, { place, scroll: false }).then(() => show(section, place));
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest("a[data-tab]");
  const link = event.target.closest("[data-select]");
  const finding = event.target.closest("[data-finding]");
  if (!(tab || link || finding) || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  if (tab) open(tab.dataset.tab);
  else if (link) select(link.dataset.select === "letter" ? "" : link.dataset.select);
  else toFinding(finding.dataset);
});

function toFinding({ section, field, line = "" }) {
  const at = section && !pieceOf(section) ? follow(section) : section; // moved since it was checked
  if (at || field) select(at, { place: line, field });
  else show(-3, line);
}

// What comes after a change, here or on disk: the mail first, everything else behind it, and what
// takes long when the writer rests.
function others() {
  soon();
  atRest();
}

const soon = later(async () => {
  await Promise.allSettled([refreshOutline(), refresh("reach"), refresh("greeting")]);
  keepSteps();
  mark(selected || "letter");
}, 120);

const atRest = later(() => (isWriting() ? atRest() : judge()), REST);

async function judge() {
  await refresh("checks");
  badges();
  await refresh("weight");
}

function keepSteps() {
  const { canUndo, canRedo } = part("outline").dataset;
  document.querySelector('[data-step="undo"] button').disabled = canUndo !== "true";
  document.querySelector('[data-step="redo"] button').disabled = canRedo !== "true";
}

function badges() {
  const { errors = "0", warnings = "0" } = part("checks").dataset;
  const count = Number(errors) + Number(warnings);
  for (const badge of document.querySelectorAll("#checks-count, [data-checks-count]")) {
    badge.textContent = count;
    badge.className = `badge ${Number(errors) ? "error" : "warning"}`;
    badge.hidden = !count;
  }
  const standing = part("checks").querySelector("[data-standing]");
  const head = document.getElementById("standing-head");
  if (standing && head) head.replaceChildren(...standing.cloneNode(true).childNodes);
}

whenSaved(async ({ site: after, version, form }) => {
  if (after) ours.add((site = after));
  if (version && form?.elements.where?.value !== "everywhere") knows(version);
  else if (form) form.elements.version.dataset.everywhere = version;
  const drawn = redraw(site);
  if (!form) await refreshForms();
  await drawn;
  others();
});

// Forms that nobody is writing in say what the file says.
async function refreshForms() {
  await refreshOutline();
  keepSteps();
  if (!isTouched("letter")) await refresh("letter", query(), () => !isTouched("letter"));
  if (selected && !pieceOf(selected)) selected = follow(selected);
  if (!isTouched("section")) await refreshSection();
  mark(selected || "letter");
}

async function refreshSection() {
  const asked = query();
  selected ? asked.set("section", selected) : asked.delete("section");
  history.replaceState(null, "", `${location.pathname}?${asked}`);
  await refresh("section", query(), () => !isTouched("section"));
}

// After a move a section has another position in its name.
function follow(id) {
  const ref = id.slice(id.indexOf(":") + 1);
  const same = [...document.querySelectorAll(".piece[data-id]")].filter((each) => each.dataset.id.endsWith(`:${ref}`));
  return same.length === 1 ? same[0].dataset.id : "";
}

// A file changed on disk, by an editor or by another person.
const stream = new EventSource(`${path}/live`);
stream.onmessage = async ({ data }) => {
  root.dataset.heard = data;
  await allSaved();
  if (data === site || ours.has(data)) return;
  site = data;
  await redraw(site);
  await refreshForms();
  others();
};
stream.onerror = () =>
  state("lost", stream.readyState === EventSource.CLOSED ? "Load this page again" : "Reconnecting…");
stream.onopen = () => {
  if (document.getElementById("saved").dataset.state === "lost") state("saved", "Saved");
};

// The library in a dialog.
const library = document.getElementById("add");
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-add]")) return;
  event.preventDefault();
  document.getElementById("library")?.remove();
  library.showModal();
  browse(`${path}/add`);
});

let looks = 0; // the latest search wins, and never over what was typed since
async function browse(address) {
  const turn = (looks += 1);
  const page = await pageAt(address);
  if (turn !== looks) return;
  const next = document.adoptNode(page.getElementById("library"));
  const shown = library.querySelector("[data-add-one]");
  if (shown) return replaceFound(shown, next.querySelector("[data-add-one]"));
  document.getElementById("add-body").replaceChildren(next);
  document.getElementById("library-words").focus();
}
// Whoever is at a snippet already stays at it when a late answer has it, too.
function replaceFound(shown, next) {
  const at = document.activeElement;
  const held = shown.contains(at) ? at.value : null;
  shown.replaceWith(next);
  if (held) [...next.querySelectorAll("button")].find((each) => each.value === held)?.focus({ preventScroll: true });
}
const search = later((form) => browse(`${form.action}?${new URLSearchParams(new FormData(form))}`), 180);
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-library]");
  if (form) search(form);
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-library]")) {
    event.preventDefault();
    search(form);
  } else if (form.matches("[data-add-one]")) {
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    if (selected) data.set("at", Number(selected.split(":")[0]) + 1);
    library.close();
    const said = await send(form.action, () => {
      data.set("version", part("outline").querySelector('[name="version"]').value);
      return data;
    });
    if (said) tell(said.told);
  } else if (form.matches("[data-keep], [data-commit]")) {
    event.preventDefault();
    form.closest("dialog").close();
    const said = await send(form.action, new FormData(form));
    if (said) tell(said.told);
  }
});
document.addEventListener("click", (event) => {
  const keep = event.target.closest("[data-keep-section]");
  if (keep) document.querySelector("[data-keep]").elements.section.value = keep.dataset.keepSection;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-audience]")) {
    document.querySelector(".rule-field").toggleAttribute("data-unused", event.target.value !== "rule");
  }
  if (event.target.name === "subject") document.getElementById("issue-subject").textContent = event.target.value;
});

// The menu of all pages begins folded here: the issue needs the room.
const menu = document.querySelector("details.menu");
const fold = () => menu?.removeAttribute("open");
matchMedia("(min-width: 1020px)").addEventListener("change", fold);
fold();

open(root.dataset.side === "section" && selected ? "section" : location.hash.replace("#pane-", "") || "stage");
mark(selected || "letter");
await ready();
root.dataset.ready = "yes";
soon();
judge();
requestIdleCallback(() => understand());
