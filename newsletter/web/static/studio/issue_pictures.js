// Choosing a picture for a section: its name and what it shows go into the fields, which save themselves.

import { tell } from "./base.js";
import { root } from "./issue_parts.js";
import { choosePicture, dropsInto } from "./media.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose-picture]");
  if (!link) return;
  event.preventDefault();
  choose(link);
});

// A file dropped anywhere goes to the section that is open; the browser never leaves for it.
dropsInto(root, root, (files) => {
  const link = root.querySelector("[data-choose-picture]");
  if (link) choose(link, files);
  else tell("Choose a section first, then drop the picture again.", "error");
});

async function choose(link, files = []) {
  const fields = () => {
    const name = document.getElementById(link.dataset.choosePicture);
    return [name, name?.form.elements.alt];
  };
  const [name, alt] = fields();
  const chosen = await choosePicture({ name: name.value, alt: alt.value, files });
  if (!chosen) return;
  // A picture that came in is a change on disk, after which the form is another one.
  const [nameNow, altNow] = fields();
  if (!nameNow) return tell("The section is not there any more. The picture is kept.", "error");
  write(nameNow, chosen.name);
  write(altNow, chosen.alt);
}

function write(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
