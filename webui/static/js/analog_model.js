/** What the page says of an analogue line and its jobs.  Pure. */

const ICONS = {
  idle: "idle",
  ringing: "alerting",
  seized: "seized",
  dialling: "seized",
  connected: "connected",
  clearing: "clearing",
  testing: "retry",
  out_of_service: "out_of_service",
};
const VERDICTS = { good: "check", fair: "dot", bad: "warning", skipped: "null" };
const HARMLESS = new Set(["no_caller_id", "chip_reset", "reversed", "in_use"]);

/** @param {string} state LineState @returns {string} symbol of it */
export function stateIcon(state) {
  return ICONS[state] ?? "dot";
}

/** @param {string} verdict @returns {string} symbol of it */
export function verdictIcon(verdict) {
  return VERDICTS[verdict] ?? "dot";
}

/**
 * @param {any} board AnalogView
 * @param {any} line LineView
 * @returns {string[]} faults to show: without its board a line has no others
 */
export function faultsOf(board, line) {
  return board.board ? line.faults : ["board"];
}

/** @param {string[]} faults @returns {"good"|"fair"|"bad"} how a line is, as a whole */
export function health(faults) {
  if (faults.length === 0) return "good";
  return faults.every((fault) => HARMLESS.has(fault)) ? "fair" : "bad";
}

/**
 * @param {any} board AnalogView
 * @param {any} line LineView
 * @returns {any[]} lines of the same board that may call this one
 */
export function otherLines(board, line) {
  return board.lines.filter((one) => one.line !== line.line && one.state === "idle");
}

/** @param {any} check LineCheck @returns {string} its value with unit, or the number */
export function valueOf(check) {
  if (check.number) return check.number;
  if (check.value === null || check.value === undefined) return "";
  const digits = check.unit === "s" ? 2 : Number.isInteger(check.value) ? 0 : 1;
  return `${check.value.toFixed(digits)} ${check.unit}`.trim();
}

/** @param {number|null} value @param {string} unit @returns {string} a gauge as text */
export function gauge(value, unit) {
  return value === null || value === undefined ? "–" : `${value} ${unit}`;
}

/**
 * @param {Map<string, string[]>} known faults by line
 * @param {Map<string, any>} boards
 * @returns {{news: Array<{line: any, fault: string|null}>, known: Map<string, string[]>}}
 */
export function faultNews(known, boards) {
  const next = new Map();
  const news = [];
  for (const board of boards.values()) {
    for (const line of board.lines) {
      const key = `${board.trunk}.${line.line}`;
      const faults = faultsOf(board, line);
      const before = known.get(key);
      next.set(key, faults);
      if (before === undefined) continue;
      const fresh = faults.find((fault) => !before.includes(fault));
      if (fresh !== undefined) news.push({ line, fault: fresh });
      else if (before.length > 0 && faults.length === 0) news.push({ line, fault: null });
    }
  }
  return { news, known: next };
}
