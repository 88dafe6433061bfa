/** The windows of an activity, in each of which everybody checks in once. Pure. */

const { clock } = require('../../core/format')
const { parseTime } = require('../../core/time')
const texts = require('../../texts/index')

/**
 * None where there is only one: then nobody need speak of it. The newest has no id, for it may be followed by another.
 *
 * @param {Pick<Activity, 'occurrences'>} activity
 * @returns {{ id: string, name: string, when: string }[]}
 */
const windowsOf = ({ occurrences }) =>
  occurrences.length < 2
    ? []
    : occurrences.map(({ id, number, opens_at }) => ({
        id: number === occurrences.length ? '' : id,
        name: texts.organise.nth(number),
        when: clock(new Date(parseTime(opens_at))),
      }))

module.exports = { windowsOf }
