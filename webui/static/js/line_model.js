/** What is wrong with a line, worst first.  Pure. */

/**
 * @param {any} span SpanView
 * @returns {Array<{kind: "alarms"|"ui", key: string}>} faults; none when the line is in service
 */
export function faults(span) {
  if (!span.board) return [{ kind: "ui", key: "board_missing" }];
  const alarms = span.alarms.map((alarm) => ({ kind: "alarms", key: alarm }));
  // Without a clean line there can be no signalling: one cause, not two.
  return alarms.length || span.link ? alarms : [{ kind: "ui", key: "link_down" }];
}

/** @param {any} span @returns {{used: number, all: number}} channels that carry calls */
export function usage(span) {
  const inService = span.channels.filter((channel) => channel.state !== "out_of_service");
  const used = inService.filter((channel) => channel.state !== "idle");
  return { used: used.length, all: span.channels.length };
}

/**
 * @param {Map<string, boolean>} known whether each line was good
 * @param {Map<string, any>} spans
 * @returns {{news: Array<{key: string, params: object, urgent: boolean}>, known: Map<string, boolean>}}
 */
export function alarmNews(known, spans) {
  const next = new Map([...spans.values()].map((span) => [span.trunk, faults(span).length === 0]));
  const news = [...spans.values()]
    .filter((span) => known.has(span.trunk) && known.get(span.trunk) !== next.get(span.trunk))
    .map((span) =>
      next.get(span.trunk)
        ? { key: "line_good_again", params: { line: span.name }, urgent: false }
        : { key: "line_alarm", params: { line: span.name }, fault: faults(span)[0], urgent: true },
    );
  return { news, known: next };
}
