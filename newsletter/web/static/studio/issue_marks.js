// From a click in the mail to the section that wrote it, and from a section to its place there.
// The server gives the same mail with marks. Parsed by the same browser it has the same elements,
// so the two trees are walked side by side.

import { get } from "./base.js";
import { path, query } from "./issue_parts.js";

export const OPENING = -1;
let spots = new Map(); // element of the frame -> {place, section}
let blocks = new Map(); // section -> the largest element that holds nothing of another section
let loaded = "";
let learned = null;

// Learns the marks of what the frame shows; once for each state of it.
export async function learn(frame, version) {
  const key = `${version} ${query().get("variant") ?? ""}`;
  if (key !== loaded) {
    const marked = await get(`${path}/marks?${query()}`);
    learned = { key, marked };
    loaded = key;
  }
  const page = frame.contentDocument; // none when a newer frame took its place meanwhile
  if (page?.body) walk(page, learned.marked);
}

function walk(page, { html, sign, digits, spots: rows }) {
  const mark = new RegExp(`${sign}([0-9]{${digits}})`);
  const twin = new DOMParser().parseFromString(html, "text/html");
  spots = new Map();
  const step = (marked, shown) => {
    const number = numberOf(marked, mark);
    if (number !== null && rows[number]) {
      const [file, line, section] = rows[number];
      spots.set(shown, { place: `${file}:${line}`, section });
    }
    const own = [...marked.children];
    const others = [...shown.children];
    for (let at = 0; at < own.length && at < others.length; at += 1) {
      if (own[at].localName !== others[at].localName) return;
      step(own[at], others[at]);
    }
  };
  step(twin.body, page.body);
  blocks = findBlocks();
}

function numberOf(element, mark) {
  for (const node of element.childNodes) {
    const found = node.nodeType === Node.TEXT_NODE && mark.exec(node.data);
    if (found) return Number(found[1]);
  }
  for (const name of ["href", "src", "alt", "title"]) {
    const found = mark.exec(element.getAttribute(name) ?? "");
    if (found) return Number(found[1]);
  }
  return null;
}

function findBlocks() {
  const held = new Map();
  for (const [element, { section }] of spots) {
    if (section < OPENING) continue;
    held.set(section, [...(held.get(section) ?? []), element]);
  }
  const found = new Map();
  for (const [section, elements] of held) {
    let block = elements[0];
    while (!elements.every((each) => block.contains(each))) block = block.parentElement;
    const foreign = (element) =>
      [...spots].some(([each, spot]) => spot.section !== section && element.contains(each));
    while (block.parentElement && block.parentElement.localName !== "body" && !foreign(block.parentElement)) {
      block = block.parentElement;
    }
    found.set(section, block);
  }
  return found;
}

// What a click in the mail leads to: {section, place}, or null.
export function spotOf(target) {
  for (let element = target; element; element = element.parentElement) {
    if (spots.has(element)) return spots.get(element);
  }
  for (const [section, block] of blocks) {
    if (!block.contains(target)) continue;
    const inside = [...spots].find(([element, spot]) => spot.section === section && target.contains(element));
    return inside ? inside[1] : { section, place: "" };
  }
  return null;
}

// The element of the mail that a section made; null while it is not known.
export const blockOf = (section) => blocks.get(section) ?? null;

// The element that a line of a file made.
export function elementAt(place) {
  for (const [element, spot] of spots) if (spot.place === place) return element;
  return null;
}
