// Keeps the page of a dispatch true while it goes: figures as they change, and the whole page when
// what one may do changes. Stop and Undo are plain forms; they work without this file.
import { pageAt, say, tell } from "./base.js";
import { countDown } from "./countdown.js";

let source = null;

function listen() {
  const page = document.getElementById("dispatch");
  source?.close();
  source = new EventSource(page.dataset.live);
  source.onerror = () => {
    // Refused for good, as when the session ended; otherwise it tries again by itself.
    if (source.readyState === EventSource.CLOSED) tell("This page is not kept up to date any more. Load it again.", "error");
  };
  source.onmessage = async (event) => {
    const { mark, html } = JSON.parse(event.data);
    const now = document.getElementById("dispatch");
    if (mark !== now.dataset.mark) return renew(mark);
    put(document.getElementById("live"), html);
  };
}

function put(place, html) {
  if (place.dataset.shown === html) return;
  const row = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.innerHTML = html;
  place.dataset.shown = html;
  if (row) place.querySelector(`[href="${row}"]`)?.focus();
}

let renewing = "";
async function renew(mark) {
  if (renewing === mark) return;
  renewing = mark;
  const focused = document.activeElement?.id;
  try {
    const fresh = (await pageAt(location.href)).getElementById("dispatch");
    if (!fresh) return;
    const before = document.querySelector("#dispatch .page-title .badge")?.textContent;
    document.getElementById("dispatch").replaceWith(fresh);
    const after = fresh.querySelector(".page-title .badge")?.textContent;
    if (after !== before) say(after);
    document.title = document.title.replace(/: [^:]*( · )/, `: ${after?.toLowerCase()}$1`);
    if (focused) document.getElementById(focused)?.focus();
    countDown();
  } catch {
    // The stream tries again by itself.
  } finally {
    renewing = "";
  }
}

countDown();
if (document.getElementById("dispatch")) listen();
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && listen());
