/** What a message says, and where it leads. Pure. */

const { moment } = require('../../../core/format')
const texts = require('../../../texts/index')

const t = texts.inbox

/** The three numbers; the rate is of those expected, those on leave left out. */
const figuresOf = (/** @type {Message} */ { figures }) => {
  if (!figures) return ''
  const { expected, came, leave } = figures
  const due = expected - leave
  return expected ? t.figures(expected, came, due > 0 ? `${(100 * came / due).toFixed(1)}%` : '') : t.came(came)
}

/** @param {Message} message @param {number} now */
const lineOf = (message, now) => ({
  id: message.id,
  name: t.kinds[message.kind](message.title),
  figures: figuresOf(message),
  hint: t.hints[message.kind],
  at: moment(message.created_at, now, texts.common),
  is_unread: !message.read_at,
  /** The file it is about. */ export_id: message.export_id || '',
  organisation_id: message.organisation_id,
})

module.exports = { lineOf }
