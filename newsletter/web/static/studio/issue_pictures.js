// Choosing a picture for a section: its name and what it shows go into the fields, which save themselves.

import { choosePicture } from "./media.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-choose-picture]");
  if (!link) return;
  event.preventDefault();
  const name = document.getElementById(link.dataset.choosePicture);
  const alt = name.form.elements.alt;
  const chosen = await choosePicture({ name: name.value, alt: alt.value });
  if (!chosen) return;
  write(name, chosen.name);
  write(alt, chosen.alt);
});

function write(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
