/**
 * The privacy guide, which the person agrees to before location, scanner and the like.
 *
 * WeChat asks here only once somebody listens; until then its own window asks. The last registration wins there, so
 * there is one, and whoever listens last is asked.
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html
 */

const { promised } = require('./failures')

/** @typedef {Parameters<Parameters<Platform['onPrivacy']>[0]>[0]} Question */

/** @type {((question: Question) => void)[]} */
const shown_by = []
/** @type {Question[]} */
let waiting = []
let is_registered = false

const questionOf = (/** @type {(answer: any) => void} */ resolve) => ({
  agree: (/** @type {string} */ button_id) => resolve({ event: 'agree', buttonId: button_id }),
  refuse: () => resolve({ event: 'disagree' }),
})

const ask = (/** @type {Question} */ question) => {
  const shown = shown_by[shown_by.length - 1]
  if (shown) shown(question)
  else waiting.push(question)
}

const register = () => {
  if (is_registered || typeof wx.onNeedPrivacyAuthorization !== 'function') return
  is_registered = true
  wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve) => ask(questionOf(resolve)))
}

/** @type {Platform['onPrivacy']} */
const onPrivacy = (told) => {
  shown_by.push(told)
  register()
  const unasked = waiting
  waiting = []
  unasked.forEach(ask)
  return () => { shown_by.splice(shown_by.indexOf(told), 1) }
}

/** @type {Platform['privacy']} */
const privacy = async () => {
  if (typeof wx.getPrivacySetting !== 'function') return { is_needed: false, contract_name: '' }
  const said = await promised(wx.getPrivacySetting)
  return { is_needed: Boolean(said.needAuthorization), contract_name: said.privacyContractName || '' }
}

const openPrivacyContract = () => promised(wx.openPrivacyContract)

module.exports = { onPrivacy, privacy, openPrivacyContract }
