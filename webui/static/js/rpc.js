/**
 * JSON-RPC 2.0 without a connection: numbers requests, pairs answers, splits off notifications.
 */

/** The daemon said no; `code` is a key for translation, `problems` say where. */
export class Refused extends Error {
  /** @param {{code?: string, text?: string, problems?: object[]}} data @param {string} message */
  constructor(data, message) {
    super(data.text ?? message);
    this.code = data.code ?? "";
    this.problems = data.problems ?? [];
  }
}

/** The connection broke before the answer came. */
export class Lost extends Error {}

export class Rpc {
  #next = 1;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #open = new Map();
  #send;
  #notified;

  /**
   * @param {(text: string) => void} send puts one message on the wire
   * @param {(method: string, params: any) => void} notified takes each notification
   */
  constructor(send, notified) {
    this.#send = send;
    this.#notified = notified;
  }

  /**
   * @param {string} method
   * @param {object} params
   * @returns {Promise<any>} the result, or Refused, or Lost
   */
  call(method, params = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** @param {string} text one message from the wire; anything unreadable is ignored */
  receive(text) {
    const message = parse(text);
    if (message === null) return;
    if (message.method !== undefined) {
      this.#notified(message.method, message.params ?? {});
      return;
    }
    const waiting = this.#open.get(message.id);
    if (waiting === undefined) return;
    this.#open.delete(message.id);
    if (message.error) {
      waiting.reject(new Refused(message.error.data ?? {}, message.error.message ?? ""));
    } else {
      waiting.resolve(message.result ?? null);
    }
  }

  /** The connection is gone: whoever waits is told. */
  lose() {
    const waiting = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of waiting) reject(new Lost());
  }
}

/** @param {string} text */
function parse(text) {
  try {
    const message = JSON.parse(text);
    return message !== null && typeof message === "object" ? message : null;
  } catch {
    return null;
  }
}
