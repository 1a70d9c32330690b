/** The page of analogue lines: joins the live connection, the cards and the jobs. */

import { connect } from "./live.js";
import { showConnection } from "./connection.js";
import { announce, clearNotice, notice } from "./announce.js";
import { byId, make } from "./dom.js";
import { faultNews, otherLines } from "./analog_model.js";
import { name, showBoards } from "./lines_view.js";
import { reason, say, word } from "./words.js";

const COMMANDS = { test: "TestLine", learn: "LearnLine", cancel: "CancelLineJob" };
const live = connect();
const dialog = /** @type {HTMLDialogElement} */ (byId("start"));
const from = /** @type {HTMLSelectElement} */ (byId("start-from"));
const jobs = new Map();
const asked = new Set();
let known = new Map();
let chosen = null;

showConnection(live);
live.addEventListener("change", () => {
  const { analog } = live.picture;
  for (const board of analog.values()) for (const line of board.lines) ask(board.trunk, line.line);
  show();
  const found = faultNews(known, analog);
  known = found.known;
  for (const { line, fault } of found.news) {
    const text = fault === null ? say("line_well", { line: name(line) }) : `${name(line)}: ${word("faults", fault)}`;
    announce(text, fault !== null);
  }
});
live.addEventListener("event", (event) => {
  const { kind, trunk, line } = /** @type {CustomEvent} */ (event).detail;
  if (kind === "LineJobChanged") fetchJob(trunk, line);
});
live.addEventListener("up", () => asked.clear());

function show() {
  showBoards(live.picture, jobs, act);
}

/** The job of a line is read once, then whenever it changes. */
function ask(trunk, line) {
  const key = `${trunk}.${line}`;
  if (asked.has(key)) return;
  asked.add(key);
  fetchJob(trunk, line);
}

async function fetchJob(trunk, line) {
  const reply = await fetch(`/lines/${encodeURIComponent(trunk)}/${line}/job`);
  if (!reply.ok) return;
  const job = await reply.json();
  const before = jobs.get(`${trunk}.${line}`);
  jobs.set(`${trunk}.${line}`, job);
  show();
  if (job.done && before && !before.done) announce(job.problem ? word("job_problems", job.problem) : say(`${job.kind}_done`));
}

function act(action, trunk, number) {
  if (action === "cancel") {
    order("cancel", { trunk, line: number });
    return;
  }
  const board = live.picture.analog.get(trunk);
  const line = board.lines.find((one) => one.line === number);
  chosen = { action, trunk, line: number };
  byId("start-title").textContent = say(`${action}_of`, { line: name(line) });
  byId("start-text").textContent = say(`${action}_text`);
  from.replaceChildren(
    make("option", { value: "", text: say(`${action}_nobody`) }),
    ...otherLines(board, line).map((one) => make("option", { value: String(one.line), text: name(one) })),
  );
  dialog.showModal();
}

dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "start" || chosen === null) return;
  const { action, trunk, line } = chosen;
  order(action, { trunk, line, from_line: from.value === "" ? null : Number(from.value) });
});

async function order(action, params) {
  try {
    await live.call(COMMANDS[action], params);
    await fetchJob(params.trunk, params.line);
  } catch (error) {
    notice(reason(error), "bad");
  }
}

byId("notice-close").addEventListener("click", clearNotice);
document.documentElement.dataset.script = "up";
