/** The set-up: fills in what follows from the country; prints and copies log-ins. */

import { announce } from "./announce.js";
import { byId } from "./dom.js";
import { say } from "./words.js";

const form = document.getElementById("setup");
if (form !== null) offer(form);
document.getElementById("print")?.addEventListener("click", () => print());
document.getElementById("copy")?.addEventListener("click", copy);

function offer(form) {
  const { home } = JSON.parse(byId("facts").textContent);
  const { country, timezone, area_code: area, password, again } = form.elements;
  let before = country.value;
  country.addEventListener("change", () => {
    const [oldZone, oldArea] = home[before] ?? ["", ""];
    const [zone, code] = home[country.value] ?? ["", ""];
    // What somebody has typed himself stays.
    if (timezone.value === oldZone) timezone.value = zone;
    if (area.value === oldArea) area.value = code;
    before = country.value;
  });
  const compare = () => again.setCustomValidity(again.value === password.value ? "" : say("differ"));
  for (const field of [password, again]) field.addEventListener("input", compare);
}

async function copy() {
  const rows = [...document.querySelectorAll("#log-ins tbody tr")];
  const text = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join("\t")).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    announce(say("copied"));
    byId("copy").textContent = say("copied");
  } catch {
    announce(say("not_copied"), true);
    byId("copy").textContent = say("not_copied");
  }
}

document.documentElement.dataset.script = "up";
