// A form of the API in a dialog: questions with help, problems next to what is to blame, files.

import { make, sentence, visible } from "/page/words.js";

const dialog = document.getElementById("form");
const form = dialog.querySelector("form");
const title = document.getElementById("form-title");
const why = form.querySelector(".why");
const problem = form.querySelector(".problem");
const questions = form.querySelector(".questions");
const submit = form.querySelector(".actions .strong");
const cancel = form.querySelector(".cancel");

let current = null;

// `send(message, {json} | {form})` resolves when it was taken; a refusal may name a field.
export function openForm(message, send, back) {
  current = { message, send, back };
  title.replaceChildren(sentence(message.form.title));
  why.replaceChildren();
  if (message.why) why.append(make("p", {}, sentence(message.why)));
  if (message.usage) why.append(make("p", { className: "quiet" }, "You can also type ", make("code", {}, message.usage)));
  problem.textContent = "";
  questions.replaceChildren(...message.form.fields.map(question));
  submit.replaceChildren(sentence(message.form.button));
  submit.disabled = false;
  if (!dialog.open) dialog.showModal();
  const empty = [...questions.querySelectorAll("input, textarea, select")];
  (empty.find((input) => input.required && !input.value) || empty[0])?.focus();
}

function question(field) {
  const id = `field-${field.name}`;
  const help = field.help ? make("p", { className: "help", id: `${id}-help` }, sentence(field.help)) : null;
  const wrong = make("p", { className: "problem", id: `${id}-problem` });
  const described = `${help ? help.id : ""} ${wrong.id}`.trim();
  const optional = field.required ? null : make("span", { className: "quiet" }, " (optional)");
  if (field.choices.length && field.many) {
    const chosen = new Set(field.value.split(","));
    const boxes = field.choices.map((choice) =>
      make("label", { className: "box" },
        make("input", { type: "checkbox", name: field.name, value: choice.value, checked: chosen.has(choice.value) }),
        make("span", {}, sentence(choice.label))));
    const legend = make("legend", {}, sentence(field.label));
    return make("fieldset", { className: "question", "aria-describedby": described, "data-name": field.name },
      legend, help, wrong, ...boxes);
  }
  const label = make("label", { for: id }, sentence(field.label), optional);
  const input = control(field, id);
  input.setAttribute("aria-describedby", described);
  return make("div", { className: "question", "data-name": field.name }, label, help, wrong, input);
}

function control(field, id) {
  const common = { id, name: field.name, required: field.required };
  if (field.file) return make("input", { ...common, type: "file" });
  if (field.choices.length) {
    const options = field.choices.map((choice) =>
      make("option", { value: choice.value, selected: choice.value === field.value }, visible(choice.label.text)));
    if (!field.required && !field.value) options.unshift(make("option", { value: "" }, "—"));
    return make("select", common, ...options);
  }
  const words = { ...common, maxlength: String(field.most) };
  if (field.long) return make("textarea", { ...words, rows: "3" }, field.value);
  return make("input", { ...words, type: "text", value: field.value, autocomplete: "off" });
}

function filled() {
  const data = new FormData(form);
  const files = [...data.values()].some((value) => value instanceof File && value.name);
  if (files) return { form: data };
  const values = {};
  for (const { name, file } of current.message.form.fields) if (!file) values[name] = data.getAll(name);
  return { json: { values } };
}

function blame(refusal) {
  const place = questions.querySelector(`[data-name="${CSS.escape(refusal.field)}"]`);
  if (!place) {
    problem.textContent = refusal.message;
    return;
  }
  place.querySelector(".problem").textContent = refusal.message;
  const input = place.querySelector("input, textarea, select");
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  for (const old of questions.querySelectorAll(".problem")) old.textContent = "";
  for (const old of questions.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  const asked = current;
  submit.disabled = true;
  submit.setAttribute("aria-busy", "true");
  try {
    await asked.send(asked.message, filled());
    if (current === asked) dialog.close();
  } catch (refusal) {
    blame(refusal);
  } finally {
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
  }
});

cancel.addEventListener("click", () => dialog.close());
// The browser gives the focus back by itself, but not the caret: without the blur, Chromium's box takes no keys.
dialog.addEventListener("close", () => {
  document.activeElement?.blur();
  current?.back();
});
