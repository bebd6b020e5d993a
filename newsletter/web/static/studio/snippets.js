// The library: what is typed or chosen narrows the grid down at once.

import { later, pageAt } from "./base.js";

const form = document.getElementById("snippet-search");
let asked = 0;

async function look() {
  const mine = ++asked;
  const wanted = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...wanted]) if (!value) wanted.delete(name);
  const address = `${form.action}${wanted.size ? `?${wanted}` : ""}`;
  const found = (await pageAt(address)).getElementById("found");
  if (mine !== asked || !found) return;
  document.getElementById("found").replaceChildren(...found.childNodes);
  history.replaceState(null, "", address);
}

form.addEventListener("input", later(look, 180));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
