import assert from "node:assert/strict";
import test from "node:test";

import { Lost, Refused, Rpc } from "../../static/js/rpc.js";

function pair() {
  const sent = [];
  const heard = [];
  const rpc = new Rpc((text) => sent.push(JSON.parse(text)), (...args) => heard.push(args));
  return { rpc, sent, heard, answer: (message) => rpc.receive(JSON.stringify(message)) };
}

test("answers find their questions in any order", async () => {
  const { rpc, sent, answer } = pair();
  const [first, second] = [rpc.call("HoldCall", { call: "a" }), rpc.call("RetrieveCall")];
  answer({ jsonrpc: "2.0", id: sent[1].id, result: 2 });
  answer({ jsonrpc: "2.0", id: sent[0].id, result: null });
  assert.equal(await second, 2);
  assert.equal(await first, null);
  assert.deepEqual(sent[0], { jsonrpc: "2.0", id: 1, method: "HoldCall", params: { call: "a" } });
});

test("a refusal carries the daemon's code and problems", async () => {
  const { rpc, sent, answer } = pair();
  const asked = rpc.call("MakeCall", { number: "00" });
  const data = { status: 409, code: "international_closed", text: "no", problems: [] };
  answer({ jsonrpc: "2.0", id: sent[0].id, error: { code: -32000, message: "no", data } });
  await assert.rejects(asked, (error) => error instanceof Refused && error.code === data.code);
});

test("notifications are handed on", () => {
  const { heard, answer } = pair();
  answer({ jsonrpc: "2.0", method: "Event", params: { seq: 1 } });
  assert.deepEqual(heard, [["Event", { seq: 1 }]]);
});

test("whoever waits when the connection breaks is told", async () => {
  const { rpc } = pair();
  const asked = rpc.call("HoldCall");
  rpc.lose();
  await assert.rejects(asked, Lost);
});

for (const text of ["", "null", "[]", "3", "{", '{"id":99,"result":1}']) {
  test(`an unreadable message is ignored: ${text}`, () => pair().rpc.receive(text));
}
