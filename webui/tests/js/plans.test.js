import assert from "node:assert/strict";
import test from "node:test";

import { clock } from "../../static/js/duration.js";
import { alarmNews, faults, usage } from "../../static/js/line_model.js";
import { boxLostIt, describe, retryDelay } from "../../static/js/media_plan.js";
import { percent } from "../../static/js/meter.js";

const good = { trunk: "e1", name: "E1", board: true, link: true, alarms: [], channels: [] };

test("durations are minutes and seconds, from an hour on with hours", () => {
  assert.deepEqual([0, 59_999, 61_000, 3_661_000, -5].map(clock), [
    "0:00",
    "0:59",
    "1:01",
    "1:01:01",
    "0:00",
  ]);
});

test("tries to renew the audio come ever later, up to a limit", () => {
  assert.deepEqual([0, 1, 2, 10].map(retryDelay), [500, 1000, 2000, 8000]);
});

test("what the browser says of the microphone has words", () => {
  assert.equal(describe({ name: "NotAllowedError" }), "microphone_refused");
  assert.equal(describe({ name: "NotFoundError" }), "microphone_missing");
  assert.equal(describe(new Error("anything")), "network");
});

test("a leg that only the browser believes in is lost", () => {
  assert.equal(boxLostIt("connected", { telephone: false }, 5000), true);
  assert.equal(boxLostIt("connected", { telephone: true }, 5000), false);
  assert.equal(boxLostIt("connected", { telephone: false }, 100), false);
  assert.equal(boxLostIt("connecting", { telephone: false }, 5000), false);
});

test("the worst fault of a line is named, and only the cause", () => {
  const keys = (change) => faults({ ...good, ...change }).map((fault) => fault.key);
  assert.deepEqual(keys({}), []);
  assert.deepEqual(keys({ board: false, link: false, alarms: ["los"] }), ["board_missing"]);
  assert.deepEqual(keys({ link: false, alarms: ["los", "lfa"] }), ["los", "lfa"]);
  assert.deepEqual(keys({ link: false }), ["link_down"]);
});

test("channels in use are counted without those out of service", () => {
  const channels = ["idle", "connected", "alerting", "out_of_service"].map((state) => ({ state }));
  assert.deepEqual(usage({ channels }), { used: 2, all: 4 });
});

test("a line that fails or comes back is news, the first sight of it is not", () => {
  const spans = (change) => new Map([["e1", { ...good, ...change }]]);
  const first = alarmNews(new Map(), spans({}));
  assert.deepEqual(first.news, []);
  const failed = alarmNews(first.known, spans({ alarms: ["los"] }));
  assert.equal(failed.news[0].key, "line_alarm");
  assert.equal(alarmNews(failed.known, spans({})).news[0].key, "line_good_again");
});

test("the meter shows silence as 0 and full scale as 100", () => {
  assert.equal(percent(new Float32Array(256)), 0);
  assert.equal(percent(new Float32Array(256).fill(1)), 100);
});
