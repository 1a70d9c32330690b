/** A board's firmware in one line. */

import { say, word } from "./words.js";

/**
 * @param {any} firmware FirmwareView
 * @returns {string} which version runs, and what becomes of it; empty when nothing is known
 */
export function firmwareLine(firmware) {
  if (!firmware?.version) return "";
  const { state, percent, problem, version } = firmware;
  const now = state === "writing" ? `${word("firmware", state)} (${percent} %)` : word("firmware", state);
  return [say("firmware", { version }), now, word("firmware_problems", problem)].filter(Boolean).join(" · ");
}
