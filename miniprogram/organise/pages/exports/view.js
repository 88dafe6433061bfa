/** What a person may ask for, and what a file offers in each of its states. Pure. */

const { moment } = require('../../../core/format')
const texts = require('../../../texts/index')

const t = texts.exports
const OF_ACTIVITY = ['people', 'checkins', 'register', 'activity', 'sign_sheet', 'proof']
const OF_ORGANISATION = ['register']
const PAPERS = ['activity', 'organisation', 'sign_sheet', 'proof']
const UNDER_WAY = ['queued', 'running']
const WAITING = ['queued', 'running', 'failed']
const TONES = /** @type {Record<string, string>} */ ({ queued: 'wait', running: 'wait', done: 'good', failed: 'bad' })

const isUnderWay = (/** @type {Export} */ { state }) => UNDER_WAY.includes(state)

/** @param {Record<string, string>} names @param {string[]} offered @param {string} chosen */
const choicesOf = (names, offered, chosen) => offered.map((name) => ({ name, text: names[name], is_on: name === chosen }))

/** As what a report can be made: tables for spreadsheets, papers to be read. */
const formatsOf = (/** @type {string} */ report) => (PAPERS.includes(report) ? ['pdf'] : ['xlsx', 'csv'])

/** What is there to choose, of an activity or of an organisation's period. */
const formOf = (/** @type {boolean} */ is_organisation, /** @type {{ report: string, format: string, period: string }} */ { report, format, period }) => ({
  reports: choicesOf(t.reports, is_organisation ? OF_ORGANISATION : OF_ACTIVITY, report),
  formats: choicesOf(t.formats, formatsOf(report), format),
  periods: is_organisation ? choicesOf(t.periods, Object.keys(t.periods), period) : [],
  about: t.about[report],
  hint: t.formatHint[format],
})

const dayIn = (/** @type {Date} */ at, /** @type {number} */ days) => new Date(at.getFullYear(), at.getMonth(), at.getDate() + days)
const monthIn = (/** @type {Date} */ at, /** @type {number} */ months) => new Date(at.getFullYear(), at.getMonth() + months, 1)

const PERIODS = /** @type {Record<string, (today: Date) => [Date, Date]>} */ ({
  month: (today) => [monthIn(today, 0), dayIn(today, 1)],
  before: (today) => [monthIn(today, -1), monthIn(today, 0)],
  days: (today) => [dayIn(today, -89), dayIn(today, 1)],
  year: (today) => [dayIn(today, -364), dayIn(today, 1)],
})

/** The days of a period, in the phone's own zone; the second is the first that is no part of it. */
const periodOf = (/** @type {string} */ name, /** @type {number} */ now) => {
  const [from, to] = PERIODS[name](new Date(now))
  return { from: from.toISOString(), to: to.toISOString() }
}

const whyOf = (/** @type {Export} */ { state, reason }) => {
  if (state === 'expired') return t.gone
  return reason && WAITING.includes(state) ? t.whys[reason] || t.whys.other : ''
}

/** @param {Export} file @param {number} now */
const lineOf = (file, now) => {
  const at = (/** @type {string | null} */ time) => moment(time, now, texts.common)
  const is_done = file.state === 'done'
  return {
    id: file.id,
    name: file.file_name || t.reports[file.report] || file.report,
    about: [
      t.asked(at(file.created_at)),
      t.formats[file.format] || file.format,
      is_done ? t.rows(file.row_count) : '',
    ].filter(Boolean).join(' · '),
    until: is_done && file.expires_at ? t.until(at(file.expires_at)) : '',
    state: t.states[file.state] || file.state,
    tone: TONES[file.state] || '',
    progress: file.state === 'running' ? file.progress : null,
    spoken: file.state === 'running' ? t.progress(file.progress) : '',
    why: whyOf(file),
    is_done,
    can_cancel: isUnderWay(file),
  }
}

module.exports = { formatsOf, formOf, isUnderWay, lineOf, periodOf }
