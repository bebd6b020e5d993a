// One snippet: pictures are chosen in a dialog, and nothing typed is lost by walking away.

import { choosePicture } from "./media.js";

const form = document.getElementById("snippet");
const unsaved = document.getElementById("unsaved");
let sent = false;

// Compared with what the server drew: somebody may type before this script is here.
function differs(field) {
  if (field.tagName !== "SELECT") return "defaultValue" in field && field.value !== field.defaultValue;
  const drawn = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value !== drawn?.value;
}

const isChanged = () => [...form.elements].some(differs) || form.querySelector('[aria-invalid="true"]') !== null;

function mark() {
  if (unsaved) unsaved.textContent = isChanged() ? "Not saved yet" : "";
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-choose]");
  if (!button) return;
  const name = document.getElementById(button.dataset.choose);
  const alt = document.getElementById(button.dataset.alt);
  const chosen = await choosePicture({ name: name.value, alt: alt.value });
  if (!chosen) return;
  name.value = chosen.name;
  alt.value = chosen.alt;
  mark();
  button.focus();
});

form.addEventListener("input", mark);
form.addEventListener("submit", () => (sent = true));
addEventListener("pageshow", () => (sent = false));
addEventListener("beforeunload", (event) => {
  if (!sent && isChanged()) event.preventDefault();
});
mark();
form.querySelector('[aria-invalid="true"]')?.focus();
