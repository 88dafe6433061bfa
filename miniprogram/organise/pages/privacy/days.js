/** How long something is kept. Pure. */

const texts = require('../../../texts/index')

const t = texts.organisation.privacy
/** As long as the server takes. */
const [LEAST, MOST] = [1, 1095]

const isLasting = (/** @type {string} */ days) => /^\d+$/.test(days) && Number(days) >= LEAST && Number(days) <= MOST

const sayDays = (/** @type {number} */ days) => t.told(days)

module.exports = { isLasting, sayDays }
