// Says at once what a time means: the page the form would lead to, fetched, and its part put here.
import { later, pageAt, tell } from "./base.js";

const form = document.getElementById("wish");
let asked = 0;

async function look() {
  if (!form.checkValidity()) return;
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(form));
  const focused = document.activeElement?.id;
  try {
    const page = await pageAt(`${form.action}?${query}`);
    const fresh = page.getElementById("outlook");
    if (mine !== asked || !fresh) return;
    document.getElementById("outlook").replaceWith(fresh);
    history.replaceState(null, "", `?${query}`);
    if (focused) document.getElementById(focused)?.focus();
  } catch (problem) {
    tell(problem.message, "error");
  }
}

const soon = later(look, 250);
document.addEventListener("input", (event) => {
  if (event.target.form === form) soon();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
