import assert from "node:assert/strict";
import test from "node:test";

import { faultNews, faultsOf, gauge, health, otherLines, valueOf } from "../../static/js/analog_model.js";

const idle = { line: 1, number: "01088887001", state: "idle", faults: [] };
const dead = { line: 2, number: "", state: "out_of_service", faults: ["no_battery"] };
const board = { trunk: "analog", board: true, lines: [idle, dead] };

test("without its board a line has one fault only", () => {
  assert.deepEqual(faultsOf(board, dead), ["no_battery"]);
  assert.deepEqual(faultsOf({ ...board, board: false }, dead), ["board"]);
});

test("a fault that stops no call is worth a look, others are bad", () => {
  assert.equal(health([]), "good");
  assert.equal(health(["reversed", "no_caller_id"]), "fair");
  assert.equal(health(["reversed", "short"]), "bad");
});

test("only other idle lines may call a line", () => {
  assert.deepEqual(otherLines(board, dead), [idle]);
  assert.deepEqual(otherLines(board, idle), []);
});

test("values are shown with their units", () => {
  assert.equal(valueOf({ value: -48, unit: "V" }), "-48 V");
  assert.equal(valueOf({ value: 0.352, unit: "s" }), "0.35 s");
  assert.equal(valueOf({ value: 449.6, unit: "Hz" }), "449.6 Hz");
  assert.equal(valueOf({ value: null, unit: "dB" }), "");
  assert.equal(valueOf({ value: null, number: "01088887002" }), "01088887002");
  assert.equal(gauge(null, "V"), "–");
  assert.equal(gauge(0, "mA"), "0 mA");
});

test("a new fault and its end are news, the first look is none", () => {
  const at = (faults) => new Map([["analog", { ...board, lines: [{ ...idle, faults }] }]]);
  const first = faultNews(new Map(), at(["short"]));
  assert.deepEqual(first.news, []);
  const more = faultNews(first.known, at(["short", "in_use"]));
  assert.deepEqual(more.news.map((one) => one.fault), ["in_use"]);
  const well = faultNews(more.known, at([]));
  assert.deepEqual(well.news.map((one) => one.fault), [null]);
});
