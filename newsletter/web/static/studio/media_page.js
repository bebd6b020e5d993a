// The shelf of pictures: drop files anywhere on the page, or choose them, and they are taken in.

import { pageAt } from "./base.js";
import { dropsInto, upload } from "./media.js";

const form = document.getElementById("drop");
const status = document.getElementById("media-status");

async function take(files) {
  status.dataset.tone = "";
  status.textContent = files.length === 1 ? `Taking in ${files[0].name} …` : `Taking in ${files.length} pictures …`;
  const { stored, problems } = await upload(files);
  const lines = [...problems, ...stored.map(told)];
  status.dataset.tone = problems.length ? "error" : "fine";
  status.replaceChildren(...lines.map((words) => Object.assign(document.createElement("p"), { textContent: words })));
  form.reset();
  if (!stored.length) return;
  const fresh = (await pageAt(location.href)).getElementById("shelf");
  if (fresh) document.getElementById("shelf").replaceWith(fresh);
}

function told(stored) {
  const begin = stored.is_new ? `${stored.name} is here now.` : `${stored.name} was here already.`;
  return [begin, ...stored.notes].join(" ");
}

form.elements.file.addEventListener("change", () => take([...form.elements.file.files]));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.elements.file.files.length) take([...form.elements.file.files]);
});
dropsInto(document.body, form, take);
