/** What WeChat itself draws above a page, as real elements that a test can tap. */

const add = (parent, tag, name, text = '') => {
  const made = document.createElement(tag)
  made.className = name
  made.textContent = text
  parent.appendChild(made)
  return made
}

/** An element above everything; `answer` removes it and settles the promise. */
const above = (name, draw) => new Promise((resolve) => {
  const mask = add(document.body, 'div', `h-mask ${name}`)
  const answer = (value) => {
    mask.remove()
    resolve(value)
  }
  draw(mask, answer)
})

/** Only a press that began on it counts: the finger that opened the dialog is still down there. */
const button = (parent, text, name, onTap) => {
  const made = add(parent, 'div', `h-button ${name}`, text)
  let is_pressed = false
  made.addEventListener('pointerdown', () => { is_pressed = true })
  made.addEventListener('click', () => { if (is_pressed) onTap() })
}

/** A dialog with one or two buttons, and a field if it is editable. */
export const modal = ({ title = '', content = '', confirmText = '确定', cancelText = '取消', showCancel = true, editable = false, placeholderText = '' }) =>
  above('h-modal', (mask, answer) => {
    const box = add(mask, 'div', 'h-box')
    add(box, 'div', 'h-box-title', title)
    const field = editable ? add(box, 'input', 'h-field') : add(box, 'div', 'h-box-content', content)
    if (editable) Object.assign(field, { value: content, placeholder: placeholderText })
    const buttons = add(box, 'div', 'h-buttons')
    if (showCancel) button(buttons, cancelText, 'h-cancel', () => answer({ confirm: false, cancel: true }))
    button(buttons, confirmText, 'h-confirm', () => answer({ confirm: true, cancel: false, ...(editable && { content: field.value }) }))
  })

/** A list from below; the index of the chosen item, or null. */
export const sheet = (items, { title = '' } = {}) => above('h-sheet', (mask, answer) => {
  const box = add(mask, 'div', 'h-list')
  if (title) add(box, 'div', 'h-list-title', title)
  items.forEach((text, index) => button(box, text, 'h-item', () => answer(index)))
  button(box, '取消', 'h-item h-cancel', () => answer(null))
})

/** A field from below, such as for a date; its value, or null. */
export const field = (type, value, { title = '', min, max } = {}) => above('h-sheet', (mask, answer) => {
  const box = add(mask, 'div', 'h-list')
  if (title) add(box, 'div', 'h-list-title', title)
  const input = add(box, 'input', 'h-field')
  Object.assign(input, { type, value, ...(min && { min }), ...(max && { max }) })
  button(box, '确定', 'h-item h-confirm', () => answer(input.value))
  button(box, '取消', 'h-item h-cancel', () => answer(null))
})

let shown = null

/** One at a time, as in WeChat. */
export const toast = (text, { duration = 1500, name = 'h-toast' } = {}) => {
  hideToast()
  shown = add(document.body, 'div', name, text)
  const mine = shown
  if (duration) setTimeout(() => { if (shown === mine) hideToast() }, duration)
}

export const hideToast = () => {
  if (shown) shown.remove()
  shown = null
}
