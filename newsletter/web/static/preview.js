// The preview without page loads: toggles swap parts, a saved file shows itself.
// Everything here also works as plain links and forms.

const live = document.getElementById("live");
const main = () => document.getElementById("main");
const frame = () => document.getElementById("mail");

let newest = 0; // the latest swap wins, however slow an earlier one was

async function swap(address, { push = false } = {}) {
  const turn = ++newest;
  tell("busy", "Rendering");
  const got = await load(address);
  if (turn !== newest) return;
  if (!got) return tell("lost", "Reconnecting");
  if (push) history.pushState(null, "", got.url);
  put(got.page);
  tell("on", "Live");
}

// The page at an address, whatever its status; null while the server is away.
async function load(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("main") ? { url: answer.url, page } : null;
  } catch {
    return null;
  }
}

function put(fresh) {
  const held = document.activeElement?.id;
  const scroll = frame()?.contentWindow?.scrollY ?? 0;
  const next = fresh.getElementById("main");
  document.title = fresh.title;
  if (sameParts(next)) {
    for (const part of main().querySelectorAll("[data-part]")) replace(part, next);
    main().dataset.version = next.dataset.version;
  } else {
    main().replaceWith(document.adoptNode(next));
  }
  settle(scroll);
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

const names = (node) => [...node.querySelectorAll("[data-part]")].map((each) => each.dataset.part).join();
const sameParts = (next) => names(next) === names(main());

function replace(part, next) {
  const other = next.querySelector(`[data-part="${part.dataset.part}"]`);
  const [shown, wanted] = [part.querySelector("iframe"), other.querySelector("iframe")];
  if (shown && wanted && shown.getAttribute("src") === wanted.getAttribute("src")) {
    // The same mail on another screen: change the screen, do not load the mail again.
    shown.width = wanted.width;
    shown.className = wanted.className;
    shown.parentElement.className = wanted.parentElement.className;
    shown.parentElement.setAttribute("aria-label", wanted.parentElement.getAttribute("aria-label"));
  } else if (part.innerHTML !== other.innerHTML) {
    part.replaceWith(document.adoptNode(other));
  }
}

// The mail's frame: keeps its scroll position, and links in it are told, not followed.
function settle(scroll) {
  const shown = frame();
  note("");
  if (!shown) return;
  const ready = () => {
    shown.contentWindow.scrollTo(0, scroll);
    shown.contentDocument.addEventListener("click", tellLink);
    requestAnimationFrame(() => checkScheme(shown));
  };
  if (shown.contentDocument?.readyState === "complete" && shown.contentDocument.URL !== "about:blank") ready();
  else shown.addEventListener("load", ready, { once: true });
}

function tellLink(event) {
  const link = event.target.closest("a[href]");
  if (!link) return;
  event.preventDefault();
  note("This link leads to ", link.href);
}

function checkScheme(shown) {
  const wanted = shown.classList.contains("dark");
  const seen = shown.contentWindow.matchMedia("(prefers-color-scheme: dark)").matches;
  if (wanted !== seen) {
    note(`This browser can not show a frame in ${wanted ? "dark" : "light"} colours; change your system's.`);
  }
}

function note(words, address = "") {
  const place = document.getElementById("note");
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
  if (!address) return;
  const link = document.createElement("a");
  Object.assign(link, { href: address, textContent: address, target: "_blank", rel: "noopener noreferrer" });
  place.append(link);
}

function tell(state, words) {
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  live.querySelector(".live-text").textContent = words;
}

const addressOf = (form) => {
  const said = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${location.pathname}?${new URLSearchParams(said)}`;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.href, { push: true });
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-swap]")) return;
  event.preventDefault();
  swap(addressOf(event.target), { push: true });
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.matches("[data-submit]")) form.elements.reader.value = "";
  if (event.target.matches("[data-submit]") || form?.matches("[data-live]")) form.requestSubmit();
});

addEventListener("popstate", () => swap(location.href));

const stream = new EventSource("/live");
stream.onopen = () => tell("on", "Live");
stream.onerror = () => tell("lost", "Reconnecting");
stream.onmessage = ({ data }) => {
  if (data !== main().dataset.version) swap(location.href);
};

document.documentElement.classList.add("scripted");
settle(0);
