/** What somebody else changed of an activity, in the words of the form. Pure. */

const texts = require('../../../texts/index')

const t = texts.organise.form
const e = texts.rosters.expecting
const METHODS = /** @type {Record<string, string>} */ (texts.methods)

const asked = (/** @type {Question[]} */ ask) => ask.map(({ detail, label }) => label || e.questions[detail]).join('、')

const nameOf = (/** @type {Wifi} */ { ssid, bssid }) => ssid || bssid

/** By the label of a field, what it says. */
const linesOf = (/** @type {import('./draft').Draft} */ draft) => {
  const { one } = texts.ofKind(draft.kind)
  return /** @type {Record<string, string>} */ ({
    [t.kind]: one,
    [t.name(texts.kinds.event.one)]: draft.title,
    [t.starts]: `${draft.start_date} ${draft.start_time}`,
    [t.ends]: `${draft.end_date} ${draft.end_time}`,
    [t.place]: draft.place ? `${draft.place.name} ${t.radius(draft.radius_m)}` : '',
    [t.wifi]: draft.wifi.map(nameOf).join('、'),
    [t.methods]: draft.methods.map((method) => METHODS[method]).join('、'),
    [t.opens]: draft.opens_min,
    [t.late]: draft.late_min,
    [t.capacity]: draft.capacity || t.capacityPlaceholder,
    [t.gates]: draft.gates.join('、'),
    [t.reentry]: t.reentryChoices[draft.reentry],
    [t.fence]: t.fenceChoices[draft.fence],
    [t.offline]: t.offlineChoices[draft.offline],
    [t.undecided]: t.undecidedChoices[draft.undecided],
    [t.ownProof]: t.ownProofChoices[draft.own_proof],
    [e.notListed]: e.notListedChoices[draft.not_listed],
    [e.expected]: draft.expected_count,
    [e.ask]: asked(draft.ask),
  })
}

/**
 * Field, before and now; one line that says so where it is nothing the form shows.
 *
 * @param {import('./draft').Draft} before
 * @param {import('./draft').Draft} now
 * @returns {{ name: string, change: string }[]}
 */
const differencesOf = (before, now) => {
  const then = linesOf(before)
  const lines = Object.entries(linesOf(now)).filter(([name, text]) => text !== then[name])
  if (!lines.length) return [{ name: t.staleElse, change: '' }]
  return lines.map(([name, text]) => ({ name, change: t.change(then[name], text) }))
}

module.exports = { differencesOf }
