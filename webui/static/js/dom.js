/** Small means to build and update parts of the page without losing focus. */

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`no element #${id}`);
  return node;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} props attributes; `text` is the content
 * @param {Node[]} children
 */
export function make(tag, props = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") node.textContent = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name of a symbol in icons.svg; decoration only */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Show another symbol in an icon made by `icon` or a template. @param {Element} svg */
export function setIcon(svg, name) {
  const use = svg.querySelector("use");
  const href = `/static/icons.svg#${name}`;
  if (use.getAttribute("href") !== href) use.setAttribute("href", href);
}

/** @param {Element} node @param {string} text written only when it differs */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} node @param {Record<string, string|null>} attributes null removes */
export function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
}

/**
 * Keep one child for each item: same key, same element, in the items' order.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Element} create
 * @param {(node: Element, item: T) => void} update
 */
export function keyed(parent, items, keyOf, create, update) {
  const old = new Map([...parent.children].map((node) => [node.getAttribute("data-key"), node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let node = old.get(key);
    old.delete(key);
    if (node === undefined) {
      node = create(item);
      node.setAttribute("data-key", key);
    }
    update(node, item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of old.values()) node.remove();
}
