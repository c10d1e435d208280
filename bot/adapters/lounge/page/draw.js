// A message of the API as DOM. `act` says what a button and a form do.

import { face, longText, make, sentence, stamp, visible, webUrl } from "/page/words.js";

export function drawMessage(message, me, act) {
  const mine = message.author?.user === me;
  const classes = ["message", message.kind, message.author ? "member" : "earshot"];
  if (mine) classes.push("mine");
  if (message.private) classes.push("private");
  const article = make("article", { tabindex: "-1" }, heading(message), ...body(message, act));
  return make("li", { className: classes.join(" "), id: `m${message.id}` }, article);
}

function heading(message) {
  const { author } = message;
  const name = make("bdi", { className: "name" }, author ? visible(author.name) : "Earshot");
  const mark = author ? face(author.user, author.name) : make("span", { className: "face ear", "aria-hidden": "true" });
  const answered = !author && message.for ? answers(message) : [];
  const whom = answered.length ? make("span", { className: "whom" }, ...answered) : null;
  const lock = message.private ? make("span", { className: "only" }, "Only you can see this") : null;
  return make("header", {}, mark, make("span", { className: "names" }, name, whom), lock, stamp(message.made_ms));
}

// Whom it answers, and which button was pressed. What is private answers nobody but its reader.
function answers(message) {
  const whom = message.private ? [] : ["to ", make("bdi", {}, visible(message.for.name))];
  const what = message.pressed ? [sentence(message.pressed)] : [];
  return whom.length && what.length ? [...whom, " · ", ...what] : [...whom, ...what];
}

function body(message, act) {
  if (message.kind === "line") return [make("p", { className: "said" }, longText(message.line))];
  if (message.kind === "pending") return [pending(message)];
  if (message.kind === "form") return formStub(message, act);
  return card(message, act);
}

function pending(message) {
  const dots = make("span", { className: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  const words = make("span", {});
  words.append(message.progress ? sentence(message.progress) : "Working on it");
  return make("p", { className: "working" }, dots, words);
}

function formStub(message, act) {
  const title = make("h3", {}, sentence(message.form.title));
  const parts = [title];
  if (message.why) parts.push(make("p", {}, sentence(message.why)));
  if (message.sent) return [...parts, make("p", { className: "footer" }, "Sent.")];
  const open = make("button", { type: "button", className: "strong" }, "Fill in the form");
  open.addEventListener("click", () => act.open(message, open));
  return [...parts, make("div", { className: "buttons" }, open)];
}

function card(message, act) {
  const { title, blocks, buttons, footer } = message.card;
  const parts = [make("h3", {}, sentence(title)), ...blocks.map((block) => drawBlock(block, message, act))];
  if (buttons.length) {
    parts.push(make("div", { className: "buttons" }, ...buttons.map((it) => button(it, message, act, false))));
  }
  if (footer) parts.push(make("p", { className: "footer" }, sentence(footer)));
  return parts;
}

function button(it, message, act, small) {
  if (!("n" in it)) return link(it);
  const classes = [it.strong ? "strong" : "", small ? "small" : ""].join(" ").trim();
  const element = make("button", { type: "button", className: classes, "data-n": String(it.n) }, sentence(it.label));
  element.addEventListener("click", () => act.press(message, it.n, element));
  return element;
}

function link(it) {
  const url = webUrl(it.url);
  if (!url) return make("span", { className: "quiet" }, sentence(it.label));
  return make("a", { className: "button", ...outward(url) }, sentence(it.label));
}

const outward = (url) => ({ href: url, target: "_blank", rel: "noopener noreferrer" });

function drawBlock(block, message, act) {
  const head = block.heading ? make("h4", {}, sentence(block.heading)) : null;
  if (block.kind === "lines") {
    return make("div", { className: "lines" }, head, ...block.lines.map((line) => make("p", {}, sentence(line))));
  }
  if (block.kind === "fields") {
    const pairs = block.pairs.map(([name, value]) =>
      make("div", {}, make("dt", {}, sentence(name)), make("dd", {}, sentence(value))));
    return make("div", {}, head, make("dl", { className: "fields" }, ...pairs));
  }
  if (block.kind === "bars") {
    const most = Math.max(1, ...block.bars.map((it) => it.n));
    const bars = block.bars.map(({ label, n }) => make("div", {},
      make("dt", {}, sentence(label)), make("dd", {}, meter(n, most), n.toLocaleString("en"))));
    return make("div", {}, head, make("dl", { className: "bars" }, ...bars));
  }
  if (block.kind === "listing") {
    const rows = block.rows.map((row) => drawRow(row, message, act));
    return make("div", {}, head, make(block.numbered ? "ol" : "ul", { className: "listing" }, ...rows));
  }
  return picture(block);
}

// The number stands beside it, so a screen reader needs no second one.
function meter(n, most) {
  const bar = make("span", { className: "bar", "aria-hidden": "true" });
  bar.style.width = `${(60 * n) / most}%`;
  return bar;
}

function drawRow(row, message, act) {
  const url = webUrl(row.url);
  const text = url ? make("a", outward(url), sentence(row.text)) : make("span", {}, sentence(row.text));
  const note = row.note ? make("span", { className: "note" }, sentence(row.note)) : null;
  const buttons = row.buttons.map((it) => button(it, message, act, true));
  const actions = buttons.length ? make("span", { className: "row-buttons" }, ...buttons) : null;
  return make("li", {}, make("span", { className: "row-words" }, text, note), actions);
}

function picture(block) {
  const image = make("img", {
    src: block.src, alt: visible(block.alt), width: String(block.width), height: String(block.height), loading: "lazy",
  });
  const open = make("a", { ...outward(block.src), title: "Open the picture in full size" }, image);
  const words = make("details", {}, make("summary", {}, "What the picture says"), make("p", {}, longText(block.alt)));
  return make("figure", {}, open, make("figcaption", {}, words));
}

// What a screen reader is told when a message comes in; "" for what needs no word.
export function spoken(message, me) {
  if (message.kind === "line") {
    return message.author.user === me ? "" : `${visible(message.author.name)}: ${visible(message.line).slice(0, 200)}`;
  }
  if (message.kind === "pending") return message.progress ? visible(message.progress.text) : "Earshot is working on it";
  if (message.sent) return "";
  const title = (message.card || message.form).title.text;
  return `Earshot: ${visible(title).slice(0, 300)}${message.private ? ", only for you" : ""}`;
}
