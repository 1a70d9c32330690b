/** The live page: joins the live connection and the tables. */

import { connect } from "./live.js";
import { showConnection } from "./connection.js";
import { announce, clearNotice, notice } from "./announce.js";
import { byId } from "./dom.js";
import { say, reason } from "./words.js";
import { tickAll } from "./duration.js";
import { alarmNews } from "./line_model.js";
import { faultName, showSpans } from "./monitor_lines.js";
import { showAgents, showQueues, showWaiting } from "./monitor_tables.js";

const facts = JSON.parse(byId("facts").textContent);
const live = connect();
const dialog = /** @type {HTMLDialogElement} */ (byId("force"));
let lines = new Map();
let chosen = null;

showConnection(live);
live.addEventListener("change", () => {
  const { picture } = live;
  showQueues(picture);
  showWaiting(picture);
  showAgents(picture, facts, openDialog);
  showSpans(picture);
  const { news, known } = alarmNews(lines, picture.spans);
  lines = known;
  for (const { key, params, fault, urgent } of news) {
    announce(say(key, fault ? { ...params, alarm: faultName(fault) } : params), urgent);
  }
});

function openDialog(agent) {
  chosen = agent.agent;
  byId("force-title").textContent = say("set_state_of", { name: agent.name });
  dialog.showModal();
}

dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "set") return;
  try {
    await live.call("ForceAgentState", {
      agent: chosen,
      state: /** @type {HTMLSelectElement} */ (byId("force-state")).value,
      reason: /** @type {HTMLInputElement} */ (byId("force-reason")).value,
    });
    announce(say("state_set"));
  } catch (error) {
    notice(reason(error), "bad");
  }
});

byId("notice-close").addEventListener("click", clearNotice);
setInterval(tickAll, 500);
document.documentElement.dataset.script = "up";
