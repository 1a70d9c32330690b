/**
 * What the desk shows and offers, from the picture.  Pure: the daemon's state in, words' keys out.
 */

/**
 * @typedef {object} Desk
 * @property {any} agent AgentView, or null while nothing is known
 * @property {any} call the agent's CallView, or null
 * @property {"none"|"ringing"|"dialling"|"talking"|"held"|"wrap_up"} stage
 * @property {Set<string>} actions what may be asked for now
 * @property {""|"too_quiet"|"too_loud"} voice how the agent's own voice arrives at the box
 */

/**
 * @param {import("./state.js").Picture} picture
 * @param {string} user
 * @returns {Desk}
 */
export function desk(picture, user) {
  const agent = picture.agents.get(user) ?? null;
  const call = agent === null ? null : ownCall(picture, agent);
  const stage = agent === null ? "none" : stageOf(agent, call);
  const level = stage === "talking" ? picture.levels.get(user) : undefined;
  return { agent, call, stage, actions: actions(agent, stage), voice: voiceOf(level) };
}

/** dBm0 while speaking (ITU-T P.56): 10 dB below and above what people are used to. */
const TOO_QUIET = -33;
const TOO_LOUD = -11;
const NOT_AT_ALL = -90;

/** @param {{agent_dbm0: number}|undefined} level the last that the box told */
function voiceOf(level) {
  if (level === undefined || level.agent_dbm0 <= NOT_AT_ALL) return "";
  if (level.agent_dbm0 < TOO_QUIET) return "too_quiet";
  return level.agent_dbm0 > TOO_LOUD ? "too_loud" : "";
}

function ownCall(picture, agent) {
  return agent.call === null ? null : (picture.calls.get(agent.call) ?? null);
}

function stageOf(agent, call) {
  if (agent.state === "working_after_call") return "wrap_up";
  // The agent's view may come a moment before that of his call.
  if (call === null) return "none";
  if (agent.state === "reserved") return "ringing";
  if (agent.state !== "busy") return "none";
  if (call.phase === "held") return "held";
  if (call.direction === "outbound" && call.connected_ms === null) return "dialling";
  return "talking";
}

const BY_STAGE = {
  none: [],
  ringing: ["answer", "hangup"],
  dialling: ["hangup"],
  talking: ["hold", "digits", "transfer", "hangup"],
  held: ["retrieve", "transfer", "hangup"],
  wrap_up: ["finish"],
};

/** States without a call that are not ready. */
const AT_REST = new Set(["null", "not_ready", "working_after_call"]);

function actions(agent, stage) {
  if (agent === null) return new Set();
  const offered = new Set(BY_STAGE[stage]);
  // In a call "ready" takes back what was wished for afterwards.
  if (agent.pending !== null || AT_REST.has(agent.state)) offered.add("ready");
  if (agent.state !== "null") offered.add("pause").add("logoff");
  if (agent.state === "ready" || AT_REST.has(agent.state)) offered.add("dial");
  if (agent.state === "null") offered.delete("dial");
  return offered;
}

/** States that are news by themselves; the others are told by their call. */
const AT_EASE = new Set(["null", "not_ready", "ready"]);

/**
 * What changed between two desks and is worth saying aloud.
 * @param {Desk} before
 * @param {Desk} after
 * @returns {Array<{urgent: boolean, key: string}>}
 */
export function news(before, after) {
  const said = [];
  if (after.stage !== before.stage && after.stage !== "none") {
    said.push({ urgent: after.stage === "ringing", key: `stage_${after.stage}` });
  } else if (before.agent !== null && before.agent.state !== after.agent?.state) {
    if (AT_EASE.has(after.agent?.state)) {
      said.push({ urgent: false, key: `state_${after.agent.state}` });
    }
  }
  const pending = after.agent?.pending ?? null;
  if (pending !== null && pending !== (before.agent?.pending ?? null)) {
    said.push({ urgent: false, key: `pending_${pending}` });
  }
  return said;
}

/**
 * The disposition choices of a call: those of its queue, or all.
 * @param {Array<{id: string, label: string}>} all
 * @param {Record<string, string[]>} byQueue
 * @param {string|null} queue
 */
export function dispositions(all, byQueue, queue) {
  const chosen = queue === null ? [] : (byQueue[queue] ?? []);
  return chosen.length ? all.filter((one) => chosen.includes(one.id)) : all;
}
