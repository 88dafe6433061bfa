/** A person of a roster in a list. Pure. */

const texts = require('../../../texts/index')

/** What tells two people of one name apart comes first. */
const aboutOf = (/** @type {EntryDraft} */ { number, group, phone, note, extra }) =>
  [group, number, phone, ...Object.values(extra), note].filter(Boolean).join(' · ')

const lineOf = (/** @type {RosterEntry} */ entry) => ({
  id: entry.id,
  name: entry.name,
  about: aboutOf(entry),
  tag: entry.bound ? texts.rosters.roster.bound : '',
  entry,
})

module.exports = { aboutOf, lineOf }
