/**
 * The live connection to the daemon: opens, subscribes since the last event, opens again.
 */

import { Rpc, Lost } from "./rpc.js";
import { empty, fromSnapshot, put } from "./state.js";
import { setClock } from "./duration.js";

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 1000; // the box is back within seconds; an agent must not wait longer for it
const NO_SESSION = 4401;

/**
 * Events of this target: "change" (the picture changed), "event" (detail: one event, each once
 * and in order, over reconnects too), "up", "down", "gone" (the session is over).
 */
export class Live extends EventTarget {
  /** @type {import("./state.js").Picture} */
  picture = empty();
  connected = false;
  /** Number of the last event known; -1 before the first snapshot. */
  seq = -1;
  #socket = null;
  #rpc = null;
  #retry = FIRST_RETRY_MS;
  #due = false;
  #address;

  /** @param {string} address wss: URL of the daemon's live connection */
  constructor(address) {
    super();
    this.#address = address;
  }

  /** Open, and stay open from now on. */
  open() {
    const socket = new WebSocket(this.#address);
    const rpc = new Rpc((text) => socket.send(text), (method, params) => this.#take(method, params));
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(rpc));
    socket.addEventListener("message", (message) => rpc.receive(message.data));
    socket.addEventListener("close", (event) => this.#closed(event, socket, rpc));
  }

  /**
   * Ask the daemon for a command.  Rejects with Refused, or Lost while there is no connection.
   * @param {string} command
   * @param {object} params
   */
  async call(command, params = {}) {
    if (this.#rpc === null) throw new Lost();
    return this.#rpc.call(command, params);
  }

  async #opened(rpc) {
    this.#rpc = rpc;
    try {
      await rpc.call("Subscribe", this.seq < 0 ? {} : { since: this.seq });
      this.#retry = FIRST_RETRY_MS;
      this.connected = true;
      this.dispatchEvent(new Event("up"));
    } catch (error) {
      if (!(error instanceof Lost)) this.#socket?.close();
    }
  }

  async #closed(event, socket, rpc) {
    rpc.lose();
    if (socket !== this.#socket) return;
    this.#rpc = null;
    if (this.connected) this.dispatchEvent(new Event("down"));
    this.connected = false;
    if (event.code === NO_SESSION || (await sessionOver())) {
      this.dispatchEvent(new Event("gone"));
      return;
    }
    setTimeout(() => this.open(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_MS);
  }

  #take(method, params) {
    if (method === "Snapshot") this.#snapshot(params);
    if (method === "Gauge" && put(this.picture, params.name, params.value)) this.#changed();
    if (method === "Event") this.#event(params);
  }

  #snapshot(snapshot) {
    setClock(snapshot.now_ms);
    this.picture = fromSnapshot(snapshot);
    if (this.seq < 0) this.seq = snapshot.seq;
    this.#changed();
  }

  #event(event) {
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
  }

  /** Views that change together arrive together: the page is drawn once for them. */
  #changed() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

async function sessionOver() {
  const reply = await fetch("/session").catch(() => null);
  return reply?.status === 401;
}

/** @returns {Live} the live connection of this page's own origin */
export function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const live = new Live(`${scheme}://${location.host}/live`);
  live.open();
  return live;
}
