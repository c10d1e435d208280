// Sentences as DOM. Whatever a person or a service wrote becomes text, never HTML, and is isolated, so that
// right-to-left words and direction controls cannot turn the rest of the line around.

const LONG = 900;
const SHOWN = 600;
// Embeddings, overrides and isolates: with them a value could still reorder its own letters to deceive.
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const visible = (text) => text.replace(DIRECTION, "").replaceAll("\0", "\ufffd");

export function sentence(said) {
  const fragment = document.createDocumentFragment();
  if (said.text.length > LONG) return longText(said.text);
  for (const part of said.parts || [said.text]) {
    if (typeof part === "string") fragment.append(part);
    else if ("at_ms" in part) fragment.append(moment(part.at_ms, part.zone));
    else fragment.append(make("bdi", {}, visible(part.value)));
  }
  return fragment;
}

export function longText(text) {
  const whole = visible(text);
  if (whole.length <= LONG) return make("bdi", {}, whole);
  const words = make("bdi", {}, Array.from(whole.slice(0, SHOWN)).slice(0, -1).join("") + " …");
  const count = new Intl.NumberFormat("en").format(Array.from(whole).length);
  const more = make("button", { type: "button", className: "small" }, `Show all ${count} characters`);
  more.addEventListener("click", () => {
    words.textContent = whole;
    more.remove();
  });
  const fragment = document.createDocumentFragment();
  fragment.append(words, " ", more);
  return fragment;
}

// An instant in the zone that is named with it (UTC names none), else in the browser's. Where the two differ the zone is
// said; one that the browser does not know is as good as none.
export function moment(ms, zone = "UTC") {
  const at = new Date(ms);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const there = zone === "UTC" ? here : canonical(zone) || here;
  const words = at.toLocaleString("en-GB", {
    weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    timeZone: there,
  });
  const named = there === here ? "" : ` (${zone.replaceAll("_", " ")})`;
  return make("time", { datetime: at.toISOString() }, words + named);
}

function canonical(zone) {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return "";
  }
}

// When a message was said: the hour, with the day where it is not today.
export function stamp(ms) {
  const at = new Date(ms);
  const hour = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const today = at.toDateString() === new Date().toDateString();
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const words = today ? hour : `${day}, ${hour}`;
  return make("time", { datetime: at.toISOString(), title: at.toLocaleString("en-GB") }, words);
}

export function webUrl(url) {
  return /^https?:\/\//i.test(url || "") ? url : "";
}

const INKS = 5;
const places = new Map();

// The order of the people, oldest first: it decides their inks, as it does on the pictures.
export function arrange(people) {
  people.forEach((person, n) => places.set(person.user, n));
}

// A person's letter on one of the inks, always the same for the same person.
export function face(user, name) {
  const letter = Array.from(visible(name).trim())[0] || "?";
  const ink = (places.get(user) ?? INKS - 1) % INKS;
  return make("span", { className: `face ink-${ink}`, "aria-hidden": "true" }, letter.toUpperCase());
}
