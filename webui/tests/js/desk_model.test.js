import assert from "node:assert/strict";
import test from "node:test";

import { desk, dispositions, news } from "../../static/js/desk_model.js";
import { empty } from "../../static/js/state.js";

/** A picture with one agent and, if given, his call. */
function picture(agent, call = null) {
  const made = empty();
  made.agents.set("8001", { agent: "8001", call: null, pending: null, reason: "", ...agent });
  if (call !== null) {
    made.calls.set("c1", { call: "c1", direction: "inbound", connected_ms: 5, ...call });
    made.agents.get("8001").call = "c1";
  }
  return made;
}

const offered = (...args) => [...desk(picture(...args), "8001").actions].sort();

test("nothing is offered before the first snapshot", () => {
  assert.equal(desk(empty(), "8001").actions.size, 0);
});

test("each stage offers what the daemon would accept", () => {
  assert.deepEqual(offered({ state: "null" }), ["ready"]);
  assert.deepEqual(offered({ state: "ready" }), ["dial", "logoff", "pause"]);
  assert.deepEqual(offered({ state: "not_ready" }), ["dial", "logoff", "pause", "ready"]);
  assert.deepEqual(offered({ state: "reserved" }, { phase: "alerting" }), [
    "answer",
    "hangup",
    "logoff",
    "pause",
  ]);
  assert.deepEqual(offered({ state: "busy" }, { phase: "talking" }), [
    "digits",
    "hangup",
    "hold",
    "logoff",
    "pause",
    "transfer",
  ]);
  assert.deepEqual(offered({ state: "busy" }, { phase: "held" }), [
    "hangup",
    "logoff",
    "pause",
    "retrieve",
    "transfer",
  ]);
});

test("ready takes back what was wished for after the call", () => {
  assert.ok(offered({ state: "busy", pending: "not_ready" }, { phase: "talking" }).includes("ready"));
});

test("an outbound call is dialled until it is answered", () => {
  const call = { direction: "outbound", phase: "dialling", connected_ms: null };
  assert.equal(desk(picture({ state: "busy" }, call), "8001").stage, "dialling");
  assert.deepEqual(offered({ state: "busy" }, call), ["hangup", "logoff", "pause"]);
});

test("a ringing call is said urgently, other changes politely, nothing twice", () => {
  const idle = desk(picture({ state: "ready" }), "8001");
  const ringing = desk(picture({ state: "reserved" }, { phase: "alerting" }), "8001");
  const paused = desk(picture({ state: "not_ready" }), "8001");
  assert.deepEqual(news(idle, ringing), [{ urgent: true, key: "stage_ringing" }]);
  assert.deepEqual(news(idle, paused), [{ urgent: false, key: "state_not_ready" }]);
  assert.deepEqual(news(ringing, ringing), []);
});

test("a call whose view has not come yet is neither shown nor said", () => {
  const idle = desk(picture({ state: "ready" }), "8001");
  const half = desk(picture({ state: "reserved", call: "c1" }), "8001");
  assert.equal(half.stage, "none");
  assert.deepEqual(news(idle, half), []);
});

test("a wish for after the call is said once", () => {
  const call = { phase: "talking" };
  const before = desk(picture({ state: "busy" }, call), "8001");
  const after = desk(picture({ state: "busy", pending: "null" }, call), "8001");
  assert.deepEqual(news(before, after), [{ urgent: false, key: "pending_null" }]);
  assert.deepEqual(news(after, after), []);
});

test("a queue without dispositions of its own offers all", () => {
  const all = [{ id: "a" }, { id: "b" }];
  assert.deepEqual(dispositions(all, { sales: ["b"] }, "sales"), [{ id: "b" }]);
  assert.deepEqual(dispositions(all, { sales: [] }, "sales"), all);
  assert.deepEqual(dispositions(all, {}, null), all);
});

test("the agent is told that he is too quiet or too loud while he talks", () => {
  const told = (dbm0, call = { phase: "talking" }) => {
    const made = picture({ state: "busy" }, call);
    if (dbm0 !== null) made.levels.set("8001", { agent_dbm0: dbm0, caller_dbm0: -20 });
    return desk(made, "8001").voice;
  };
  assert.equal(told(null), "");
  assert.equal(told(-90), "");
  assert.equal(told(-40), "too_quiet");
  assert.equal(told(-33), "");
  assert.equal(told(-20), "");
  assert.equal(told(-8), "too_loud");
  assert.equal(told(-40, { phase: "held" }), "");
});
