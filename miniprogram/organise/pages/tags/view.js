/** Tags of an activity as their page shows them. Pure. */

const { moment } = require('../../../core/format')
const texts = require('../../../texts/index')

const t = texts.nfc
const OF_THE_CHIP = ['url_template', 'meta_read_key', 'file_read_key', 'picc_offset', 'mac_input_offset', 'mac_offset']

const seenOf = (/** @type {Tag} */ { last_seen_at, last_counter }, /** @type {number} */ now) => {
  if (!last_seen_at) return t.unseen
  const seen = t.seen(moment(last_seen_at, now, texts.common))
  return last_counter ? `${seen} · ${t.counted(last_counter)}` : seen
}

/**
 * A line of the list.
 *
 * @param {Tag} tag
 * @param {number} now
 */
const lineOf = (tag, now) => ({
  id: tag.tag_id,
  label: tag.label,
  about: [tag.gate, t.kinds[tag.kind || '']].filter(Boolean).join(' · '),
  seen: seenOf(tag, now),
  url: tag.url || '',
  is_living: !tag.revoked_at,
})

/**
 * What a tool needs that writes a tag which counts, line by line.
 *
 * @param {Record<string, string | number>} sun
 */
const valuesOf = (sun) => OF_THE_CHIP.map((name) => ({ name, title: t.sun.names[name], value: String(sun[name]) }))

/**
 * The same as one text.
 *
 * @param {string} label
 * @param {ReturnType<typeof valuesOf>} values
 */
const sheetOf = (label, values) => [`${label} (NTAG 424 DNA)`, ...values.map(({ name, value }) => `${name}: ${value}`)].join('\n')

/**
 * What is being done, as `step-list` shows it.
 *
 * @param {import('./writing').Stage} stage
 */
const stepsOf = ({ at, failure, differs }) => {
  const touch = t.doing[at === 'writing' ? 'writing' : 'touch']
  const write = at === 'again' || at === 'done'
    ? { state: 'done', text: t.doing.written }
    : { state: failure || differs ? 'failed' : 'running', text: (failure && texts.say(failure)) || (differs ? t.doing.differs : touch) }
  const check = at === 'done' ? { state: 'done', text: t.doing.done } : { state: 'running', text: t.doing.again }
  const steps = [{ step: 'write', label: t.steps.write, ...write }]
  return write.state === 'done' ? [...steps, { step: 'check', label: t.steps.check, ...check }] : steps
}

module.exports = { lineOf, valuesOf, sheetOf, stepsOf }
