// Letters under review: copy a link, open a reader's mail large, show another reader at once.

import { tell } from "./base.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    from.select();
    try {
      await navigator.clipboard.writeText(from.value);
      tell("The link is copied.");
      button.textContent = "Copied";
    } catch {
      tell("Press Ctrl+C or Cmd+C to copy the link.");
    }
  });
}

for (const input of document.querySelectorAll("[data-all]")) {
  input.addEventListener("focus", () => input.select());
}

for (const form of document.querySelectorAll("form[data-live]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

const dialog = document.getElementById("mail");
for (const opener of dialog ? document.querySelectorAll("[data-mail]") : []) {
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.querySelector("h2").textContent = opener.dataset.mail;
    dialog.querySelector("iframe").src = opener.href;
    dialog.showModal();
  });
}

// Nobody new is asked while somebody known is chosen, so nothing of them is required.
const someone = document.getElementById("whom-new");
const required = () => {
  for (const name of ["name", "email"]) {
    const input = document.getElementById(name);
    if (input && document.querySelector(".review-whom")) input.required = !someone || someone.checked;
  }
};
document.querySelector(".review-whom")?.addEventListener("change", required);
required();
