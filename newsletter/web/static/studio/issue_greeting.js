// A reader's name goes in where the caret stands, or at the end while nobody has written.

const written = new WeakSet(); // fields in which somebody has put the caret

document.addEventListener("focusin", (event) => {
  if (event.target.tagName === "TEXTAREA") written.add(event.target);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const field = document.getElementById(button.dataset.insert);
  if (!written.has(field)) field.setSelectionRange(field.value.length, field.value.length);
  field.focus();
  // As if it were typed, so that the field's own undo takes it back.
  if (document.execCommand("insertText", false, button.dataset.words)) return;
  field.setRangeText(button.dataset.words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
