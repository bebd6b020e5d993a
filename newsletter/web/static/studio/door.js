// Passwords can be looked at, and links copied. Without this they are typed blind and selected.

for (const input of document.querySelectorAll("input[data-secret]")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "peek" });
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} what is typed as ${input.labels[0].textContent.toLowerCase()}`);
    button.setAttribute("aria-pressed", String(shown));
  };
  const held = Object.assign(document.createElement("span"), { className: "secret" });
  const focused = document.activeElement === input;
  input.replaceWith(held);
  held.append(input, button);
  if (focused) input.focus();
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false)); // so that browsers offer to keep it
  show(false);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const from = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    from.select();
    try {
      await navigator.clipboard.writeText(from.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C"; // a browser that does not let pages write there
    }
  });
}
