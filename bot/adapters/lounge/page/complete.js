// Completion of a typed command from the declared options: a combobox with a list above it, and a line of hints.

import { make, visible } from "/page/words.js";

const SUGGEST_MS = 120;
const MOST = 12;

export function completion({ input, list, hint, commands, suggest }) {
  let offers = [];
  let active = -1;
  let turn = 0;
  let timer = 0;

  function close() {
    turn += 1;
    clearTimeout(timer);
    offers = [];
    active = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    offers = found.slice(0, MOST);
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...offers.map((offer, n) => row(offer, n)));
    list.hidden = offers.length === 0;
    input.setAttribute("aria-expanded", String(offers.length > 0));
  }

  function row(offer, n) {
    const element = make("li", { role: "option", id: `offer-${n}`, "aria-selected": "false" },
      make("span", { className: "offer" }, visible(offer.label)), make("span", { className: "quiet" }, visible(offer.note)));
    // Before the box loses the focus.
    element.addEventListener("mousedown", (event) => {
      event.preventDefault();
      accept(n);
    });
    return element;
  }

  function mark(n) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = n;
    const element = list.children[active];
    element.setAttribute("aria-selected", "true");
    element.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", element.id);
  }

  function accept(n) {
    input.value = offers[n].line;
    input.setSelectionRange(input.value.length, input.value.length);
    update();
  }

  function update() {
    close();
    const line = input.value;
    const found = read(line, commands());
    hint.replaceChildren(...hintFor(found));
    if (!found) return;
    if (!found.ask) {
      show(found.offers);
      return;
    }
    const mine = turn;
    timer = setTimeout(async () => {
      const words = await suggest(found.command.name, found.ask.option.name, found.ask.typed);
      if (mine === turn) show([...words.map((word) => found.ask.offer(word)), ...found.offers]);
    }, SUGGEST_MS);
  }

  // Whether the key was meant for the list.
  function key(event) {
    if (list.hidden) return false;
    if (event.key === "ArrowDown") mark(active + 1 >= offers.length ? 0 : active + 1);
    else if (event.key === "ArrowUp") mark(active <= 0 ? offers.length - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab" && !event.shiftKey) accept(Math.max(active, 0));
    else if (event.key === "Enter" && active >= 0) accept(active);
    else return false;
    event.preventDefault();
    return true;
  }

  input.addEventListener("input", update);
  input.addEventListener("blur", close);
  return { key, close, update };
}

function hintFor(found) {
  if (!found?.command) return [];
  const { command, option } = found;
  const parts = [make("code", {}, command.usage)];
  if (option) parts.push(make("span", {}, ` ${option.name}: ${describe(option)}`));
  if (command.private) parts.push(make("span", { className: "only" }, "Only you will see it"));
  return parts;
}

function describe(option) {
  let range = "";
  if (option.kind === "int" && option.least !== null && option.most !== null) range = `, ${option.least} to ${option.most}`;
  const value = option.required ? ", required" : option.default ? `, else ${option.default}` : "";
  return `${option.about}${range}${value}`;
}

// What is being typed: which command and option, and what could come next.
function read(line, commands) {
  if (!line.startsWith("/")) return null;
  const name = line.slice(1).split(" ", 1)[0].toLowerCase();
  if (!line.includes(" ")) {
    const first = commands.filter((it) => it.name.startsWith(name));
    const later = commands.filter((it) => !it.name.startsWith(name) && it.name.includes(name));
    const command = commands.find((it) => it.name === name);
    const offers = [...first, ...later].map((it) => ({ line: `/${it.name} `, label: `/${it.name}`, note: it.about }));
    return { command, offers: offers.length === 1 && command && !command.options.length ? [] : offers };
  }
  const command = commands.find((it) => it.name === name);
  return command ? readOptions(line, command) : null;
}

function readOptions(line, command) {
  const open = /(?:^|\s)([A-Za-z_]+):(?:["“]([^"”]*)|(\S*))$/.exec(line);
  const named = open && command.options.find((it) => it.name === open[1].toLowerCase());
  if (named) {
    const typed = open[2] ?? open[3];
    const before = line.slice(0, line.length - (open[0].length - (open[0].match(/^\s/) ? 1 : 0)));
    const offer = (word) => ({ line: `${before}${named.name}:${quoted(word)} `, label: word, note: named.about });
    return valuesFor(command, named, typed, offer, []);
  }
  const word = /\S*$/.exec(line)[0];
  const before = line.slice(0, line.length - word.length);
  const given = new Set([...line.matchAll(/(?:^|\s)([A-Za-z_]+):\S/g)].map((match) => match[1].toLowerCase()));
  const free = command.options.filter((it) => !given.has(it.name));
  const next = free[positionOf(line, command, free)];
  const names = free
    .filter((it) => it.name.startsWith(word.toLowerCase()) && !(it === next && it.choices.length))
    .map((it) => ({ line: `${before}${it.name}:`, label: `${it.name}:`, note: describe(it) }));
  if (!next) return { command, offers: names };
  // An option for free text takes the rest of the line; others take one word each.
  const whole = next.kind === "str" ? line.slice(line.indexOf(" ") + 1).replace(/(?:^|\s)[A-Za-z_]+:\S+/g, "") : word;
  const start = next.kind === "str" ? line.slice(0, line.length - whole.length) : before;
  const offer = (value) => ({ line: `${start}${quotedFree(value, next)} `, label: value, note: next.about });
  return valuesFor(command, next, whole, offer, names);
}

function positionOf(line, command, free) {
  const words = line.slice(line.indexOf(" ") + 1).split(/\s+/).slice(0, -1);
  const plain = words.filter((it) => !command.options.some((option) => it.toLowerCase().startsWith(`${option.name}:`)));
  const text = free.findIndex((it) => it.kind === "str");
  return text >= 0 && plain.length >= text ? text : plain.length;
}

function valuesFor(command, option, typed, offer, more) {
  if (option.choices.length) {
    const fitting = option.choices.filter((it) => it.startsWith(typed.toLowerCase()) && it !== typed);
    return { command, option, offers: [...fitting.map(offer), ...more] };
  }
  if (option.has_suggest) return { command, option, offers: more, ask: { option, typed, offer } };
  return { command, option, offers: more };
}

const quoted = (word) => (/\s/.test(word) ? (word.includes('"') ? `“${word}”` : `"${word}"`) : word);
const quotedFree = (word, option) => (option.kind === "str" ? word : quoted(word));
