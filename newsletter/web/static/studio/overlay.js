// Clicks laid over the letter, and printing. Without this the list beside the letter says it all.

const frame = document.getElementById("letter");
const over = document.getElementById("over");
const spots = [...document.querySelectorAll("#spots > li")];

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
// What is folded is printed all the same.
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.numbers")) {
    each.dataset.was = each.open ? "open" : "";
    each.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const each of document.querySelectorAll("details.numbers")) each.open = each.dataset.was === "open";
});

const spotOf = new Map(
  spots.flatMap((spot) => JSON.parse(spot.dataset.hrefs).map((href) => [href, spot])),
);

// One badge for each place at which a counted link stands in the letter.
function draw() {
  const page = frame.contentDocument;
  if (!page?.body) return;
  frame.style.height = `${page.documentElement.scrollHeight}px`;
  for (const old of over.querySelectorAll(".spot-badge")) old.remove();
  const taken = [];
  for (const link of page.querySelectorAll("a[href]")) {
    const spot = spotOf.get(link.getAttribute("href"));
    const box = spot && shown(link);
    if (box) over.append(badge(spot, box, taken));
  }
}

// Where a link is seen; null for one that is not. A picture inside is larger than its line.
function shown(link) {
  const boxes = [link, ...link.children].map((each) => each.getBoundingClientRect());
  const box = boxes.reduce((one, other) => (other.width * other.height > one.width * one.height ? other : one));
  return box.width && box.height ? box : null;
}

function badge(spot, box, taken) {
  const made = document.createElement("span");
  made.className = "spot-badge";
  made.ariaHidden = "true";
  made.textContent = spot.dataset.count;
  made.classList.toggle("none", spot.classList.contains("none"));
  made.dataset.spot = spots.indexOf(spot);
  const left = Math.min(box.right + 8, frame.clientWidth - 26);
  let top = Math.max(2, box.top - 12);
  while (taken.some(([x, y]) => Math.abs(x - left) < 40 && Math.abs(y - top) < 24)) top += 24;
  taken.push([left, top]);
  made.style.left = `${left}px`;
  made.style.top = `${top}px`;
  return made;
}

function show(spot) {
  const mine = `[data-spot="${spots.indexOf(spot)}"]`;
  for (const each of over.querySelectorAll(".spot-badge")) each.classList.toggle("shown", each.matches(mine));
  const first = over.querySelector(mine);
  if (first) over.scrollTo({ top: first.offsetTop - over.clientHeight / 3 });
}

function ready() {
  draw();
  frame.contentDocument?.addEventListener("click", (event) => event.preventDefault());
  new ResizeObserver(draw).observe(over);
}

if (frame && over) {
  over.classList.add("drawn");
  for (const spot of spots) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "quiet small spot-show",
      textContent: "Show",
    });
    button.setAttribute("aria-label", `Show in the letter: ${spot.querySelector(".spot-words").textContent.trim()}`);
    button.addEventListener("click", () => show(spot));
    spot.append(button);
  }
  frame.loading = "eager";
  if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.URL !== "about:blank") ready();
  frame.addEventListener("load", ready);
}
