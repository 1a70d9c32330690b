/** Puts the desk's model onto the page; decides nothing. */

import { byId, icon, keyed, make, setAttributes, setIcon, setText } from "./dom.js";
import { dispositions } from "./desk_model.js";
import { announce } from "./announce.js";
import { clock } from "./duration.js";
import { say, word } from "./words.js";

const BUTTONS = ["answer", "hold", "retrieve", "hangup"];

/**
 * @param {import("./desk_model.js").Desk} model
 * @param {import("./state.js").Picture} picture
 * @param {any} facts of the configuration
 */
export function showDesk(model, picture, facts) {
  if (model.agent !== null) showState(model, facts);
  showCall(model, facts);
  showVoice(model.voice);
  showQueues(picture);
  showColleagues(picture, facts);
}

/** @param {string} id reason of a state in words @param {any} facts */
function reasonText(id, facts) {
  if (!id) return "";
  return facts.pauseReasons[id] ?? word("reasons", id);
}

function showState({ agent, actions }, facts) {
  const card = byId("state-card");
  card.dataset.state = agent.state;
  setIcon(card.querySelector(".state-now svg"), agent.state === "null" ? "off" : agent.state);
  setText(byId("state-text"), word("states", agent.state));
  setText(byId("state-reason"), reasonText(agent.reason, facts));
  byId("state-time").dataset.since = String(agent.since_ms);
  showPending(agent, facts);
  for (const id of ["ready", "pause", "logoff"]) {
    /** @type {HTMLButtonElement} */ (byId(id)).disabled = !actions.has(id);
  }
  const ready = byId("ready");
  ready.hidden = !actions.has("ready");
  // One key goes back and forth; its sign stands on the button that it presses now.
  byId("pause").querySelector("kbd").hidden = !ready.hidden;
  /** @type {HTMLButtonElement} */ (byId("dial-now")).disabled = !actions.has("dial");
}

function showPending(agent, facts) {
  const line = byId("pending");
  line.hidden = agent.pending === null;
  if (line.hidden) return;
  const what = say(`pending_${agent.pending}`);
  const why = reasonText(agent.pending_reason, facts);
  setText(line, why ? say("pending_reason", { what, reason: why }) : what);
}

function showCall(model, facts) {
  const { call, stage, agent, actions } = model;
  const inCall = stage !== "none" && stage !== "wrap_up";
  byId("call-card").dataset.stage = stage;
  setText(byId("call-title"), stage === "none" ? byId("call-title").dataset.none : say(`stage_${stage}`));
  byId("call-body").hidden = !(inCall || (stage === "wrap_up" && call !== null));
  byId("dial").hidden = inCall;
  byId("wrap-up").hidden = stage !== "wrap_up";
  for (const id of BUTTONS) byId(id).hidden = !actions.has(id);
  showPanelButton("keypad", actions.has("digits"));
  showPanelButton("transfer", actions.has("transfer"));
  countdown("ring-left", stage === "ringing" ? agent.until_ms : null);
  countdown("wrap-left", stage === "wrap_up" ? agent.until_ms : null);
  if (inCall) byId("result").hidden = true;
  if (call !== null) showCaller(call, facts);
  document.title = stage === "ringing" ? `● ${say("stage_ringing")}` : document.title.replace(/^● .*/, "Callbox");
}

/** What is wrong with the agent's own voice; spoken aloud once by a screen reader. */
function showVoice(voice) {
  const line = byId("voice");
  line.hidden = voice === "";
  if (voice !== "") setText(line, say(`voice_${voice}`));
}

function showPanelButton(name, offered) {
  byId(`${name}-open`).hidden = !offered;
  if (offered) return;
  byId(name).hidden = true;
  byId(`${name}-open`).setAttribute("aria-expanded", "false");
  if (name === "keypad") byId("keypad-sent").textContent = "";
}

function countdown(id, until) {
  byId(id).hidden = until === null;
  setAttributes(byId(id).querySelector(".timer"), { "data-until": until === null ? null : String(until) });
}

function showCaller(call, facts) {
  const outbound = call.direction === "outbound";
  setText(byId("call-number"), (outbound ? call.called : call.calling) || say("withheld"));
  const tag = byId("call-direction");
  if (tag.dataset.direction !== call.direction) {
    tag.replaceChildren(icon(call.direction), word("directions", call.direction));
    tag.dataset.direction = call.direction;
  }
  setText(byId("call-called"), call.called);
  setText(byId("call-queue"), facts.queues[call.queue] ?? call.queue ?? "–");
  showPath(call.path);
  waited(call);
  const talk = byId("call-talk");
  setAttributes(talk, { "data-since": call.connected_ms === null ? null : String(call.connected_ms) });
  if (call.connected_ms === null) setText(talk, "–");
  setText(byId("call-recording"), call.recording ? `● ${byId("call-recording").dataset.on}` : "–");
}

function showPath(path) {
  const list = byId("call-path");
  const text = path.join("\n");
  if (list.dataset.path === text) return;
  list.dataset.path = text;
  const steps = path.map((step) => make("li", { text: step }));
  list.replaceChildren(steps.length ? make("ol", { class: "path" }, steps) : "–");
}

function waited(call) {
  const node = byId("call-waited");
  const waits = call.queued_ms !== null && call.connected_ms === null;
  setAttributes(node, { "data-since": waits ? String(call.queued_ms) : null });
  if (waits) return;
  setText(node, call.queued_ms === null ? "–" : clock(call.connected_ms - call.queued_ms));
}

function showQueues(picture) {
  keyed(
    byId("queues"),
    [...picture.queues.values()],
    (queue) => queue.queue,
    () => make("tr", {}, [make("th", { scope: "row" }), make("td", { class: "num" }), make("td", { class: "num timer" })]),
    (row, queue) => {
      const [name, waiting, longest] = row.children;
      setText(name, queue.name);
      setText(waiting, String(queue.waiting));
      setAttributes(longest, {
        "data-since": queue.longest_wait_ms === null ? null : String(queue.longest_wait_ms),
      });
      if (queue.longest_wait_ms === null) setText(longest, "–");
    },
  );
}

function showColleagues(picture, facts) {
  const others = [...picture.agents.values()].filter((agent) => agent.agent !== facts.user);
  const on = others.filter((agent) => agent.state !== "null");
  byId("colleagues-card").hidden = on.length === 0;
  keyed(
    byId("colleagues"),
    on,
    (agent) => agent.agent,
    () => make("li", {}, [make("span"), make("span", { class: "agent-state" }, [icon("null"), make("span")])]),
    (row, agent) => {
      const [name, state] = row.children;
      setText(name, `${agent.name} ${agent.agent}`);
      row.dataset.state = agent.state;
      setIcon(state.querySelector("svg"), agent.state);
      setText(state.lastElementChild, word("states", agent.state));
    },
  );
  const targets = Object.entries(facts.colleagues).filter(([id]) => id !== facts.user);
  options(byId("transfer-agent"), targets, ([id, name]) => colleague(picture, id, name));
  options(byId("transfer-queue"), Object.entries(facts.queues), ([_id, name]) => name);
}

/** A colleague with his state, where this person may see it. */
function colleague(picture, id, name) {
  const state = picture.agents.get(id)?.state;
  return state === undefined ? `${name} ${id}` : `${name} ${id} – ${word("states", state)}`;
}

function options(select, entries, textOf) {
  keyed(
    select,
    entries,
    ([id]) => id,
    ([id]) => make("option", { value: id }),
    (node, entry) => setText(node, textOf(entry)),
  );
}

/** Offer the dispositions of the call's queue in an empty form; all, where the call is not known. */
export function openWrapUp(call, facts) {
  const choices = dispositions(facts.dispositions, facts.dispositionsOf, call?.queue ?? null);
  const select = /** @type {HTMLSelectElement} */ (byId("disposition"));
  select.replaceChildren(...choices.map(({ id, label }) => make("option", { value: id, text: label })));
  /** @type {HTMLTextAreaElement} */ (byId("note")).value = "";
  select.focus();
}

/** Say how an own call ended: a failed attempt in words, any other briefly. */
export function showResult(event, dialled) {
  const failed = event.outcome === "failed" || event.outcome === "rejected";
  const cause = word("causes", event.cause);
  const text =
    failed && dialled?.call === event.call
      ? say("call_failed", { number: dialled.number, cause })
      : say("call_ended", { cause });
  const line = byId("result");
  line.hidden = false;
  line.dataset.kind = failed ? "bad" : "info";
  line.textContent = text;
  announce(text, failed);
}

/** @param {string} state of the audio leg @param {string} problem key of words, or "" */
export function showAudio(state, problem) {
  byId("audio-card").dataset.audio = state;
  setText(byId("audio-text"), say(`audio_${state}`));
  const line = byId("audio-problem");
  line.hidden = !problem;
  if (problem) setText(line, say(problem));
  byId("audio-retry").hidden = state !== "failed";
}
