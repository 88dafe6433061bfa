/** From questions to fields, and from what was typed to what is told. Pure. */

const texts = require('../../texts/index')

/** @typedef {{ key: string, detail: Question['detail'], label: string, text: string, said: string, value: string, phone_code: string }} Field */

/**
 * @param {Participation['questions']} questions
 * @returns {Field[]}
 */
const fieldsOf = (questions) => questions.map(({ detail, label, said }) => ({
  key: `${detail} ${label}`, detail, label, text: texts.own.details.labels[detail] || label, said, value: said, phone_code: '',
}))

/**
 * A phone is told only by what WeChat gave for it; what is empty, not at all.
 *
 * @returns {Detail[]}
 */
const detailOf = (/** @type {Field} */ { detail, label, value, phone_code }) => {
  if (detail === 'phone') return phone_code ? [{ detail, phone_code }] : []
  const named = label ? { detail, label } : { detail }
  return value.trim() ? [{ ...named, value: value.trim() }] : []
}

/**
 * @param {Field[]} fields
 * @returns {Detail[]}
 */
const detailsOf = (fields) => fields.flatMap(detailOf)

module.exports = { fieldsOf, detailsOf }
