// What every page of the studio shares. Everything also works as plain links and forms.

const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

// POST to an address of ours; gives its JSON, or throws an Error with words for people.
export async function post(path, data = {}) {
  const body = data instanceof FormData || data instanceof URLSearchParams ? data : formOf(data);
  return answer(await reach(path, { method: "POST", body }));
}

// GET JSON from an address of ours.
export async function get(path) {
  return answer(await reach(path, {}));
}

// The page at an address as a document, to take parts from.
export async function pageAt(path) {
  const came = await reach(path, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await came.text(), "text/html");
}

async function reach(path, options) {
  const headers = { "X-Part": "1", "X-CSRF": csrf, Accept: "application/json", ...options.headers };
  try {
    return await fetch(path, { ...options, headers, redirect: "follow" });
  } catch {
    throw new Error("The server does not answer. Your work is still on this page; try again.");
  }
}

async function answer(came) {
  const said = came.headers.get("content-type")?.includes("json") ? await came.json() : {};
  if (came.ok) return said;
  const problem = new Error(said.problem ?? `The server said ${came.status}.`);
  problem.status = came.status;
  problem.said = said;
  throw problem;
}

function formOf(data) {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, each);
  }
  return form;
}

// A short message for eyes and screen readers; tone: fine or error.
export function tell(words, tone = "fine") {
  const place = document.getElementById("told");
  place.textContent = words;
  place.dataset.tone = tone;
  place.hidden = !words;
}

// Said to screen readers only, such as where a moved section stands now.
export function say(words) {
  let place = document.getElementById("spoken");
  if (!place) {
    place = Object.assign(document.createElement("p"), { id: "spoken", className: "hidden-words" });
    place.setAttribute("aria-live", "assertive");
    document.body.append(place);
  }
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = words));
}

// Calls `act` once, `wait` ms after the last call.
export function later(act, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target.closest("[data-close]")) {
    const open = event.target.closest("dialog");
    if (open) {
      event.preventDefault();
      open.close();
    }
  }
});

// A form is sent once, however often its button is pressed; only what is downloaded may be again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  // Afterwards: a button that is off is not part of what is sent, and scripts may send by themselves.
  setTimeout(() => (event.defaultPrevented ? release(form) : hold(form)));
});

function hold(form) {
  for (const button of form.elements) {
    if (button.type === "submit" && !button.disabled) Object.assign(button, { disabled: true }).dataset.held = "";
  }
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.elements) {
    if ("held" in button.dataset) Object.assign(button, { disabled: false }).removeAttribute("data-held");
  }
}

addEventListener("pageshow", () => [...document.forms].forEach(release));

// On a phone the menu begins folded.
const menu = document.querySelector("details.menu");
const wide = matchMedia("(min-width: 1020px)");
const fold = () => menu?.toggleAttribute("open", wide.matches);
wide.addEventListener("change", fold);
fold();
document.documentElement.classList.add("scripted");
