/**
 * What the daemon shows, kept as it says: a snapshot, then each view that changed.  Pure.
 *
 * The daemon is the only one that counts and decides; nothing is derived from events here.
 */

/**
 * @typedef {object} Picture
 * @property {number} revision of the configuration
 * @property {boolean} draining new calls are refused: the box restarts soon
 * @property {Map<string, any>} spans by trunk
 * @property {Map<string, any>} queues
 * @property {Map<string, any>} agents
 * @property {Map<string, any>} calls
 * @property {Map<string, any>} analog boards of analogue lines, by trunk
 * @property {Map<string, any>} levels of agents who talk, by agent: not in a snapshot
 */

const LISTS = { spans: "trunk", queues: "queue", agents: "agent", calls: "call", analog: "trunk" };
const LIST_OF = {
  span: "spans", queue: "queues", agent: "agents", call: "calls", analog: "analog", level: "levels",
};

/** @returns {Picture} nothing known yet */
export function empty() {
  const lists = Object.keys(LISTS).map((name) => [name, new Map()]);
  return { revision: 0, draining: false, levels: new Map(), ...Object.fromEntries(lists) };
}

/**
 * @param {any} snapshot views.Snapshot as JSON
 * @returns {Picture}
 */
export function fromSnapshot(snapshot) {
  const lists = Object.entries(LISTS).map(([name, key]) => [
    name,
    new Map(snapshot[name].map((view) => [view[key], view])),
  ]);
  const { revision, draining = false } = snapshot;
  return { revision, draining, levels: new Map(), ...Object.fromEntries(lists) };
}

/**
 * Put one view into the picture.
 * @param {Picture} picture changed in place
 * @param {string} name as "agent.8001"
 * @param {any} view the view as it is now; null when it is gone
 * @returns {boolean} whether this was a view of the picture
 */
export function put(picture, name, view) {
  if (name === "draining") {
    picture.draining = view === true;
    return true;
  }
  const dot = name.indexOf(".");
  const list = picture[LIST_OF[name.slice(0, dot)]];
  if (!(list instanceof Map)) return false;
  const key = name.slice(dot + 1);
  if (view === null) list.delete(key);
  else list.set(key, view);
  return true;
}

/** @param {any} call whether it waits in its queue: until an agent has it */
export function isWaiting(call) {
  return call.queue !== null && (call.phase === "queued" || call.phase === "alerting");
}
