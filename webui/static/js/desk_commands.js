/** The desk's buttons and forms: each asks the daemon; what it then shows comes as events. */

import { byId } from "./dom.js";
import { announce } from "./announce.js";
import { say } from "./words.js";

/** @type {import("./live.js").Live} */ let live;
let current = () => null;
let refused = (_error) => undefined;
let known = null; // the call last shown; its end is told after it has left the picture
let handedOver = null;
let outgoing = null; // {call, number} of the number dialled last

/** @returns {string|null} id of the call that this desk has or had last; none that it handed over */
export function lastCall() {
  return known === handedOver ? null : known;
}

/** @returns {{call: string, number: string}|null} */
export function dialled() {
  return outgoing;
}

/**
 * @param {import("./live.js").Live} connection
 * @param {() => import("./desk_model.js").Desk} desk the desk as shown
 * @param {(error: any) => void} onRefused
 */
export function bind(connection, desk, onRefused) {
  [live, current, refused] = [connection, desk, onRefused];
  live.addEventListener("change", () => {
    const agent = current()?.agent ?? null;
    known = agent?.call ?? known;
  });
  bindState();
  bindCall();
  bindPanels();
  bindTransfer();
  bindWrapUp();
  byId("dial").addEventListener("submit", dial);
}

async function ask(command, params) {
  try {
    return await live.call(command, params);
  } catch (error) {
    refused(error);
    return undefined;
  }
}

function onClick(id, action) {
  byId(id).addEventListener("click", action);
}

function bindState() {
  onClick("ready", () => ask("SetAgentState", { state: "ready" }));
  onClick("logoff", () => ask("SetAgentState", { state: "null" }));
  onClick("pause", () => {
    const reason = /** @type {HTMLSelectElement} */ (byId("pause-reason")).value;
    return ask("SetAgentState", { state: "not_ready", reason });
  });
}

function bindCall() {
  const withCall = (command) => () => ask(command, { call: current().agent.call });
  onClick("answer", withCall("AnswerCall"));
  onClick("hold", withCall("HoldCall"));
  onClick("retrieve", withCall("RetrieveCall"));
  onClick("hangup", withCall("ClearConnection"));
}

function bindPanels() {
  for (const name of ["keypad", "transfer"]) {
    onClick(`${name}-open`, () => {
      const panel = byId(name);
      panel.hidden = !panel.hidden;
      byId(`${name}-open`).setAttribute("aria-expanded", String(!panel.hidden));
      if (!panel.hidden) panel.querySelector("button, select, input").focus();
    });
  }
  byId("keypad").addEventListener("click", async (event) => {
    const digits = event.target.closest("[data-digit]")?.dataset.digit;
    if (!digits) return;
    await ask("SendDigits", { call: current().agent.call, digits });
    byId("keypad-sent").textContent += digits;
  });
}

function bindTransfer() {
  for (const target of ["agent", "queue", "number"]) {
    byId(`transfer-${target}-form`).addEventListener("submit", async (event) => {
      event.preventDefault();
      const input = /** @type {HTMLInputElement} */ (byId(`transfer-${target}`));
      const call = current().agent.call;
      const answer = await ask("SingleStepTransferCall", { call, [`to_${target}`]: input.value });
      if (answer !== undefined) handedOver = call; // how it ends is for another to hear
    });
  }
}

function bindWrapUp() {
  byId("wrap-up").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await ask("FinishWrapUp", {
      call: current().agent.call ?? known,
      disposition: /** @type {HTMLSelectElement} */ (byId("disposition")).value,
      note: /** @type {HTMLTextAreaElement} */ (byId("note")).value,
      done: event.submitter?.value !== "keep",
    });
    if (answer !== undefined) announce(say("wrap_saved"));
  });
}

async function dial(event) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId("dial-number"));
  const number = input.value.replace(/[\s-]/g, "");
  const answer = await ask("MakeCall", { number });
  if (answer === undefined) return;
  outgoing = { call: answer.call, number };
  known = answer.call;
  input.value = "";
}
