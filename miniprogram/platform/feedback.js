/** What a person sees for a moment, and what they are asked in between. */

const { promised } = require('./failures')

const toast = (/** @type {string} */ title) => wx.showToast({ title, icon: 'none', duration: 2500 })

/**
 * A question with two answers.
 *
 * @param {{ title: string, content?: string, yes: string, no: string }} question
 * @returns {Promise<boolean>}
 */
const confirm = async ({ title, content, yes, no }) => {
  const said = await promised(wx.showModal, { title, content: content || '', confirmText: yes, cancelText: no })
  return said.confirm
}

/**
 * Asks for a few words; null when the person went back.
 *
 * @param {{ title: string, placeholder: string, yes: string, no: string }} question
 * @returns {Promise<string | null>}
 */
const prompt = async ({ title, placeholder, yes, no }) => {
  const said = await promised(wx.showModal, { title, editable: true, placeholderText: placeholder, confirmText: yes, cancelText: no })
  return said.confirm ? (said.content || '').trim() : null
}

/**
 * A list to choose from; the index of what was chosen, null when the person went back.
 *
 * @param {string[]} items Six at most.
 * @returns {Promise<number | null>}
 */
const choose = async (items) => {
  try {
    return (await promised(wx.showActionSheet, { itemList: items })).tapIndex
  } catch (/** @type {any} */ said) {
    if (said.kind !== 'cancelled') throw said
    return null
  }
}

const copy = (/** @type {string} */ data) => promised(wx.setClipboardData, { data })

const stopRefreshing = () => wx.stopPullDownRefresh()

module.exports = { toast, confirm, prompt, choose, copy, stopRefreshing }
