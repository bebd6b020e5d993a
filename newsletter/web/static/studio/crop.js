// A frame over a picture that says which piece to keep; moved by mouse, finger or keyboard.

import { say } from "./base.js";

const HANDLES = [
  ["nw", "Upper left corner", 1, 1, 0, 0],
  ["ne", "Upper right corner", 0, 1, 1, 0],
  ["sw", "Lower left corner", 1, 0, 0, 1],
  ["se", "Lower right corner", 0, 0, 1, 1],
];
const LEAST = 8;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Keeps a picture's room before it has arrived, so that nothing below it moves when it does.
export function keepRoom(stage, width, height) {
  stage.classList.add("sized");
  stage.style.setProperty("--across", width);
  stage.style.setProperty("--down", height);
}

// Puts the frame over the picture in `stage`, which is `width` by `height` pixels large.
// `changed` is called with {left, top, width, height} in pixels. Gives {set(box), box()}.
export function cropper(stage, width, height, changed = () => {}) {
  const frame = document.createElement("div");
  frame.className = "crop-frame";
  const middle = button("crop-middle", "Move the piece; with arrow keys");
  const corners = HANDLES.map(([name, label]) => button(`crop-handle ${name}`, `${label}; arrow keys move it`));
  frame.append(middle, ...corners);
  // The shade around the piece is cut off at the picture's edge; the corners may stand over it.
  const shade = document.createElement("div");
  const hole = document.createElement("div");
  shade.className = "crop-shade";
  shade.append(hole);
  stage.classList.add("crops");
  stage.append(shade, frame);
  let box = { left: 0, top: 0, width, height };

  function put(next, speak = false) {
    box = next;
    for (const { style } of [frame, hole]) {
      style.left = `${(100 * box.left) / width}%`;
      style.top = `${(100 * box.top) / height}%`;
      style.width = `${(100 * box.width) / width}%`;
      style.height = `${(100 * box.height) / height}%`;
    }
    changed(box);
    if (speak) say(`${box.width} by ${box.height} pixels, ${box.left} from the left, ${box.top} from the top`);
  }

  function moved(from, handle, x, y) {
    if (!handle) {
      return {
        ...from,
        left: within(from.left + x, 0, width - from.width),
        top: within(from.top + y, 0, height - from.height),
      };
    }
    const [, , west, north, east, south] = handle;
    const right = from.left + from.width;
    const bottom = from.top + from.height;
    const left = west ? within(from.left + x, 0, right - LEAST) : from.left;
    const top = north ? within(from.top + y, 0, bottom - LEAST) : from.top;
    const end = east ? within(right + x, left + LEAST, width) : right;
    const foot = south ? within(bottom + y, top + LEAST, height) : bottom;
    return { left, top, width: end - left, height: foot - top };
  }

  function follow(grip, handle) {
    grip.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 1 : Math.max(1, Math.round(Math.max(width, height) / 50));
      put(moved(box, handle, step[0] * far, step[1] * far), true);
    });
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.focus();
      grip.setPointerCapture(event.pointerId);
      const from = { ...box };
      const scale = width / stage.getBoundingClientRect().width;
      const drag = (move) =>
        put(moved(from, handle, Math.round((move.clientX - event.clientX) * scale), Math.round((move.clientY - event.clientY) * scale)));
      grip.addEventListener("pointermove", drag);
      grip.addEventListener("lostpointercapture", () => grip.removeEventListener("pointermove", drag), { once: true });
    });
  }

  follow(middle, null);
  corners.forEach((corner, at) => follow(corner, HANDLES[at]));
  put(box);
  return { box: () => box, set: (next) => put(fitted(next, width, height)) };
}

function fitted(box, width, height) {
  const left = within(box.left, 0, width - 1);
  const top = within(box.top, 0, height - 1);
  return { left, top, width: within(box.width, 1, width - left), height: within(box.height, 1, height - top) };
}

function within(value, least, most) {
  return Math.max(least, Math.min(most, Number.isFinite(value) ? Math.round(value) : least));
}

function button(look, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.setAttribute("aria-label", label);
  return made;
}
