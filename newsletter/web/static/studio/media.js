// Choosing a picture in a dialog, for every page that needs one.
//
//   import { choosePicture } from "./media.js";
//   const chosen = await choosePicture({ name: "skin.png", alt: "Skin, close" });
//   if (chosen) { chosen.name; chosen.alt; }      // alt is "" for decoration; null: nothing chosen
//
// With {alt: false} no text is asked for, as for a logo.

import { get, post, say } from "./base.js";
import { cropper, keepRoom } from "./crop.js";

const ACCEPT = "image/png,image/jpeg,image/gif,image/webp";
const NEEDS_TEXT = "Say what the picture shows, or tick that it only decorates.";

// Sends files one after the other; gives {stored, problems}, and never throws.
export async function upload(files) {
  const stored = [];
  const problems = [];
  for (const file of files) {
    const form = new FormData();
    form.append("file", file);
    try {
      const said = await post("/studio/media", form);
      stored.push(...said.stored);
      problems.push(...said.problems);
    } catch (problem) {
      problems.push(problem.status === 413 ? `${file.name} has more than 20 MB. Make it smaller.` : problem.message);
    }
  }
  return { stored, problems };
}

// Files dropped anywhere on `area` are handed to `take`; `mark` shows that they may be.
export function dropsInto(area, mark, take) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  area.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark.classList.add("over");
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) mark.classList.remove("over");
  });
  area.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
}

// Opens the dialog, and takes in `files` that were dropped before; gives {name, alt} or null.
export function choosePicture({ name = "", alt = "", files = [] } = {}) {
  return new Promise((done) => new Chooser(name, alt, done).open(files));
}

class Chooser {
  constructor(name, alt, done) {
    this.wanted = name;
    this.alt = alt;
    this.done = done;
    this.result = null;
    this.chosen = null;
    this.pictures = [];
    this.dialog = make("dialog", { className: "wide chooser" });
    this.dialog.setAttribute("aria-labelledby", "chooser-title");
    this.dialog.addEventListener("close", () => this.end());
  }

  async open(files) {
    this.title = make("h2", { id: "chooser-title", textContent: "Choose a picture" });
    this.body = make("div", { className: "chooser-body" });
    this.status = make("div", { className: "media-status" });
    this.status.setAttribute("role", "status");
    this.dialog.append(this.title, this.body, this.status);
    document.body.append(this.dialog);
    this.dialog.showModal();
    await this.load();
    this.shelf();
    if (files.length) await this.take(files);
  }

  async load() {
    try {
      this.pictures = (await get("/studio/media/rows")).pictures.filter((each) => !each.trouble);
    } catch (problem) {
      this.tell(problem.message, "error");
    }
  }

  end() {
    this.dialog.remove();
    this.done(this.result);
  }

  tell(words, tone = "fine") {
    this.status.dataset.tone = tone;
    this.status.textContent = words;
  }

  // The first step: every picture, a search, and a way to bring new ones.
  shelf() {
    this.title.textContent = "Choose a picture";
    const drop = make("label", { className: "drop" });
    const words = make("span", { className: "drop-words", textContent: "Drop new pictures here, or choose files." });
    const file = make("input", { type: "file", accept: ACCEPT, multiple: true });
    drop.append(words, file);
    file.addEventListener("change", () => this.take([...file.files]));
    this.drop = drop;
    const search = make("input", { type: "search", placeholder: "Names, descriptions, issues" });
    search.setAttribute("aria-label", "Search pictures");
    const list = make("ul", { className: "shelf" });
    const show = () => list.replaceChildren(...this.found(search.value).map((each) => this.tile(each)));
    search.addEventListener("input", show);
    show();
    this.body.replaceChildren(drop, search, list, this.buttons([["Cancel", "quiet", () => this.dialog.close()]]));
    if (!this.dropping) dropsInto(this.dialog, { classList: { add: (c) => this.drop.classList.add(c), remove: (c) => this.drop.classList.remove(c) } }, (files) => this.take(files));
    this.dropping = true;
    (list.querySelector('[aria-pressed="true"]') ?? search).focus();
  }

  found(wanted) {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const said = (each) => [each.name, ...each.alts, ...each.uses.map((use) => use.title)].join(" ").toLowerCase();
    return this.pictures.filter((each) => words.every((word) => said(each).includes(word)));
  }

  tile(picture) {
    const item = document.createElement("li");
    const press = make("button", { type: "button", className: "shelf-tile" });
    press.setAttribute("aria-pressed", String(picture.name === (this.chosen?.name ?? this.wanted)));
    const frame = make("span", { className: "shelf-picture" });
    frame.append(make("img", { src: picture.tile, alt: "", loading: "lazy" }));
    const facts = `${picture.width} × ${picture.height} · ${picture.size}`;
    press.append(frame, make("span", { className: "shelf-name", textContent: picture.name }), make("span", { className: "shelf-facts", textContent: facts }));
    press.addEventListener("click", () => this.look(picture));
    item.append(press);
    return item;
  }

  async take(files) {
    this.tell("Taking in …");
    const { stored, problems } = await upload(files);
    await this.load();
    this.tell([...problems, ...stored.flatMap((each) => each.notes)].join(" "), problems.length ? "error" : "fine");
    const last = this.pictures.find((each) => each.name === stored.at(-1)?.name);
    if (last && stored.length === 1) this.look(last);
    else this.shelf();
  }

  // The second step: the picture large, its text, and its crop.
  look(picture) {
    this.chosen = picture;
    if (this.alt === false) return this.finish("");
    this.title.textContent = picture.name;
    const stage = make("div", { className: "crop-stage" });
    stage.append(make("img", { src: picture.large, alt: "", width: picture.width, height: picture.height }));
    keepRoom(stage, picture.width, picture.height);
    const text = this.text(picture);
    const use = () => this.use(text);
    this.body.replaceChildren(
      stage,
      text.block,
      this.buttons([
        ["Use this picture", "", use],
        ["Crop", "quiet", () => this.crop(stage, picture)],
        ["Back to all pictures", "quiet", () => this.shelf()],
      ]),
    );
    (text.input.disabled ? text.box : text.input).focus();
    return undefined;
  }

  text(picture) {
    const block = make("div", { className: "field" });
    const id = "chooser-alt";
    const label = make("label", { htmlFor: id, textContent: "What it shows, in words" });
    const first = picture.name === this.wanted ? this.alt : (picture.alts[0] ?? "");
    const input = make("textarea", { id, rows: 2, value: first });
    const hint = make("span", { id: `${id}-hint`, className: "hint", textContent: "Read aloud to people who do not see it, and shown where pictures are blocked." });
    input.setAttribute("aria-describedby", hint.id);
    const tick = make("div", { className: "tick" });
    const tickLabel = document.createElement("label");
    const box = make("input", { type: "checkbox", checked: picture.name === this.wanted && this.alt === "" });
    tickLabel.append(box, make("span", { textContent: "It only decorates, and is not read aloud" }));
    tick.append(tickLabel);
    const follow = () => {
      input.disabled = box.checked;
      if (box.checked) input.removeAttribute("aria-invalid");
    };
    box.addEventListener("change", follow);
    follow();
    const say = (words) => {
      box.checked = false;
      follow();
      input.value = words;
      input.focus();
    };
    block.append(label, input, hint, ...this.suggestions(picture, input.value, say), tick);
    return { block, input, box };
  }

  suggestions(picture, first, say) {
    const others = picture.alts.filter((words) => words !== first);
    if (!others.length) return [];
    const row = make("span", { className: "row" });
    row.append(make("span", { className: "hint", textContent: "Said elsewhere:" }));
    for (const words of others.slice(0, 3)) {
      const press = make("button", { type: "button", className: "quiet small", textContent: words });
      press.addEventListener("click", () => say(words));
      row.append(press);
    }
    return [row];
  }

  use({ input, box }) {
    const words = box.checked ? "" : input.value.trim();
    if (!box.checked && !words) {
      this.tell(NEEDS_TEXT, "error");
      input.setAttribute("aria-invalid", "true");
      return input.focus();
    }
    return this.finish(words);
  }

  finish(alt) {
    this.result = { name: this.chosen.name, alt, width: this.chosen.width, height: this.chosen.height };
    this.dialog.close();
  }

  crop(stage, picture) {
    const frame = cropper(stage, picture.width, picture.height, (box) => this.tell(`${box.width} by ${box.height} pixels`));
    const keep = async () => {
      try {
        const { stored } = await post("/studio/media/crop", { name: picture.name, ...frame.box() });
        await this.load();
        say(`Kept as ${stored.name}`);
        this.tell(`Kept as ${stored.name}.`);
        this.look(this.pictures.find((each) => each.name === stored.name));
      } catch (problem) {
        this.tell(problem.message, "error");
      }
    };
    this.body.replaceChildren(
      stage,
      this.buttons([
        ["Keep this piece", "", keep],
        ["Do not crop", "quiet", () => this.look(picture)],
      ]),
    );
    stage.querySelector(".crop-handle").focus();
  }

  buttons(list) {
    const row = make("p", { className: "actions" });
    for (const [words, look, act] of list) {
      const press = make("button", { type: "button", className: look, textContent: words });
      press.addEventListener("click", act);
      row.append(press);
    }
    return row;
  }
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
