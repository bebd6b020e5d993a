// The brand: contrast is told while a colour is picked, and the letter follows a moment later.

import { get, later, post } from "./base.js";
import { choosePicture } from "./media.js";

const form = document.getElementById("brand");
const frame = document.getElementById("look");
const desk = frame?.parentElement;
const summary = document.getElementById("summary");
const field = (name) => form.elements.namedItem(name);
let turn = 0;

async function ask(act) {
  const data = new FormData(form);
  data.set("act", act);
  return post("/studio/brand", data);
}

function showRatios({ ratios, summary: told }) {
  for (const place of form.querySelectorAll("[data-ratio]")) {
    const ratio = ratios[place.dataset.ratio] ?? { words: "", tone: "" };
    if (place.textContent !== ratio.words) place.textContent = ratio.words;
    place.className = `ratio ${ratio.tone}`;
  }
  if (summary.textContent !== told.words) summary.textContent = told.words;
  summary.className = `summary ${told.tone}`;
}

function showProblems(problems) {
  for (const place of document.querySelectorAll("[data-problem]")) {
    const words = problems[place.dataset.problem] ?? "";
    place.textContent = words;
    place.toggleAttribute("hidden", !words);
  }
  document.getElementById("general-problem").hidden = !problems[""];
}

function showFindings(findings, letter) {
  const place = document.getElementById("findings");
  if (!letter) return;
  const make = (tag, words) => Object.assign(document.createElement(tag), { textContent: words });
  if (!findings.length) {
    const calm = make("p", "The checks find nothing in this letter's colours and logo.");
    calm.className = "muted";
    place.replaceChildren(calm);
    return;
  }
  const list = document.createElement("ul");
  list.append(...findings.map((words) => make("li", words)));
  place.replaceChildren(list);
}

// The letter keeps its place: whoever looks at the footer goes on looking at it.
function showLetter(letter) {
  const { pathname = "", search = "" } = frame?.contentWindow.location ?? {};
  if (!frame || !letter || pathname + search === letter) return;
  const at = frame.contentWindow?.scrollY ?? 0;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, at), { once: true });
  frame.contentWindow.location.replace(letter);
}

const measure = later(async () => {
  try {
    showRatios(await ask("measure"));
  } catch {
    // the letter's own request says what is wrong
  }
}, 40);

const look = later(async () => {
  const mine = ++turn;
  desk?.classList.add("busy");
  try {
    const said = await ask("look");
    if (mine !== turn) return;
    showRatios(said);
    showProblems(said.problems);
    showFindings(said.findings, said.letter);
    showLetter(said.letter);
  } catch (problem) {
    showProblems({ "": problem.message });
  } finally {
    if (mine === turn) desk?.classList.remove("busy");
  }
}, 220);

function follow() {
  measure();
  look();
}

form.addEventListener("input", (event) => {
  const { picks } = event.target.dataset;
  if (picks) field(picks).value = event.target.value;
  else if (event.target.name?.startsWith("colour.")) showPicked(event.target);
  follow();
});
field("logo").addEventListener("change", () => showLogo("logo"));
field("logo_dark").addEventListener("change", () => showLogo("logo_dark"));

function showPicked(typed) {
  const picker = form.querySelector(`[data-picks="${typed.name}"]`);
  if (picker && /^#[0-9a-f]{6}$/i.test(typed.value.trim())) picker.value = typed.value.trim();
}

async function showLogo(name) {
  const place = form.querySelector(`[data-logo="${name}"]`);
  const wanted = field(name).value;
  const { pictures } = wanted ? await get("/studio/media/rows") : { pictures: [] };
  const found = pictures.find((each) => each.name === wanted);
  place.replaceChildren(...(found ? [Object.assign(new Image(), { src: found.tile, alt: "" })] : []));
}

for (const press of form.querySelectorAll("[data-choose]")) {
  press.addEventListener("click", async () => {
    const select = field(press.dataset.choose);
    const chosen = await choosePicture({ name: select.value, alt: false });
    press.focus();
    if (!chosen) return;
    if (![...select.options].some((each) => each.value === chosen.name)) select.add(new Option(chosen.name, chosen.name));
    select.value = chosen.name;
    await showLogo(press.dataset.choose);
    follow();
  });
}

document.getElementById("issue")?.addEventListener("change", look);
for (const radio of document.querySelectorAll('.switch input[name="scheme"]')) {
  radio.addEventListener("change", () => (frame.className = radio.value));
}
for (const radio of document.querySelectorAll('.switch input[name="width"]')) {
  radio.addEventListener("change", () => {
    desk.className = `look-desk ${radio.value}`;
    fit();
  });
}

// A narrow column still shows the letter as wide as on a desk, only smaller.
const DESK = 680;

function fit() {
  const room = desk.clientWidth - 2 * Number.parseFloat(getComputedStyle(desk).paddingLeft);
  const wanted = desk.classList.contains("phone") ? 390 : Math.max(DESK, room);
  const scale = Math.min(1, room / wanted);
  frame.style.width = `${wanted}px`;
  frame.style.height = "";
  const height = frame.clientHeight;
  frame.style.height = `${height / scale}px`;
  frame.style.transform = `scale(${scale})`;
  frame.style.transformOrigin = "top center";
  frame.style.margin = `0 ${(room - wanted) / 2}px ${height - height / scale}px`;
}

// Links lead out of the page; here they are only looked at.
function stay() {
  frame.contentDocument?.addEventListener("click", (event) => {
    if (event.target.closest?.("a[href]")) event.preventDefault();
  });
}

if (frame) {
  new ResizeObserver(fit).observe(desk);
  frame.addEventListener("load", stay);
  stay();
}
