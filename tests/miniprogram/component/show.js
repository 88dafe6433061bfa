/** Renders one component of ours with WeChat's own compiler and runtime. */

const path = require('node:path')
const simulate = require('miniprogram-simulate')

const ROOT = path.resolve(__dirname, '../../../miniprogram')

/** What a tap and a change of data need to arrive. */
const SETTLE_MS = 20

/** @type {Map<string, string>} The runtime takes each component once. */
const loaded = new Map()

const idOf = (name) => {
  if (!loaded.has(name)) {
    loaded.set(name, simulate.load(path.join(ROOT, 'components', name, name), name, { compiler: 'official', rootPath: ROOT }))
  }
  return loaded.get(name)
}

/** The texts in it, as they stand, each once. */
const textsOf = (node) => {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
  const found = []
  while (walker.nextNode()) found.push(walker.currentNode.textContent.trim())
  return found.filter(Boolean).join(' ')
}

const settled = () => simulate.sleep(SETTLE_MS)

/**
 * A component on the page.
 *
 * @param {string} name Its folder in components/.
 * @param {object} properties
 */
const show = (name, properties = {}) => {
  const component = simulate.render(idOf(name), properties)
  const page = document.createElement('div')
  document.body.appendChild(page)
  component.attach(page)
  return {
    component,
    text: () => textsOf(component.dom),
    count: (selector) => component.querySelectorAll(selector).length,
    heard: (event) => {
      const told = []
      component.addEventListener(event, (said) => told.push(said.detail))
      return told
    },
    tap: async (selector) => {
      component.querySelector(selector).dispatchEvent('tap')
      await settled()
    },
    leave: () => component.detach(),
  }
}

module.exports = { show, settled }
