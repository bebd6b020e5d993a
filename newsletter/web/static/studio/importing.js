// How far a list is; the page is drawn anew when it is through.
import { get } from "./base.js";

const place = document.querySelector("[data-progress]");
const bar = place?.querySelector("progress");
const words = place?.querySelector("[data-percent]");

async function look() {
  try {
    const run = await get(place.dataset.progress);
    if (!run.busy) return location.reload();
    bar.value = run.percent;
    // Not at every percent: a screen reader says each of them.
    if (run.percent % 10 === 0) words.textContent = `${run.percent} % read`;
  } catch {
    words.textContent = "The server does not answer just now.";
  }
  setTimeout(look, 700);
}

if (place) look();
