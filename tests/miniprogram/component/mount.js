/** Components on the runtime and the template compiler of WeChat itself. */

const path = require('path')
const simulate = require('miniprogram-simulate')

const ROOT = path.resolve(__dirname, '../../../miniprogram')

/**
 * A component in the document.
 *
 * @param {string} name Its folder in components/.
 * @param {object} [properties]
 */
const mount = (name, properties = {}) => {
  const id = simulate.load(path.join(ROOT, 'components', name, name), name, { compiler: 'official', rootPath: ROOT })
  const component = simulate.render(id, properties)
  component.attach(document.body.appendChild(document.createElement('div')))
  return component
}

/** What of a component a person reads. */
const text = (component) => component.dom.textContent.replace(/\s+/g, ' ').trim()

/** Events arrive a task later. */
const settled = () => simulate.sleep(20)

/** Taps, and says how often the event of that name was fired. */
const tap = async (component, selector, event) => {
  let count = 0
  component.addEventListener(event, () => { count += 1 })
  component.querySelector(selector).dispatchEvent('tap')
  await settled()
  return count
}

module.exports = { mount, text, tap, settled }
