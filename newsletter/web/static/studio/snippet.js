// One snippet: pictures are chosen in a dialog, and nothing typed is lost by walking away.

import { choosePicture } from "./media.js";

const form = document.getElementById("snippet");
const unsaved = document.getElementById("unsaved");
const typed = () => new URLSearchParams(new FormData(form)).toString();
const before = typed();
let sent = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-choose]");
  if (!button) return;
  const name = document.getElementById(button.dataset.choose);
  const alt = document.getElementById(button.dataset.alt);
  const chosen = await choosePicture({ name: name.value, alt: alt.value });
  if (!chosen) return;
  name.value = chosen.name;
  alt.value = chosen.alt;
  name.dispatchEvent(new Event("input", { bubbles: true }));
  button.focus();
});

form.addEventListener("input", () => {
  if (unsaved) unsaved.textContent = typed() === before ? "" : "Not saved yet";
});
form.addEventListener("submit", () => (sent = true));
addEventListener("pageshow", () => (sent = false));
addEventListener("beforeunload", (event) => {
  if (!sent && typed() !== before) event.preventDefault();
});
form.querySelector('[aria-invalid="true"]')?.focus();
