// The dialog in which one says who one is (in the demo).

import { call } from "/page/api.js";
import { arrange, face, make, visible } from "/page/words.js";

const dialog = document.getElementById("who");
const list = document.getElementById("people");
const form = document.getElementById("join");
const problem = form.querySelector(".problem");

let chosen = () => {};
let mayCancel = false;

// `current` is the user one is now (undefined: nobody yet, and then one has to choose).
export async function chooseMember(current, become, tell) {
  mayCancel = current !== undefined;
  chosen = (person) => {
    mayCancel = true;
    dialog.close();
    become(person).catch(tell);
  };
  try {
    const { people } = await call("GET", "/api/people");
    arrange(people);
    list.replaceChildren(...people.map((person) => row(person, current)));
  } catch (refusal) {
    tell(refusal);
    return;
  }
  form.reset();
  problem.textContent = "";
  form.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const zones = document.getElementById("zones");
  if (!zones.children.length && Intl.supportedValuesOf) {
    zones.append(...Intl.supportedValuesOf("timeZone").map((zone) => make("option", { value: zone })));
  }
  dialog.showModal();
  (list.querySelector("[aria-current]") || list.querySelector("button") || form.elements.name).focus();
}

function row(person, current) {
  const place = [person.zone.replaceAll("_", " "), person.admin ? "admin" : ""].filter(Boolean).join(" · ");
  const words = make("span", { className: "names" }, make("bdi", { className: "name" }, visible(person.name)),
    make("span", { className: "quiet" }, place));
  const button = make("button", { type: "button", "aria-current": person.user === current ? "true" : undefined },
    face(person.user, person.name), words);
  button.addEventListener("click", () => chosen(person));
  return make("li", {}, button);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const data = new FormData(form);
  try {
    const json = { name: data.get("name"), zone: data.get("zone") };
    const { person } = await call("POST", "/api/people", { json });
    arrange((await call("GET", "/api/people")).people);
    chosen(person);
  } catch (refusal) {
    problem.textContent = refusal.message;
    form.elements[refusal.field]?.focus();
  }
});

// A browser lets a second Escape through whatever one says.
dialog.addEventListener("close", () => {
  if (!mayCancel) dialog.showModal();
});
