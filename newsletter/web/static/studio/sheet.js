// Opens the form of another page in a dialog: <a data-sheet href="...">. Its page has one
// [data-sheet-body]; where anything is in the way, the link leads to the page itself.

import { pageAt } from "./base.js";

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("a[data-sheet]");
  if (!opener || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const page = await pageAt(opener.href);
    const body = page.querySelector("[data-sheet-body]");
    if (!body) throw new Error("no form");
    show(page.querySelector("h1").textContent, body, opener);
  } catch {
    location.assign(opener.href);
  }
});

function show(title, body, opener) {
  document.getElementById("sheet")?.remove();
  const dialog = Object.assign(document.createElement("dialog"), { id: "sheet", className: "sheet-dialog" });
  dialog.setAttribute("aria-labelledby", "sheet-title");
  const head = Object.assign(document.createElement("div"), { className: "row spread" });
  const name = Object.assign(document.createElement("h2"), { id: "sheet-title", textContent: title });
  const close = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: "Close" });
  close.dataset.close = "";
  head.append(name, close);
  const whole = Object.assign(document.createElement("a"), { href: opener.href, textContent: "Open as a page" });
  const foot = Object.assign(document.createElement("p"), { className: "hint" });
  foot.append(whole);
  body.classList.remove("card");
  dialog.append(head, document.adoptNode(body), foot);
  document.body.append(dialog);
  dialog.addEventListener("close", () => opener.focus());
  dialog.showModal();
  body.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}
