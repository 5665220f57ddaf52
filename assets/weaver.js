// What a page does by itself, without the server: times in the reader's words, copying, keys.
"use strict";

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

function ageOf(at, now) {
  const seconds = (at - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, "second");
}

function lengthOf(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function clockOf(at, now) {
  const time = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? time : `${at.toLocaleDateString(undefined, { dateStyle: "medium" })}, ${time}`;
}

// <span data-moment="ISO" data-as="age|clock|duration" data-until="ISO">. What is drawn lives in a
// shadow root, so that the page's own renderer and this never write to the same place.
const moments = new Set();
let timer = 0;

function draw(span) {
  const root = span.shadowRoot ?? span.attachShadow({ mode: "open" });
  const time = root.firstChild ?? root.appendChild(document.createElement("time"));
  const at = new Date(span.dataset.moment ?? "");
  if (Number.isNaN(at.getTime())) {
    time.textContent = "";
    return;
  }
  const now = new Date();
  const { as, until } = span.dataset;
  time.textContent =
    as === "duration" ? lengthOf((until ? new Date(until) : now) - at)
    : as === "clock" ? clockOf(at, now)
    : ageOf(at, now);
  time.dateTime = at.toISOString();
  time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
}

function drawAll() {
  for (const span of moments) {
    if (span.isConnected) draw(span);
    else moments.delete(span);
  }
}

// One timer for all of them, as slow as what is shown allows, and none in a hidden tab.
function wake() {
  clearTimeout(timer);
  if (document.hidden || moments.size === 0) return;
  const isFast = [...moments].some((span) => span.dataset.as === "duration" && !span.dataset.until);
  timer = setTimeout(() => {
    drawAll();
    wake();
  }, isFast ? 1000 : 30000);
}

function adopt(node) {
  const found = node.matches?.("[data-moment]") ? [node] : node.querySelectorAll?.("[data-moment]") ?? [];
  for (const span of found) {
    moments.add(span);
    draw(span);
  }
  return found.length > 0;
}

new MutationObserver((records) => {
  let isChanged = false;
  for (const record of records) {
    if (record.type === "attributes") isChanged = adopt(record.target) || isChanged;
    else for (const node of record.addedNodes) isChanged = adopt(node) || isChanged;
  }
  if (isChanged) wake();
}).observe(document, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-moment", "data-until"],
});
adopt(document);
wake();
document.addEventListener("visibilitychange", () => {
  drawAll();
  wake();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const menu = document.querySelector("details.account[open]");
  if (menu && (!menu.contains(event.target) || event.target.closest("a"))) menu.open = false;
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy;
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // without https, or without leave: the old way
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    (button.closest("[role=dialog]") ?? document.body).append(area);
    area.select();
    isCopied = document.execCommand("copy");
    area.remove();
  }
  button.dataset.copied = isCopied ? "yes" : "no";
  const label = button.getAttribute("aria-label");
  button.setAttribute("aria-label", isCopied ? "Copied" : "The browser did not allow it");
  setTimeout(() => {
    delete button.dataset.copied;
    button.setAttribute("aria-label", label);
  }, 1600);
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.account[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog]")) return;
  if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1);
  if (event.key === "x") return event.target.closest?.(".store")?.querySelector(".choice")?.click();
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
});

// To the next or the previous line of a list, from wherever the focus is in it.
function step(by) {
  const names = [...document.querySelectorAll(".store-name")];
  const row = document.activeElement?.closest?.(".store, tr, li");
  const at = names.findIndex((name) => row?.contains(name));
  const next = names[at < 0 ? (by > 0 ? 0 : names.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// A dialog that the server opens does not know from where: once it is closed, the focus goes back
// to where it was last outside of one.
const DIALOG = "[role=dialog], [role=alertdialog]";
let outside = null;
document.addEventListener("focusin", (event) => {
  if (!event.target.closest?.(DIALOG)) outside = event.target;
});
const giveBack = () => {
  new MutationObserver((records) => {
    const isClosed = records.some((record) => [...record.removedNodes].some(
      (node) => node.matches?.(DIALOG) || node.querySelector?.(DIALOG)));
    if (!isClosed) return;
    requestAnimationFrame(() => {
      const isNowhere = (document.activeElement ?? document.body) === document.body;
      if (isNowhere && outside?.isConnected) outside.focus();
    });
  }).observe(document.body, { childList: true, subtree: true });
};
if (document.body) giveBack();
else document.addEventListener("DOMContentLoaded", giveBack);

// Dialogs of the browser's own, which hold nothing but words.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest?.("[data-closes]");
  if (closer) document.getElementById(closer.dataset.closes)?.close();
  if (event.target.matches?.("dialog")) event.target.close();
  if (event.target.closest?.("[data-reload]")) location.reload();
});

// A native form is sent once, however often its button is clicked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.getAttribute("action")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The connection. The app makes it again by itself; here it is seen at once that it is lost, a
// tab that slept finds out whether it still holds, and one older than the server says so.
const SILENCE = 2800; // the server is heard every 2 s, see rxconfig.py
const SLEPT = 20000; // so long a silence is no stumble: what the tab shows may be old
const sockets = new Map(); // each open one, and when it was heard last
let lostTimer = 0;
let silenceTimer = 0;
let wasLost = false;

function lose() {
  clearTimeout(lostTimer);
  lostTimer = setTimeout(() => {
    if ([...sockets.keys()].some((socket) => socket.readyState === WebSocket.OPEN) && navigator.onLine) return;
    showLost();
  }, 600);
}

function showLost() {
  wasLost = true;
  document.documentElement.dataset.connection = "lost";
}

// A peer that went without a word closes nothing; it is only heard no more.
function hear(socket) {
  sockets.set(socket, Date.now());
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(() => document.hidden || showLost(), SILENCE);
  if (wasLost && navigator.onLine) find();
}

async function find() {
  clearTimeout(lostTimer);
  delete document.documentElement.dataset.connection;
  if (!wasLost) return;
  wasLost = false;
  try {
    const { release } = await (await fetch("/api/health/live", { cache: "no-store" })).json();
    const own = document.getElementById("facts")?.dataset.release;
    if (own && release && own !== release) document.documentElement.dataset.updated = "yes";
  } catch {
    // lost again; the next time asks anew
  }
}

window.WebSocket = class extends window.WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("open", () => {
      sockets.set(this, Date.now());
      find();
    });
    this.addEventListener("message", () => hear(this));
    this.addEventListener("close", () => {
      sockets.delete(this);
      lose();
    });
    this.addEventListener("error", lose);
  }
};

function doubt() {
  if (document.hidden) return;
  for (const [socket, heard] of sockets) if (Date.now() - heard > SLEPT) socket.close();
}
document.addEventListener("visibilitychange", doubt);
window.addEventListener("pageshow", doubt);
window.addEventListener("focus", doubt);
window.addEventListener("offline", lose);
window.addEventListener("online", () => {
  // what was sent meanwhile is gone, so that all is read again, once
  for (const socket of sockets.keys()) socket.close();
});

// What one typed survives the end of the session, for the same person and in this tab only.
// Never a password, and no longer than until it is sent or given up.
const DRAFTS = "storeweaver.drafts";
const read = () => JSON.parse(sessionStorage.getItem(DRAFTS) ?? "{}");
const keep = (drafts) => sessionStorage.setItem(DRAFTS, JSON.stringify(drafts));
const isDraft = (node) => node.matches?.("[data-draft]");

document.addEventListener("input", (event) => {
  const node = event.target;
  const person = document.getElementById("facts")?.dataset.person;
  if (!person || !event.isTrusted || !isDraft(node)) return;
  const drafts = read();
  if (drafts.person !== person) for (const key of Object.keys(drafts)) delete drafts[key];
  drafts.person = person;
  drafts[node.id] = node.value;
  keep(drafts);
});

function forget(form) {
  const drafts = read();
  for (const node of form.querySelectorAll("[id]")) delete drafts[node.id];
  keep(drafts);
}

document.addEventListener("submit", (event) => {
  if (document.documentElement.dataset.connection !== "lost") forget(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".dialog-actions button[type=button]");
  if (button) forget(button.closest("form") ?? button);
});

function recall(root) {
  const nodes = root.querySelectorAll?.("[data-draft]") ?? [];
  if (nodes.length === 0) return;
  const person = document.getElementById("facts")?.dataset.person;
  const drafts = read();
  if (!person || drafts.person !== person) return;
  for (const node of nodes) {
    const draft = drafts[node.id];
    if (draft === undefined || node.value === draft) continue;
    const kind = node.tagName === "SELECT" ? HTMLSelectElement : node.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(node, draft);
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
    const fold = node.closest("details");
    if (fold) fold.open = true;
  }
}

// A dialog that the end of a session closed is opened again once one is back.
function resume() {
  const create = document.getElementById("create");
  const person = document.getElementById("facts")?.dataset.person;
  if (!create || !person) return;
  const wasOut = sessionStorage.getItem("storeweaver.out");
  sessionStorage.removeItem("storeweaver.out");
  const drafts = read();
  if (wasOut && drafts.person === person && drafts["create-name"]) create.click();
}

// Title, icon and address follow what the page says of itself.
const ICONS = { failed: "/mark-failed.svg", working: "/mark-working.svg", quiet: "/mark.svg" };
let plainTitle = "";
let hasActed = false; // whether a change of the view is the person's own doing
for (const kind of ["pointerdown", "keydown", "change"]) document.addEventListener(kind, () => { hasActed = true; }, true);

function follow() {
  const facts = document.getElementById("facts")?.dataset ?? {};
  const working = Number(facts.working ?? 0);
  const failed = Number(facts.failed ?? 0);
  const shown = document.title.replace(/^\([^)]*\) /, "");
  if (shown) plainTitle = shown;
  const words = [failed && `${failed} failed`, working && `${working} working`].filter(Boolean).join(", ");
  const title = words ? `(${words}) ${plainTitle}` : plainTitle;
  if (title !== document.title) document.title = title;
  const icon = document.querySelector("link[rel=icon]");
  const wanted = failed ? ICONS.failed : working ? ICONS.working : ICONS.quiet;
  if (icon && icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);

  const view = document.getElementById("view");
  const address = view?.dataset.address;
  if (address === undefined || address === view.written) return;
  // gone back, the page shows what it left until the server has answered; that is not to be written
  if (view.awaited !== undefined && view.awaited !== address && !hasActed) return;
  view.awaited = undefined;
  const isFirst = view.written === undefined;
  view.written = address;
  // what the page shows before it has read its address does not count
  if (isFirst) {
    view.path = location.pathname;
    hasActed = false;
  }
  if (isFirst || address === location.search || view.path !== location.pathname) return;
  const isTyping = document.activeElement?.matches?.("input[type=search]");
  const target = location.pathname + address + location.hash;
  // the router keeps its own place in the history's state
  if (!hasActed || isTyping) history.replaceState(history.state, "", target);
  else history.pushState({ ...history.state, idx: (history.state?.idx ?? 0) + 1, key: String(Date.now()) }, "", target);
}

window.addEventListener("popstate", () => {
  const view = document.getElementById("view");
  if (!view || view.path !== location.pathname) return;
  if (view.awaited === undefined && view.written === location.search) return;
  view.awaited = location.search;
  hasActed = false;
  view.click();
});

let isFollowing = false;
new MutationObserver((records) => {
  for (const record of records) for (const node of record.addedNodes) recall(node);
  if (records.some((record) => record.target.id === "facts")) {
    recall(document);
    resume();
  }
  if (location.pathname.startsWith("/login")) sessionStorage.setItem("storeweaver.out", "yes");
  else if (records.some((record) => [...record.addedNodes].some((node) => node.querySelector?.("#create")))) resume();
  if (isFollowing) return;
  isFollowing = true;
  queueMicrotask(() => {
    isFollowing = false;
    follow();
  });
}).observe(document, {
  subtree: true, childList: true, attributes: true,
  attributeFilter: ["data-working", "data-failed", "data-person", "data-address"],
});
