/** Runs in the page: reads every text, sign and control of it, and says what not everybody can read or use. */

import { leastContrast, parse } from './colours.mjs'
import { around, behindContent, faded, isMasked, isSeen } from './painting.mjs'

const TEXT = 4.5
const GRAPHIC = 3
const TARGET_PX = 44
const LARGE_PX = 24
const LARGE_BOLD_PX = 18.66
const BOLD = 700
const ROUNDING = 0.005
const SHOWN = 30

const CONTROLS = 'wx-button, button, wx-picker, wx-switch, wx-slider, input, textarea'
const FIELDS = 'input:not([type=range]), textarea'
const EDGED = `${FIELDS}, wx-picker, [role=radio], [role=checkbox]`
/** What says by itself what it is; of a picker or a view nothing does. */
const HAS_ROLE = 'wx-button, button, wx-switch, wx-slider, input, textarea'
/** What is in it is its value. */
const NEEDS_LABEL = 'wx-picker, wx-slider, input, textarea'

const { document, getComputedStyle: style } = window
const bar = document.querySelector('.h-bar')
const root = document.querySelector('.h-page:not([hidden]) .wx-page')

const findings = new Set()
const worst = {}

const judge = (kind, is, least, what) => {
  if (!(kind in worst) || is < worst[kind].is) worst[kind] = { is: Math.round(is * 100) / 100, what }
  if (is < least - ROUNDING) findings.add(`${kind} ${is.toFixed(2)}, not ${least}: ${what}`)
}

const every = (selector) => [...root.querySelectorAll(selector)].filter(isSeen)

const nameOf = (element) => {
  const words = element.getAttribute('aria-label') || element.innerText || element.placeholder || element.className || element.tagName
  return words.trim().slice(0, SHOWN)
}

const isLarge = (element) => {
  const { fontSize, fontWeight } = style(element)
  return parseFloat(fontSize) >= LARGE_PX || (parseFloat(fontSize) >= LARGE_BOLD_PX && Number(fontWeight) >= BOLD)
}

const judgeText = (element, place, colour, what) => {
  const behind = behindContent(element, place)
  if (!behind.length) return
  const [kind, least] = isLarge(element) ? ['large text', GRAPHIC] : ['text', TEXT]
  judge(kind, leastContrast(faded(colour, element), behind), least, what)
}

const placesOf = (node) => {
  const range = document.createRange()
  range.selectNodeContents(node)
  return [...range.getClientRects()].filter(({ width, height }) => width && height)
}

const readTexts = (above) => {
  const walker = document.createTreeWalker(above, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !isSeen(element)) continue
    const what = node.data.trim().slice(0, SHOWN)
    for (const place of placesOf(node)) {
      judgeText(element, place, style(element).color, what)
      if (place.left < -1 || place.right > innerWidth + 1) findings.add(`beside the screen: ${what}`)
    }
  }
}

const readField = (field) => {
  const { color } = field.value ? style(field) : style(field, '::placeholder')
  judgeText(field, field.getBoundingClientRect(), color, field.value || field.placeholder)
}

const readSign = (sign) => {
  const behind = around(sign)
  if (behind.length) judge('sign', leastContrast(faded(style(sign).backgroundColor, sign), behind), GRAPHIC, sign.className)
}

/** Where a control is shows by a border or by a ground, its own or of something in it. */
const readEdge = (control) => {
  const behind = around(control)
  if (!behind.length) return
  const shown = [control, ...control.querySelectorAll('*')].flatMap((each) => {
    const { borderTopWidth, borderTopColor, backgroundColor } = style(each)
    return parseFloat(borderTopWidth) ? [borderTopColor, backgroundColor] : [backgroundColor]
  })
  judge('edge', Math.max(...shown.map((text) => leastContrast(parse(text), behind))), GRAPHIC, nameOf(control))
}

/** Cells of WeUI listen, all of them; what is ours is heard on the component around. */
const isHeard = ({ __wxElement, className }) => {
  const tap = __wxElement && __wxElement._$eventTarget && __wxElement._$eventTarget.listeners.tap
  return Boolean(tap && !tap.funcArr.empty && !className.includes('weui-cell'))
}

const readTarget = (target) => {
  const place = target.getBoundingClientRect()
  if (!behindContent(target, place).length) return
  judge('target', Math.min(place.width, place.height), TARGET_PX, nameOf(target))
  const spoken = [target, ...target.querySelectorAll('[role]')]
  if (!target.matches(HAS_ROLE) && !spoken.some((each) => each.hasAttribute('role'))) findings.add(`no role: ${nameOf(target)}`)
  const is_labelled = spoken.some((each) => each.getAttribute('aria-label'))
  if (!is_labelled && (target.matches(NEEDS_LABEL) || !target.innerText.trim())) findings.add(`no name: ${nameOf(target)}`)
}

const readBox = (box) => {
  const is_cut = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
  if (style(box).overflowX === 'hidden' && box.innerText && is_cut) findings.add(`cut off: ${nameOf(box)}`)
}

readTexts(bar)
readTexts(root)
every(FIELDS).forEach(readField)
every('*').filter(isMasked).forEach(readSign)
every(EDGED).forEach(readEdge)
every('*').filter((each) => each.type !== 'range' && (each.matches(CONTROLS) || isHeard(each))).forEach(readTarget)
every('*').forEach(readBox)

export default { findings: [...findings], worst }
