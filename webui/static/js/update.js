/** The update page: asks how it goes, waits for a box that restarts, sends files. */

import { announce, clearNotice } from "./announce.js";
import { byId, setText } from "./dom.js";
import { clock } from "./duration.js";
import { begin, heard, megabytes, pause, silent } from "./update_model.js";
import { say } from "./words.js";

const facts = JSON.parse(byId("facts").textContent);
const card = document.getElementById("now");
let link = begin(card?.dataset.state ?? "");
let going = card?.dataset.going === "true";
let sending = false;
let timer = 0;

ask();
setInterval(showAway, 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});
byId("notice-close").addEventListener("click", clearNotice);

async function ask() {
  clearTimeout(timer);
  try {
    const reply = await fetch("/update/state", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(8000),
    });
    if (reply.status === 401) {
      location.assign(`/login?next=${encodeURIComponent("/update/")}`);
      return;
    }
    if (!reply.ok) throw new Error(String(reply.status));
    take(await reply.json());
  } catch {
    link = silent(link, Date.now());
  }
  showAway();
  timer = setTimeout(ask, pause(link, going));
}

function take(now) {
  const back = link.since !== null;
  const news = link.state !== now.state;
  link = heard(link, now.state);
  going = now.going;
  // After a restart the pages may be those of another version.
  if (card === null || ((back || now.version !== card.dataset.version) && !isBusyHere())) {
    location.reload();
    return;
  }
  show(now);
  if (now.stamp !== card.dataset.stamp && !isBusyHere()) renew(now.stamp);
  if (news) announce(`${now.title}. ${now.waits || now.text}`);
}

/** Somebody types or sends: what he has before him stays. */
function isBusyHere() {
  const why = document.querySelector("[name=why]");
  const file = document.getElementById("upload-file");
  return sending || Boolean(why?.value) || Boolean(file?.files.length);
}

/** Take from a new page what is not put in place by `show`. */
async function renew(stamp) {
  const reply = await fetch("/update/");
  if (!reply.ok) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const id of ["actions", "rest"]) {
    const place = byId(id);
    const hadFocus = place.contains(document.activeElement);
    const other = fresh.getElementById(id);
    if (other !== null) place.replaceChildren(...other.childNodes);
    if (hadFocus) card.focus();
  }
  card.dataset.stamp = stamp;
}

function show(now) {
  card.dataset.state = now.state;
  card.dataset.going = String(now.going);
  setText(byId("now-title"), now.title);
  setText(byId("now-text"), now.text);
  setText(byId("now-waits"), now.waits);
  byId("now-waits").hidden = now.waits === "";
  byId("now-progress").hidden = now.percent === null;
  if (now.percent !== null) {
    byId("now-percent").value = now.percent;
    setText(byId("now-size"), now.size ? `${now.percent} % · ${now.size}` : `${now.percent} %`);
  }
}

function showAway() {
  const away = byId("away");
  const isAway = link.since !== null;
  if (isAway) {
    setText(byId("away-title"), say(link.restarting ? "restarting" : "away"));
    setText(byId("away-text"), say("away_text"));
    setText(byId("away-since"), say("since", { time: clock(Date.now() - link.since) }));
  }
  away.hidden = !isAway || card === null;  // without the card the page says so itself
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "upload") return;
  event.preventDefault();
  const file = byId("upload-file").files[0];
  if (file === undefined) refuse(say("choose"));
  else if (file.size > facts.room) refuse(say("too_large", { size: megabytes(file.size), room: megabytes(facts.room) }));
  else send(file, event.target);
});

/** The body is the file itself: the box streams it to its disk. */
function send(file, form) {
  const request = new XMLHttpRequest();
  request.open("POST", form.dataset.url);
  request.setRequestHeader("X-Form-Token", form.dataset.token);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded }) => showSent(loaded, file.size));
  request.addEventListener("load", () => {
    if (request.status !== 200) finish(request.response?.text ?? say("upload_lost"));
    else finish("", say("upload_done"));
  });
  request.addEventListener("error", () => finish(say("upload_lost")));
  request.addEventListener("abort", () => finish(say("upload_stopped")));
  byId("upload-stop").onclick = () => request.abort();
  begun(file);
  request.send(file);
}

function begun(file) {
  sending = true;
  byId("upload-problem").hidden = true;
  byId("upload-begin").disabled = true;
  byId("upload-stop").hidden = false;
  byId("upload-progress").hidden = false;
  byId("upload-stop").focus();
  showSent(0, file.size);
  announce(say("upload_begun"));
}

function showSent(done, all) {
  byId("upload-percent").value = all ? (100 * done) / all : 0;
  setText(byId("upload-size"), say("sent", { done: megabytes(done), all: megabytes(all) }));
}

function finish(problem, done = "") {
  sending = false;
  byId("upload-begin").disabled = false;
  byId("upload-stop").hidden = true;
  byId("upload-progress").hidden = true;
  if (problem) refuse(problem);
  else {
    byId("upload").reset();
    announce(done);
    ask();
  }
}

function refuse(text) {
  const place = byId("upload-problem");
  place.hidden = false;
  place.textContent = text;
  byId("upload-begin").focus();
}

document.documentElement.dataset.script = "up";
