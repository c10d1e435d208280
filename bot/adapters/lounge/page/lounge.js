// The lounge's page: who you are, the messages of the room, the box to type in. Everything goes through the API.

import { Refusal, call, listen } from "/page/api.js";
import { completion } from "/page/complete.js";
import { drawMessage, spoken } from "/page/draw.js";
import { openForm } from "/page/forms.js";
import { chooseMember } from "/page/people.js";
import { arrange, face, make, visible } from "/page/words.js";

const get = (id) => document.getElementById(id);
const talk = get("talk");
const messages = get("messages");
const line = get("line");
const notice = get("notice");
const live = get("live");
const newer = get("newer");
const NEAR_END_PX = 80;
const START_GAP_PX = 12;
const STARTERS = 6;
const RELOAD_MS = 2000;

const state = { room: null, rooms: [], me: null, commands: [], shown: new Map(), stop: () => {}, waiting: new Map(), turn: 0, pinned: true };
const base = () => `/api/rooms/${encodeURIComponent(state.room.name)}`;

// --- messages

function atEnd() {
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR_END_PX;
}

function toEnd() {
  talk.scrollTop = talk.scrollHeight;
  state.pinned = true;
  newer.hidden = true;
}

// An answer is read from its beginning, also when it is taller than the window.
function toStart(element) {
  if (element.offsetHeight < talk.clientHeight) toEnd();
  else talk.scrollTop += element.getBoundingClientRect().top - talk.getBoundingClientRect().top - START_GAP_PX;
}

function put(message) {
  const known = state.shown.get(message.id);
  if (known && known.message.rev > message.rev) return;
  const element = drawMessage(message, state.me.user, { press, open });
  if (known) {
    const focused = known.element.contains(document.activeElement) ? document.activeElement.dataset.n || "" : null;
    known.element.replaceWith(element);
    if (focused !== null) (element.querySelector(`[data-n="${focused}"]`) || element.firstElementChild).focus();
  } else {
    const later = [...messages.children].find((it) => Number(it.id.slice(1)) > message.id);
    messages.insertBefore(element, later || null);
  }
  state.shown.set(message.id, { message, element });
  get("welcome").hidden = true;
  if (message.kind !== "pending") release(message.id);
}

function take(message) {
  const end = atEnd();
  const fresh = !state.shown.has(message.id);
  const mine = fresh && message.author?.user === state.me.user;
  put(message);
  const words = spoken(message, state.me.user);
  if (words) live.textContent = words;
  if (end || mine) toStart(state.shown.get(message.id).element);
  else if (fresh) newer.hidden = false;
}

function drop({ id }) {
  state.shown.get(id)?.element.remove();
  state.shown.delete(id);
  release(id);
}

async function load() {
  const turn = ++state.turn;
  const { messages: all, last_event: cursor } = await call("GET", `${base()}/messages`, { as: state.me.user });
  // Another room or member was chosen meanwhile.
  if (turn !== state.turn) return;
  state.stop();
  messages.replaceChildren();
  state.shown.clear();
  all.forEach(put);
  get("welcome").hidden = all.length > 0;
  toEnd();
  state.stop = listen(state.room.name, state.me.user, cursor, {
    message: take, gone: drop, reset: reload, state: say,
  });
}

function reload() {
  const turn = state.turn;
  load().catch((refusal) => {
    tell(refusal);
    setTimeout(() => state.turn <= turn + 1 && reload(), RELOAD_MS);
  });
}

// --- asking

function say(words) {
  notice.textContent = words;
}

function tell(refusal) {
  if (!(refusal instanceof Refusal)) throw refusal;
  say(refusal.message);
}

function answered({ answer }) {
  if (answer.kind === "form" && !answer.sent) open(answer, line);
  return answer;
}

const history = { lines: [], at: 0 };

function recall(step) {
  const at = history.at + step;
  if (at < 0 || at > history.lines.length) return;
  history.at = at;
  line.value = history.lines[at] || "";
  line.setSelectionRange(line.value.length, line.value.length);
  typing.close();
}

async function send(event) {
  event.preventDefault();
  const words = line.value.trim();
  if (!words) return;
  if (history.lines.at(-1) !== words) history.lines.push(words);
  history.at = history.lines.length;
  line.value = "";
  typing.update();
  say("");
  try {
    answered(await call("POST", `${base()}/messages`, { as: state.me.user, json: { line: words } }));
  } catch (refusal) {
    if (!line.value) line.value = words;
    tell(refusal);
  }
}

async function press(message, n, button) {
  if (button.dataset.busy) return;
  say("");
  // Not `disabled`: that would throw the focus of a keyboard away.
  button.dataset.busy = "1";
  button.setAttribute("aria-disabled", "true");
  button.setAttribute("aria-busy", "true");
  try {
    const path = `${base()}/messages/${message.id}/buttons/${n}`;
    const answer = answered(await call("POST", path, { as: state.me.user, json: { rev: message.rev } }));
    const now = state.shown.get(answer.id)?.message || answer;
    if (now.kind === "pending") state.waiting.set(answer.id, button);
    else idle(button);
  } catch (refusal) {
    idle(button);
    tell(refusal);
  }
}

function idle(button) {
  delete button.dataset.busy;
  button.removeAttribute("aria-disabled");
  button.removeAttribute("aria-busy");
}

function release(id) {
  const button = state.waiting.get(id);
  state.waiting.delete(id);
  if (button) idle(button);
}

function open(message, back) {
  openForm(message, fill, () => (back?.isConnected ? back : line).focus());
}

async function fill(message, filled) {
  const said = await call("POST", `${base()}/forms/${message.id}`, { as: state.me.user, ...filled });
  if (said.answer.kind === "form" && !said.answer.sent) setTimeout(() => open(said.answer, line));
}

// --- the box

const typing = completion({
  input: line,
  list: get("offers"),
  hint: get("hint"),
  commands: () => state.commands,
  suggest: async (name, option, typed) => {
    const query = new URLSearchParams({ option, typed, room: state.room.name });
    const path = `/api/commands/${encodeURIComponent(name)}/suggest?${query}`;
    return (await call("GET", path, { as: state.me.user }).catch(() => ({ suggestions: [] }))).suggestions;
  },
});

line.addEventListener("keydown", (event) => {
  if (event.isComposing || typing.key(event)) return;
  const browsing = !line.value || line.value === history.lines[history.at];
  if (event.key === "ArrowUp" && browsing) recall(-1);
  else if (event.key === "ArrowDown" && browsing) recall(1);
  else return;
  event.preventDefault();
});
get("send").addEventListener("submit", send);
newer.addEventListener("click", () => {
  toEnd();
  line.focus();
});
talk.addEventListener("scroll", () => {
  state.pinned = atEnd();
  if (state.pinned) newer.hidden = true;
});
new ResizeObserver(() => {
  if (state.pinned) talk.scrollTop = talk.scrollHeight;
}).observe(talk);

// --- who, where

async function become(person) {
  state.me = person;
  localStorage.setItem("earshot-member", person.user);
  Object.assign(history, { lines: [], at: 0 });
  get("me").querySelector(".face").replaceWith(face(person.user, person.name));
  get("me").querySelector(".me-label").replaceChildren("You are ", make("bdi", {}, visible(person.name)));
  await load();
  line.focus();
}

async function enter(room) {
  state.room = room;
  for (const place of document.querySelectorAll("[data-room-title]")) place.textContent = visible(room.title);
  document.title = `${visible(room.title)} · Earshot`;
}

function starters() {
  const simple = state.commands.filter((it) => !it.options.some((option) => option.required));
  get("welcome").querySelector(".starters").replaceChildren(...simple.slice(0, STARTERS).map((it) => {
    const button = make("button", { type: "button" }, make("code", {}, `/${it.name}`), make("span", { className: "quiet" }, it.about));
    button.addEventListener("click", () => {
      line.value = `/${it.name} `;
      line.focus();
      typing.update();
    });
    return button;
  }));
}

async function start() {
  const [{ rooms, choosing }, { commands }] = await Promise.all([call("GET", "/api/rooms"), call("GET", "/api/commands")]);
  Object.assign(state, { rooms, commands });
  await enter(rooms[0]);
  starters();
  if (rooms.length > 1) {
    const select = get("rooms");
    select.append(...rooms.map((room, n) => make("option", { value: String(n) }, visible(room.title))));
    select.closest("label").hidden = false;
    select.addEventListener("change", () => enter(rooms[Number(select.value)]).then(load).catch(tell));
  }
  get("me").disabled = !choosing;
  get("me").addEventListener("click", () => chooseMember(state.me?.user, become, tell));
  const { people } = await call("GET", "/api/people");
  arrange(people);
  const known = choosing ? people.find((it) => it.user === localStorage.getItem("earshot-member")) : people[0];
  if (known) await become(known);
  else chooseMember(undefined, become, tell);
}

start().catch(tell);
