/** Components on the runtime and the template compiler of WeChat itself. */

const path = require('path')
const simulate = require('miniprogram-simulate')

const ROOT = path.resolve(__dirname, '../../../miniprogram')
/** Turns that an event or a change of data needs to arrive: each comes after the timers of the one before, however late. */
const TURNS = 10

/** @type {Map<string, string>} The runtime takes each component once. */
const loaded = new Map()

const idOf = (name) => {
  const file = path.join(ROOT, 'components', name, name)
  if (!loaded.has(name)) loaded.set(name, simulate.load(file, name, { compiler: 'official', rootPath: ROOT }))
  return loaded.get(name)
}

/**
 * A component in the document.
 *
 * @param {string} name Its folder in components/.
 * @param {object} [properties]
 */
const mount = (name, properties = {}) => {
  const component = simulate.render(idOf(name), properties)
  component.attach(document.body.appendChild(document.createElement('div')))
  return component
}

/** What of a component a person reads, a space between one piece and the next. */
const text = (component) => {
  const walker = document.createTreeWalker(component.dom, NodeFilter.SHOW_TEXT)
  const pieces = []
  while (walker.nextNode()) pieces.push(walker.currentNode.textContent.trim())
  return pieces.filter(Boolean).join(' ')
}

const settled = async () => {
  for (let turn = 0; turn < TURNS; turn += 1) await simulate.sleep(1)
}

/** Taps, and says how often the event of that name was fired. */
const tap = async (component, selector, event) => {
  let count = 0
  component.addEventListener(event, () => { count += 1 })
  component.querySelector(selector).dispatchEvent('tap')
  await settled()
  return count
}

module.exports = { mount, text, tap, settled }
