// How many readers get each variant today stands beside its name, as soon as they are counted.

import { part } from "./issue_parts.js";

export function countVariants() {
  const counted = new Map();
  for (const link of part("reach").querySelectorAll("a[data-variant]")) {
    counted.set(link.dataset.variant, link.closest("tr").querySelector(".num").textContent);
  }
  for (const option of document.getElementById("view-variant")?.options ?? []) {
    const count = counted.get(option.value);
    option.dataset.name ??= option.textContent;
    if (count) option.textContent = `${option.dataset.name}: ${count}`;
  }
}

document.addEventListener("part", ({ detail }) => {
  if (["reach", "stage"].includes(detail.name)) countVariants();
});
