/** The gates of an activity, as they are written down. Pure. */

const texts = require('../../../texts/index')

const t = texts.organise.form
/** As many as the server takes. */
const MOST = 20

/**
 * With another one; what is in the way, in words, where it is none.
 *
 * @param {string[]} gates
 * @param {string} text As it was typed: several at once by commas.
 * @returns {{ gates: string[], problem: string }}
 */
const withGates = (gates, text) => {
  const said = text.split(/[,，、\n]/).map((gate) => gate.trim()).filter(Boolean)
  const all = [...new Set([...gates, ...said])]
  if (all.length > MOST) return { gates, problem: t.gatesMost(MOST) }
  return { gates: all, problem: said.length && all.length === gates.length ? t.gateTwice : '' }
}

module.exports = { withGates }
