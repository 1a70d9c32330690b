import assert from "node:assert/strict";
import test from "node:test";

import { BUSY_MS, CALM_MS, begin, heard, megabytes, pause, silent } from "../../static/js/update_model.js";

test("a box that does not answer is counted from the first silence", () => {
  const once = silent(begin("idle"), 1000);
  assert.equal(silent(once, 5000).since, 1000);
  assert.equal(heard(once, "idle").since, null);
});

test("silence after a state before a restart is a restart, and stays one", () => {
  for (const state of ["draining", "rebooting", "proving"]) {
    assert.equal(silent(silent(begin(state), 1), 2).restarting, true);
  }
  assert.equal(silent(begin("waiting"), 1).restarting, false);
  assert.equal(heard(silent(begin("rebooting"), 1), "proving").restarting, false);
});

test("it asks often while something goes on or the box is away, else rarely", () => {
  assert.equal(pause(begin("idle"), false), CALM_MS);
  assert.equal(pause(begin("installing"), true), BUSY_MS);
  assert.equal(pause(silent(begin("idle"), 1), false), BUSY_MS);
});

test("sizes are in megabytes with one decimal", () => {
  assert.equal(megabytes(280_450_000), "280.4");
  assert.equal(megabytes(0), "0.0");
});
