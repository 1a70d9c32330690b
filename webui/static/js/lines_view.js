/** Cards of analogue lines, and the job that runs on each. */

import { byId, icon, keyed, make, setAttributes, setIcon, setText } from "./dom.js";
import { faultsOf, gauge, health, stateIcon, valueOf, verdictIcon } from "./analog_model.js";
import { firmwareLine } from "./board_firmware.js";
import { say, word } from "./words.js";

/**
 * @param {import("./state.js").Picture} picture
 * @param {Map<string, any>} jobs LineJob by "<trunk>.<line>"
 * @param {(action: string, board: any, line: any) => void} act a button was pressed
 */
export function showBoards(picture, jobs, act) {
  const boards = [...picture.analog.values()];
  byId("none").hidden = boards.length > 0;
  keyed(byId("boards"), boards, (board) => board.trunk, createBoard, (node, board) => {
    setText(node.firstElementChild, board.name);
    setText(node.children[1], firmwareLine(board.firmware));
    keyed(
      node.lastElementChild,
      board.lines,
      (line) => String(line.line),
      (line) => createLine(board, line, (action, key) => act(action, board.trunk, key)),
      (card, line) => updateLine(card, board, line, jobs.get(`${board.trunk}.${line.line}`)),
    );
  });
}

function createBoard() {
  return make("section", { class: "board" }, [
    make("h2"),
    make("p", { class: "muted firmware" }),
    make("div", { class: "line-cards" }),
  ]);
}

function createLine(board, line, act) {
  const template = /** @type {HTMLTemplateElement} */ (byId("line"));
  const card = /** @type {Element} */ (template.content.firstElementChild).cloneNode(true);
  for (const action of ["test", "learn", "cancel"]) {
    card.querySelector(`.${action}`)?.addEventListener("click", () => act(action, line.line));
  }
  card.querySelector(".settings-link")?.setAttribute("href", `/settings/analog_lines/${board.trunk}.${line.line}`);
  return card;
}

function updateLine(card, board, line, job) {
  const faults = faultsOf(board, line);
  card.dataset.health = health(faults);
  card.dataset.state = line.state;
  setText(card.querySelector("h3"), name(line));
  setIcon(card.querySelector(".line-state svg"), stateIcon(line.state));
  setText(card.querySelector(".line-state span"), word("lines", line.state));
  setText(card.querySelector(".line-caller"), line.caller);
  const [volts, current] = card.querySelectorAll(".power label");
  showGauge(volts, line.volts, "V");
  showGauge(current, line.milliamperes, "mA");
  card.querySelector(".learnt").hidden = !line.learnt;
  showFaults(card.querySelector(".faults"), faults);
  const running = job !== undefined && job.kind !== null && !job.done;
  const free = board.board && line.state === "idle" && !running;
  for (const button of card.querySelectorAll(".test, .learn")) button.disabled = !free;
  showJob(card.querySelector(".job"), line, job);
}

/** @param {any} line LineView @returns {string} what a line is called */
export function name(line) {
  return say("line_name", { n: line.line, number: line.number });
}

function showGauge(label, value, unit) {
  const [, meter, output] = label.children;
  setAttributes(meter, { value: String(Math.abs(value ?? 0)) });
  setText(output, gauge(value, unit));
}

function showFaults(list, faults) {
  list.hidden = faults.length === 0;
  keyed(
    list,
    faults,
    (fault) => fault,
    () => make("li", {}, [icon("warning"), make("span", {}, [make("strong"), make("span")])]),
    (item, fault) => {
      const [title, advice] = item.lastElementChild.children;
      setText(title, word("faults", fault));
      setText(advice, word("fault_advice", fault));
    },
  );
}

function showJob(section, line, job) {
  section.hidden = job === undefined || job.kind === null;
  if (section.hidden) return;
  const [title, now, progress, table, cancel] = section.children;
  setText(title, word("jobs", job.kind));
  setText(now, stepText(line, job));
  now.dataset.problem = String(job.problem !== "");
  progress.hidden = cancel.hidden = job.done;
  setAttributes(progress, { value: String(job.progress), "aria-label": word("jobs", job.kind) });
  table.setAttribute("aria-label", word("jobs", job.kind));
  table.hidden = job.checks.length === 0;
  keyed(table.querySelector("tbody"), job.checks, (check) => check.name, createCheck, updateCheck);
}

function stepText(line, job) {
  if (job.problem) return word("job_problems", job.problem);
  if (job.done) return say(`${job.kind}_done`);
  const text = word("job_steps", job.step);
  return text.replace("%(number)s", line.number || say("this_line"));
}

function createCheck() {
  return make("tr", {}, [
    make("th", { scope: "row" }),
    make("td", {}, [make("span", { class: "verdict" }, [icon("check"), make("span")]), make("span", { class: "muted" })]),
    make("td", { class: "num" }),
  ]);
}

function updateCheck(row, check) {
  const [title, result, value] = row.children;
  row.dataset.verdict = check.verdict;
  setText(title, word("checks", check.name));
  setIcon(result.querySelector("svg"), verdictIcon(check.verdict));
  setText(result.firstElementChild.lastElementChild, word("verdicts", check.verdict));
  setText(result.lastElementChild, check.detail ? ` ${word("check_details", check.detail)}` : "");
  setText(value, valueOf(check));
}
