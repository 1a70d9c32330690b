/** The tables of the live page: queues, waiting callers, agents. */

import { byId, icon, keyed, make, setAttributes, setIcon, setText } from "./dom.js";
import { isWaiting } from "./state.js";
import { clock } from "./duration.js";
import { say, word } from "./words.js";

const QUEUE_COLUMNS = 10;

/** @param {import("./state.js").Picture} picture */
export function showQueues(picture) {
  keyed(
    byId("queues"),
    [...picture.queues.values()],
    (queue) => queue.queue,
    () =>
      make("tr", {}, [
        make("th", { scope: "row" }),
        ...Array.from({ length: QUEUE_COLUMNS }, () => make("td", { class: "num" })),
      ]),
    (row, queue) => {
      const [name, waiting, longest, ...figures] = row.children;
      setText(name, queue.name);
      setText(waiting, String(queue.waiting));
      waiting.classList.toggle("hot", queue.waiting > 0 && queue.ready === 0);
      since(longest, queue.longest_wait_ms);
      const values = [
        queue.ready,
        queue.busy,
        queue.logged_in,
        queue.offered_today,
        queue.answered_today,
        queue.abandoned_today,
        clock(queue.asa_s * 1000),
        queue.service_level === null ? "–" : `${queue.service_level.toFixed(0)} %`,
      ];
      values.forEach((value, n) => setText(figures[n], String(value)));
    },
  );
}

/** @param {import("./state.js").Picture} picture */
export function showWaiting(picture) {
  const waiting = [...picture.calls.values()].filter(isWaiting);
  waiting.sort((a, b) => a.queued_ms - b.queued_ms);
  byId("waiting-none").hidden = waiting.length > 0;
  byId("waiting").parentElement.hidden = waiting.length === 0;
  keyed(
    byId("waiting"),
    waiting,
    (call) => call.call,
    () => make("tr", {}, [make("th", { scope: "row" }), make("td"), make("td"), make("td", { class: "num timer" })]),
    (row, call) => {
      const [caller, queue, state, waits] = row.children;
      setText(caller, call.calling || say("withheld"));
      setText(queue, picture.queues.get(call.queue)?.name ?? call.queue);
      const agent = call.agent === null ? "" : ` (${call.agent})`;
      setText(state, word("phases", call.phase) + agent);
      since(waits, call.queued_ms);
    },
  );
}

/**
 * @param {import("./state.js").Picture} picture
 * @param {any} facts of the configuration
 * @param {(agent: any) => void} force opens the dialog that sets a state
 */
export function showAgents(picture, facts, force) {
  keyed(
    byId("agents"),
    [...picture.agents.values()],
    (agent) => agent.agent,
    (agent) => createAgent(agent, () => force(picture.agents.get(agent.agent) ?? agent)),
    (row, agent) => updateAgent(row, agent, picture, facts),
  );
}

function createAgent(agent, opened) {
  const button = make("button", { class: "quiet" }, [
    make("span", { text: say("set_state") }),
    make("span", { class: "sr", text: ` ${agent.name}` }),
  ]);
  button.addEventListener("click", opened);
  return make("tr", {}, [
    make("th", { scope: "row" }),
    make("td", {}, [
      make("span", { class: "agent-state" }, [icon("null"), make("span")]),
      make("span", { class: "muted" }),
    ]),
    make("td", { class: "num timer" }),
    make("td"),
    make("td", { class: "num" }, [button]),
  ]);
}

function updateAgent(row, agent, picture, facts) {
  const [name, state, time, call] = row.children;
  row.setAttribute("data-state", agent.state);
  setText(name, `${agent.name} ${agent.agent}`);
  setIcon(state.querySelector("svg"), agent.state);
  setText(state.firstElementChild.lastElementChild, word("states", agent.state));
  setText(state.lastElementChild, ` ${detail(agent, facts)}`);
  since(time, agent.state === "null" ? null : agent.since_ms);
  setText(call, other(picture.calls.get(agent.call)));
}

function detail(agent, facts) {
  const why = agent.reason ? (facts.pauseReasons[agent.reason] ?? word("reasons", agent.reason)) : "";
  const then = agent.pending === null ? "" : say("pending", { state: word("states", agent.pending) });
  const sound = agent.state !== "null" && !agent.telephone ? say("telephone_down") : "";
  return [why, then, sound].filter(Boolean).join(" · ");
}

function other(call) {
  if (call === undefined) return "";
  return (call.direction === "outbound" ? call.called : call.calling) || say("withheld");
}

function since(node, at) {
  setAttributes(node, { "data-since": at === null ? null : String(at) });
  if (at === null) setText(node, "–");
}
