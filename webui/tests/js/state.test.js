import assert from "node:assert/strict";
import test from "node:test";

import { empty, fromSnapshot, isWaiting, put } from "../../static/js/state.js";

const snapshot = {
  seq: 7,
  now_ms: 1000,
  revision: 3,
  spans: [{ trunk: "e1", alarms: [] }],
  queues: [{ queue: "sales", waiting: 0 }],
  agents: [{ agent: "8001", state: "ready" }],
  calls: [{ call: "c1", queue: "sales", phase: "queued" }],
  analog: [{ trunk: "analog", lines: [] }],
};

test("a snapshot is kept by id", () => {
  const picture = fromSnapshot(snapshot);
  assert.equal(picture.revision, 3);
  assert.equal(picture.agents.get("8001").state, "ready");
});

test("a view replaces the one before", () => {
  const picture = fromSnapshot(snapshot);
  assert.ok(put(picture, "agent.8001", { agent: "8001", state: "busy" }));
  assert.equal(picture.agents.get("8001").state, "busy");
});

test("a view that is gone is removed", () => {
  const picture = fromSnapshot(snapshot);
  put(picture, "call.c1", null);
  assert.equal(picture.calls.size, 0);
});

test("an id may hold dots", () => {
  const picture = empty();
  put(picture, "call.20261122T020000.000-1", { call: "20261122T020000.000-1" });
  assert.ok(picture.calls.has("20261122T020000.000-1"));
});

test("an unknown gauge changes nothing", () => {
  const picture = fromSnapshot(snapshot);
  assert.equal(put(picture, "weather.3", -20), false);
  assert.deepEqual(picture, fromSnapshot(snapshot));
});

test("a call waits until an agent has it", () => {
  const phases = ["ivr", "queued", "alerting", "talking"];
  const waits = phases.map((phase) => isWaiting({ queue: "sales", phase }));
  assert.deepEqual(waits, [false, true, true, false]);
  assert.equal(isWaiting({ queue: null, phase: "alerting" }), false);
});

test("levels come as gauges only", () => {
  const picture = fromSnapshot(snapshot);
  assert.equal(picture.levels.size, 0);
  assert.ok(put(picture, "level.8001", { agent_dbm0: -23, caller_dbm0: -31 }));
  assert.equal(picture.levels.get("8001").agent_dbm0, -23);
});
