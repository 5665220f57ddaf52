// A store's page: tabs by arrow keys, and the elements that read logs and events by themselves.
// Whatever a shop writes is put into the page as text, never as markup.
"use strict";

(() => {
const ROWS_BEYOND = 12;
const MOST_LINES = 50000;
const HIDDEN_FOR = 20000;
const PAUSES = [500, 1000, 2000, 5000, 15000];
const COLOURS = 6;

function make(tag, properties = {}, ...children) {
  const { data, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// --- a list of any length: only the rows in sight exist

class LongList {
  constructor(label, { height, draw, choose }) {
    this.height = height;
    this.drawRow = draw;
    this.items = [];
    this.rows = [];
    this.sticks = false;
    this.space = make("div", { className: "long-space" });
    this.box = make("div", {
      className: "long-list", tabIndex: 0,
      data: { role: "region", "aria-label": label },
    }, this.space);
    this.box.addEventListener("scroll", () => {
      if (this.onScroll) this.onScroll(this.isAtEnd());
      this.ask();
    }, { passive: true });
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest(".long-row");
      if (row && String(getSelection()) === "") choose(this.items[row.dataset.index]);
    });
    this.resize = new ResizeObserver(() => this.ask());
    this.resize.observe(this.box);
  }

  isAtEnd() {
    return this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - this.height;
  }

  show(items) {
    this.items = items;
    this.ask();
  }

  ask() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  paint() {
    const { box, height, items } = this;
    const whole = `${items.length * height}px`;
    if (this.space.style.height !== whole) this.space.style.height = whole;
    if (this.sticks) box.scrollTop = items.length * height;
    const first = Math.max(0, Math.floor(box.scrollTop / height) - ROWS_BEYOND);
    const count = Math.min(items.length - first, Math.ceil(box.clientHeight / height) + 2 * ROWS_BEYOND);
    while (this.rows.length < count) {
      const row = make("div", { className: "long-row" });
      row.style.height = `${height}px`;
      this.rows.push(row);
      this.space.append(row);
    }
    this.rows.forEach((row, number) => {
      row.hidden = number >= count;
      if (row.hidden) return;
      const index = first + number;
      const place = `translateY(${index * height}px)`;
      if (row.style.transform !== place) row.style.transform = place;
      row.dataset.index = index;
      if (row.item !== items[index] || row.mark !== this.mark) {
        row.item = items[index];
        row.mark = this.mark;
        row.replaceChildren();
        this.drawRow(row, items[index]);
      }
    });
  }
}

// --- an element that reads JSON lines of the API for as long as it is in the page

class Stream extends HTMLElement {
  static observedAttributes = ["store", "pods"];

  connectedCallback() {
    if (!this.isBuilt) {
      this.isBuilt = true;
      this.build();
    }
    this.onVisibility = () => {
      clearTimeout(this.hiding);
      if (document.hidden) this.hiding = setTimeout(() => this.stop(), HIDDEN_FOR);
      else if (!this.reading && !this.isOver) this.start();
    };
    document.addEventListener("visibilitychange", this.onVisibility);
    this.start();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    clearTimeout(this.hiding);
    this.stop();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.isBuilt || !this.isConnected || before === now) return;
    if (name === "store") {
      this.stop();
      this.forget();
      this.start();
    } else if (!this.reading && !this.isOver) {
      this.tries = 0;
      this.start();
    }
  }

  stop() {
    clearTimeout(this.waiting);
    this.reading?.abort();
    this.reading = null;
  }

  restart() {
    this.stop();
    this.forget();
    this.start();
  }

  async start() {
    clearTimeout(this.waiting);
    const reading = new AbortController();
    this.reading = reading;
    this.isOver = false;
    this.say("Connecting…");
    try {
      const answer = await fetch(this.address(), { signal: reading.signal, credentials: "same-origin" });
      if (!answer.ok) {
        const told = await answer.json().catch(() => ({}));
        this.reading = null;
        this.say([told.error, told.hint].filter(Boolean).join(" ") || "It cannot be read just now.");
        // what is gone or not ours stays so; the rest may come, and the page says when
        if (answer.status >= 500) this.tryAgain();
        return;
      }
      this.tries = 0;
      this.say(this.living());
      await this.read(answer.body.getReader());
      if (this.reading !== reading) return;
      this.reading = null;
      if (this.goesOn()) this.tryAgain();
      else {
        this.isOver = true;
        this.say("");
      }
    } catch (error) {
      if (this.reading !== reading) return;
      this.reading = null;
      this.say("The connection is lost; it is tried again.");
      this.tryAgain();
    }
  }

  tryAgain() {
    this.tries = Math.min((this.tries ?? 0) + 1, PAUSES.length);
    this.waiting = setTimeout(() => {
      if (!document.hidden) this.start();
    }, PAUSES[this.tries - 1]);
  }

  async read(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = pieces.pop();
      const found = pieces.filter(Boolean).map((piece) => JSON.parse(piece));
      if (found.length > 0) this.take(found);
    }
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  // The chosen item whole, beneath the list.
  choose(text) {
    this.whole.hidden = !text;
    this.wholeText.textContent = text;
    this.wholeCopy.dataset.copy = text;
  }

  buildWhole() {
    this.wholeText = make("pre", { tabIndex: 0, data: { "aria-label": "The whole of it", role: "region" } });
    this.wholeCopy = make("button", { type: "button", className: "button small", textContent: "Copy" });
    const close = make("button", { type: "button", className: "button small", textContent: "Close" });
    close.addEventListener("click", () => this.choose(""));
    this.whole = make("div", { className: "stream-whole", hidden: true },
      this.wholeText, make("div", { className: "stream-whole-tools" }, this.wholeCopy, close));
    return this.whole;
  }

  // Filters and draws at most once a tenth of a second, however much comes.
  changed() {
    if (this.drawing) return;
    this.drawing = setTimeout(() => {
      this.drawing = 0;
      if (this.isConnected) this.draw();
    }, 100);
  }
}

function toggle(text, isPressed, act) {
  const button = make("button", { type: "button", className: "button small toggle", textContent: text });
  button.press = (pressed) => button.setAttribute("aria-pressed", String(pressed));
  button.press(isPressed);
  button.addEventListener("click", () => act(button.getAttribute("aria-pressed") !== "true"));
  return button;
}

function searchField(label, act) {
  const input = make("input", {
    type: "search", className: "input", placeholder: label, autocomplete: "off", spellcheck: false,
    maxLength: 200, data: { "aria-label": label, "data-key": "/" },
  });
  input.addEventListener("input", () => act(input.value.trim().toLowerCase()));
  return input;
}

// Text with every place marked at which the search finds something.
function putMarked(element, text, sought) {
  if (!sought) {
    element.textContent = text;
    return;
  }
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, from)) {
    element.append(text.slice(from, at), make("mark", { textContent: text.slice(at, at + sought.length) }));
    from = at + sought.length;
  }
  element.append(text.slice(from));
}

function timeOf(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString(undefined, { hourCycle: "h23" });
}

// --- logs

class StoreLogs extends Stream {
  build() {
    this.className = "stream";
    this.lines = [];
    this.newest = "";
    this.left = new Set();
    this.chips = new Map();
    this.sought = "";
    this.container = "";
    this.isPrevious = false;
    this.list = new LongList("Log lines", {
      height: 20,
      draw: (row, line) => this.drawLine(row, line),
      choose: (line) => this.choose(`${line.at} ${line.pod}/${line.container}\n${line.text}`),
    });
    this.list.sticks = true;
    this.list.onScroll = (isAtEnd) => {
      // going up reads, going to the end follows
      if (!isAtEnd && this.list.sticks && this.list.box.scrollTop < this.lastTop) this.setFollowing(false);
      this.lastTop = this.list.box.scrollTop;
    };
    this.status = make("span", { className: "stream-status", data: { role: "status" } });
    this.count = make("span", { className: "stream-count" });
    this.pods = make("div", { className: "chips", data: { role: "group", "aria-label": "Pods" } });
    this.choice = make("select", { className: "select", data: { "aria-label": "Container" } },
      make("option", { value: "", textContent: "All containers" }));
    this.choice.addEventListener("change", () => {
      this.container = this.choice.value;
      this.draw();
    });
    this.following = toggle("Follow", true, (on) => this.setFollowing(on));
    this.pause = toggle("Pause", false, (on) => {
      this.pause.press(on);
      this.pausedAt = on ? this.lines.length : undefined;
      this.draw();
    });
    this.previous = toggle("Previous", false, (on) => {
      this.isPrevious = on;
      this.previous.press(on);
      this.setDownload();
      this.restart();
    });
    this.previous.title = "What containers wrote before their last restart";
    this.download = make("a", { className: "button small", textContent: "Download" });
    this.download.download = "";
    this.setDownload();
    this.append(
      make("div", { className: "stream-tools" },
        searchField("Search the lines", (sought) => {
          this.sought = sought;
          this.draw();
        }),
        this.choice, this.following, this.pause, this.previous, this.download),
      this.pods,
      this.list.box,
      this.buildWhole(),
      make("div", { className: "stream-foot" }, this.status, this.count),
    );
  }

  base() {
    return `/api/stores/${encodeURIComponent(this.getAttribute("store"))}/logs`;
  }

  address() {
    const asked = new URLSearchParams({ tail: "10000" });
    if (this.isPrevious) asked.set("previous", "true");
    else asked.set("follow", "true");
    if (this.newest) asked.set("since", this.newest);
    return `${this.base()}?${asked}`;
  }

  setDownload() {
    this.download.href = `${this.base()}?download=true&tail=10000${this.isPrevious ? "&previous=true" : ""}`;
  }

  goesOn() {
    return !this.isPrevious;
  }

  living() {
    return this.isPrevious ? "Before the last restart" : "Live";
  }

  forget() {
    this.lines = [];
    this.newest = "";
    this.pausedAt = undefined;
    this.pause.press(false);
    this.choose("");
    this.setDownload();
    this.changed();
  }

  setFollowing(on) {
    this.list.sticks = on;
    this.following.press(on);
    this.list.ask();
  }

  take(found) {
    let isUnsorted = false;
    let last = this.lines.at(-1)?.at ?? "";
    for (const line of found) {
      if (!line.at) line.at = last;
      if (line.at < last) isUnsorted = true;
      else last = line.at;
      if (line.at > this.newest) this.newest = line.at;
      this.lines.push(line);
      if (!this.chips.has(line.pod)) this.addPod(line.pod);
      if (!this.containers?.has(line.container)) this.addContainer(line.container);
    }
    if (isUnsorted) this.lines.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    // paused, what one reads is kept for longer, and not for ever
    if (this.lines.length > (this.pausedAt === undefined ? MOST_LINES : 2 * MOST_LINES)) {
      const dropped = this.lines.length - MOST_LINES + 1000;
      this.lines.splice(0, dropped);
      if (this.pausedAt !== undefined) this.pausedAt = Math.max(0, this.pausedAt - dropped);
      // what is read stays under the reader's eyes
      if (!this.list.sticks) this.list.box.scrollTop -= dropped * this.list.height;
    }
    this.changed();
  }

  addPod(pod) {
    const chip = toggle(pod, true, (on) => {
      chip.press(on);
      if (on) this.left.delete(pod);
      else this.left.add(pod);
      this.draw();
    });
    chip.dataset.colour = this.chips.size % COLOURS;
    this.chips.set(pod, chip);
    this.pods.append(chip);
  }

  addContainer(name) {
    this.containers ??= new Set();
    this.containers.add(name);
    this.choice.append(make("option", { value: name, textContent: name }));
  }

  draw() {
    const { sought, container, left } = this;
    const seen = this.pausedAt === undefined ? this.lines : this.lines.slice(0, this.pausedAt);
    const isAll = !sought && !container && left.size === 0;
    const shown = isAll ? seen : seen.filter((line) =>
      (!container || line.container === container) && !left.has(line.pod) &&
      (!sought || line.text.toLowerCase().includes(sought)));
    const waiting = this.lines.length - seen.length;
    this.count.textContent =
      (isAll ? `${seen.length.toLocaleString()} lines` : `${shown.length.toLocaleString()} of ${seen.length.toLocaleString()} lines`) +
      (waiting ? `, ${waiting.toLocaleString()} more since the pause` : "");
    this.list.mark = sought;
    // what is shown grows in place, so the list is told each time
    this.list.show(shown);
  }

  drawLine(row, line) {
    row.className = line.note ? "long-row log-line is-note" : "long-row log-line";
    row.dataset.colour = this.chips.get(line.pod)?.dataset.colour ?? 0;
    const text = make("span", { className: "log-text" });
    putMarked(text, line.text, this.sought);
    row.append(
      make("span", { className: "log-time", textContent: timeOf(line.at), title: line.at }),
      make("span", { className: "log-source", textContent: line.container, title: `${line.pod}/${line.container}` }),
      text);
  }
}

// --- events

class StoreEvents extends Stream {
  build() {
    this.className = "stream";
    this.known = new Map();
    this.sought = "";
    this.areWarningsOnly = false;
    this.list = new LongList("Events", {
      height: 52,
      draw: (row, event) => this.drawEvent(row, event),
      choose: (event) => this.choose(`${event.at} ${event.type} ${event.reason} ${event.kind}/${event.name}\n${event.message}`),
    });
    this.status = make("span", { className: "stream-status", data: { role: "status" } });
    this.count = make("span", { className: "stream-count" });
    this.warnings = toggle("Warnings only", false, (on) => {
      this.areWarningsOnly = on;
      this.warnings.press(on);
      this.draw();
    });
    this.append(
      make("div", { className: "stream-tools" },
        searchField("Search the events", (sought) => {
          this.sought = sought;
          this.draw();
        }),
        this.warnings),
      this.list.box,
      this.buildWhole(),
      make("div", { className: "stream-foot" }, this.status, this.count),
    );
  }

  address() {
    return `/api/stores/${encodeURIComponent(this.getAttribute("store"))}/events`;
  }

  goesOn() {
    return true;
  }

  living() {
    return "Live";
  }

  forget() {
    this.known.clear();
    this.choose("");
    this.changed();
  }

  take(found) {
    for (const event of found) this.known.set(event.id, event);
    this.changed();
  }

  draw() {
    const { sought, areWarningsOnly } = this;
    const shown = [...this.known.values()].filter((event) =>
      (!areWarningsOnly || event.type === "Warning") &&
      (!sought || `${event.reason} ${event.kind}/${event.name} ${event.message}`.toLowerCase().includes(sought)));
    shown.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
    this.count.textContent = `${shown.length.toLocaleString()} of ${this.known.size.toLocaleString()} events`;
    this.list.mark = sought;
    // somebody who reads further down keeps what they read under their eyes
    const { box, height, items } = this.list;
    const anchor = box.scrollTop > height ? items[Math.floor(box.scrollTop / height)] : undefined;
    this.list.show(shown);
    const moved = anchor ? shown.findIndex((event) => event.id === anchor.id) : -1;
    if (moved >= 0) {
      const offset = box.scrollTop % height;
      this.list.paint();
      box.scrollTop = moved * height + offset;
    }
  }

  drawEvent(row, event) {
    const isWarning = event.type === "Warning";
    row.className = isWarning ? "long-row event-line is-warning" : "long-row event-line";
    const reason = make("b");
    putMarked(reason, event.reason, this.sought);
    const about = make("span", { className: "event-about" });
    putMarked(about, `${event.kind}/${event.name}`, this.sought);
    const message = make("span", { className: "event-message" });
    putMarked(message, event.message, this.sought);
    row.append(
      make("span", { className: "event-sign", data: { "aria-hidden": "true" } }),
      make("span", { className: "event-head" },
        reason, make("span", { className: "unseen", textContent: ` ${event.type} ` }), about,
        ...(event.count > 1 ? [make("span", { className: "event-count", textContent: `×${event.count}` })] : [])),
      make("time", { className: "event-time", textContent: timeOf(event.at), title: new Date(event.at).toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" }) }),
      message);
  }
}

customElements.define("store-logs", StoreLogs);
customElements.define("store-events", StoreEvents);

// <div data-stream="logs|events" data-store data-pods>: the page's own renderer keeps the place and
// what it says, and never sees what is put into it.
function place(holder) {
  let element = holder.firstElementChild;
  const isNew = !element;
  element ??= document.createElement(`store-${holder.dataset.stream}`);
  element.setAttribute("store", holder.dataset.store);
  element.setAttribute("pods", holder.dataset.pods);
  if (isNew) holder.append(element);
}

function placeAll(node) {
  if (node.matches?.("[data-stream]")) place(node);
  for (const holder of node.querySelectorAll?.("[data-stream]") ?? []) place(holder);
}

new MutationObserver((records) => {
  for (const record of records) {
    if (record.type === "attributes") placeAll(record.target);
    else record.addedNodes.forEach(placeAll);
  }
}).observe(document, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-store", "data-pods"],
});
placeAll(document);

// --- tabs and downloads

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab]");
  if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const at = all.indexOf(tab);
  const next =
    event.key === "ArrowRight" ? all[(at + 1) % all.length]
    : event.key === "ArrowLeft" ? all[(at + all.length - 1) % all.length]
    : event.key === "Home" ? all[0]
    : event.key === "End" ? all.at(-1)
    : null;
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-download]");
  if (!button) return;
  const address = URL.createObjectURL(new Blob([button.dataset.download], { type: "text/yaml" }));
  const link = make("a", { href: address });
  link.download = button.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
});
})();
