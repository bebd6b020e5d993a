// The page of one picture: the frame over it and the numbers beneath follow each other.

import { cropper, keepRoom } from "./crop.js";

const SIDES = ["left", "top", "width", "height"];
const stage = document.getElementById("crop-stage");
const form = document.getElementById("crop");

if (stage && form) {
  const typed = () => Object.fromEntries(SIDES.map((side) => [side, form.elements[side].valueAsNumber]));
  const show = (box) => SIDES.forEach((side) => (form.elements[side].value = box[side]));
  const first = typed();
  const size = [Number(stage.dataset.width), Number(stage.dataset.height)];
  keepRoom(stage, ...size);
  const frame = cropper(stage, ...size, show);
  frame.set(first);
  form.addEventListener("change", () => frame.set(typed()));
  document.getElementById("crop-words").textContent =
    "Drag the frame or its corners, or move them with the arrow keys. The piece becomes a picture of its own; this one stays as it is.";
}
