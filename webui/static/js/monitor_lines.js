/** Lines with their channels: a cell a channel, its state by shape, word and colour. */

import { byId, icon, keyed, make, setAttributes, setIcon, setText } from "./dom.js";
import { firmwareLine } from "./board_firmware.js";
import { faults, usage } from "./line_model.js";
import { say, word } from "./words.js";

/** @param {import("./state.js").Picture} picture */
export function showSpans(picture) {
  keyed(byId("spans"), [...picture.spans.values()], (span) => span.trunk, createSpan, updateSpan);
}

function createSpan() {
  return make("article", { class: "span" }, [
    make("div", { class: "span-head" }, [
      make("h3"),
      make("span", { class: "span-state" }, [icon("check"), make("span")]),
      make("span", { class: "muted" }),
    ]),
    make("ul", { class: "alarms" }),
    make("ul", { class: "channels" }),
    make("p", { class: "muted firmware" }),
  ]);
}

function updateSpan(node, span) {
  const [head, alarms, channels, firmware] = node.children;
  const [name, state, use] = head.children;
  const wrong = faults(span);
  node.dataset.good = String(wrong.length === 0);
  setText(name, span.name);
  setIcon(state.querySelector("svg"), wrong.length ? "warning" : "check");
  setText(state.lastElementChild, wrong.length ? faultName(wrong[0]) : say("line_good"));
  setText(use, say("in_use", usage(span)));
  keyed(alarms, wrong, (fault) => fault.key, createFault, updateFault);
  alarms.hidden = wrong.length === 0;
  setText(firmware, firmwareLine(span.firmware));
  channels.setAttribute("aria-label", span.name);
  keyed(channels, span.channels, (one) => String(one.channel), createChannel, updateChannel);
}

/** @param {{kind: string, key: string}} fault in words */
export function faultName({ kind, key }) {
  return kind === "ui" ? say(key) : word("alarms", key);
}

function createFault() {
  return make("li", {}, [icon("warning"), make("span", {}, [make("strong"), make("span")])]);
}

function updateFault(node, fault) {
  const [name, advice] = node.lastElementChild.children;
  setText(name, faultName(fault));
  setText(advice, fault.kind === "ui" ? say(`${fault.key}_advice`) : word("advice", fault.key));
}

function createChannel(one) {
  return make("li", {}, [
    icon(one.state),
    make("span", { text: String(one.channel), "aria-hidden": "true" }),
    make("span", { class: "word", "aria-hidden": "true" }),
    make("span", { class: "sr" }),
  ]);
}

function updateChannel(node, one) {
  const state = word("channels", one.state);
  setAttributes(node, { "data-channel": one.state, title: say("channel", { n: one.channel, state }) });
  setIcon(node.querySelector("svg"), one.state);
  setText(node.children[2], one.state === "idle" ? "" : state);
  setText(node.children[3], say("channel", { n: one.channel, state }));
}
