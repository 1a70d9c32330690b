/** The agent's desk: joins the live connection, the audio leg and the page. */

import { connect } from "./live.js";
import { AudioLeg } from "./media.js";
import { boxLostIt } from "./media_plan.js";
import { desk, news } from "./desk_model.js";
import { levelMeter } from "./meter.js";
import { Ring } from "./ring.js";
import { listen } from "./shortcuts.js";
import { announce, clearNotice, notice } from "./announce.js";
import { byId } from "./dom.js";
import { say, word, reason } from "./words.js";
import { tickAll } from "./duration.js";
import * as commands from "./desk_commands.js";
import * as view from "./desk_view.js";
import { showConnection } from "./connection.js";

const facts = JSON.parse(byId("facts").textContent);
const live = connect();
const context = new AudioContext();
const ring = new Ring(context);
const leg = new AudioLeg(
  async (sdp) => (await live.call("OfferMedia", { sdp })).sdp,
  /** @type {HTMLAudioElement} */ (byId("player")),
);
const KEPT_MS = 1000; // after an event its record is on the disk
let before = desk(live.picture, facts.user);
let shown = before.call; // the call shown last: a wrap-up comes after it has left the picture
let upSince = 0;

showConnection(live);
live.addEventListener("change", show);
live.addEventListener("event", (event) => happened(event.detail));
live.addEventListener("up", () => {
  if (leg.state !== "connected" && !leg.busy) leg.renew();
});

/** Show the picture as it is now, and say what is new in it. */
function show() {
  const after = desk(live.picture, facts.user);
  view.showDesk(after, live.picture, facts);
  for (const { urgent, key } of news(before, after)) announce(spoken(key, after), urgent);
  ring.set(after.stage === "ringing");
  shown = after.call ?? shown;
  if (after.stage === "wrap_up" && before.stage !== "wrap_up") view.openWrapUp(shown, facts);
  if (boxLostIt(leg.state, after.agent, Date.now() - upSince)) leg.renew();
  before = after;
}

function spoken(key, after) {
  const number = after.call?.calling || say("withheld");
  return key === "stage_ringing" ? say("ringing_from", { number }) : say(key);
}

/** An event: the end of an own call is worth a line. */
function happened(event) {
  if (event.kind !== "CallCleared" || event.call !== commands.lastCall()) return;
  view.showResult(event, commands.dialled());
  setTimeout(() => byId("figures").dispatchEvent(new Event("figures")), KEPT_MS);
}

leg.addEventListener("state", ({ detail }) => {
  view.showAudio(detail.state, detail.problem);
  if (detail.state === "connected") {
    upSince = Date.now();
    hear(leg.speaker);
    speak(leg.microphone);
    announce(say("audio_connected"));
  } else if (detail.state === "failed") {
    announce(`${say("audio_failed")}. ${say(detail.problem)}`, true);
  }
});

const speak = levelMeter(context, /** @type {HTMLMeterElement} */ (byId("meter-out")));
const hear = levelMeter(context, /** @type {HTMLMeterElement} */ (byId("meter-in")));
addEventListener("pointerdown", () => context.resume());
addEventListener("keydown", () => context.resume());

byId("audio-retry").addEventListener("click", () => leg.start());
byId("notice-close").addEventListener("click", clearNotice);
commands.bind(live, () => before, (error) => notice(reason(error), "bad"));
listen();
setInterval(tickAll, 500);
leg.start();
document.documentElement.dataset.script = "up";
