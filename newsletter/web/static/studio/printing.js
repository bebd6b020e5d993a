// A button that prints the page, where a script can.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}
