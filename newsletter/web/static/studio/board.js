// Fills in what takes a while to count, one card after the other, so that the page is there at once.
import { get } from "./base.js";

const waiting = [...document.querySelectorAll("[data-figures]")];

async function fill(card) {
  try {
    const { count, badge, tone } = await get(card.dataset.figures);
    if (count) card.querySelector("[data-count]").textContent = count;
    if (badge) {
      const mark = Object.assign(document.createElement("span"), { className: `badge ${tone}`, textContent: badge });
      card.querySelector("[data-badge]").replaceChildren(mark);
    }
  } catch {
    // A card without figures is still a card.
  }
}

for (const card of waiting) await fill(card);
document.documentElement.dataset.filled = "yes";
