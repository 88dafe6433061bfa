/** Whether a person is there, by the records that their phone knows. Pure. */

const { parseTime } = require('./time')

/** Outcomes by which a person counts as checked in or out. */
const HELD = ['accepted', 'duplicate', 'superseded']

/**
 * Whether the latest record that counts is a check-in: then a check-out is due.
 *
 * @param {Checkin[]} checkins
 * @param {string | null} occurrence_id
 */
const isInside = (checkins, occurrence_id) => {
  const counted = checkins.filter((one) => one.occurrence_id === occurrence_id && HELD.includes(one.outcome))
  const [latest] = counted.sort((left, right) => parseTime(right.checked_in_at || '') - parseTime(left.checked_in_at || ''))
  return Boolean(latest) && latest.direction !== 'out'
}

module.exports = { HELD, isInside }
