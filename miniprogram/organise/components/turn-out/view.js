/** Expected, came, on leave, not there: in all and by group. Pure. */

const texts = require('../../../texts/index')

const t = texts.rosters.turnout

/** Nobody is absent before everything that was kept on phones has come. */
const missingOf = (/** @type {Turnout} */ { absent, not_yet }) =>
  (absent === null ? { name: t.notYet, count: not_yet || 0, tone: '' } : { name: t.absent, count: absent, tone: absent ? 'bad' : '' })

const groupOf = (/** @type {GroupTurnout} */ { group, expected, came, leave, absent }) => ({
  group: group || t.noGroup,
  numbers: t.ofGroup(came, expected),
  about: [leave ? t.groupLeave(leave) : '', absent ? t.groupAbsent(absent) : ''].filter(Boolean).join(' · '),
  percent: expected > leave ? Math.min(100, Math.round((100 * came) / (expected - leave))) : 0,
})

/** @param {Turnout} stats */
const viewOf = (stats) => {
  const { expected, came, leave, rate, by_group } = stats
  if (expected === null || expected === undefined) return null
  const groups = by_group || []
  return {
    rate: rate === null ? '–' : `${Math.round(100 * rate)}%`,
    tiles: [
      { name: t.expected, count: expected, tone: '' },
      { name: t.came, count: came || 0, tone: '' },
      { name: t.leave, count: leave || 0, tone: '' },
      missingOf(stats),
    ],
    groups: groups.length > 1 || (groups[0] && groups[0].group) ? groups.map(groupOf) : [],
  }
}

module.exports = { viewOf }
