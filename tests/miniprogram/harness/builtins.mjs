/** What built-in tags do by themselves: forms, pickers, switches, sliders, scroll views, open types. */

import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { field, sheet } from './dialogs.mjs'

const LOWER_PX = 50
const REFRESH_PX = 60
const TEXTUAL = { number: 'numeric', digit: 'decimal', idcard: 'text', nickname: 'text', text: 'text', 'safe-password': 'text' }

/** An event of WeChat on an element of the page. */
const fire = (dom, type, detail = {}) => {
  const element = dom.__wxElement
  if (element) glassEasel.Event.dispatchEvent(element, new glassEasel.Event(type, detail, { bubbles: false, composed: false }))
}

/** An attribute as the template gave it: lists and objects too. */
const raw = (dom, name) => dom.__wxElement && dom.__wxElement._$nodeAttributes && dom.__wxElement._$nodeAttributes[name]

const isOff = (dom) => dom.hasAttribute('disabled') && dom.getAttribute('disabled') !== 'false'

const isField = (dom) => dom && /^(INPUT|TEXTAREA)$/.test(dom.tagName)

/** Attributes that mean something else to a browser. */
const patchAttributes = () => {
  const set = Element.prototype.setAttribute
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'style') return set.call(this, name, String(value).replace(/(-?[\d.]+)rpx\b/g, 'calc(var(--rpx) * $1)'))
    if (name === 'aria-role') return set.call(this, 'role', value)
    if (!isField(this) || !this.__wxElement) return set.call(this, name, value)
    if (name === 'value') this.value = value
    if (name === 'focus' || name === 'auto-focus') requestAnimationFrame(() => this.focus())
    if (name === 'type' && TEXTUAL[value]) return set.call(this, 'inputmode', TEXTUAL[value])
    return set.call(this, name, value)
  }
}

/** Says that it is off where a browser looks, so that a finger waits for it as a person does who sees it grey. */
class Button extends HTMLElement {
  static observedAttributes = ['disabled']

  connectedCallback() {
    if (!this.hasAttribute('role')) this.setAttribute('role', 'button')
  }

  attributeChangedCallback() { this.setAttribute('aria-disabled', String(isOff(this))) }
}

class Switch extends HTMLElement {
  toggle() {
    this.toggleAttribute('checked')
    fire(this, 'change', { value: this.hasAttribute('checked') })
  }

  get value() { return this.hasAttribute('checked') }
}

class Slider extends HTMLElement {
  static observedAttributes = ['min', 'max', 'step', 'value', 'disabled']

  connectedCallback() {
    if (this.input) return
    this.input = document.createElement('input')
    this.input.type = 'range'
    this.attributeChangedCallback()
    this.appendChild(this.input)
    // What the field says is not what the slider says.
    for (const type of ['input', 'change']) this.input.addEventListener(type, (event) => event.stopPropagation())
    this.input.addEventListener('input', () => fire(this, 'changing', { value: Number(this.input.value) }))
    this.input.addEventListener('change', () => fire(this, 'change', { value: Number(this.input.value) }))
  }

  attributeChangedCallback() {
    if (!this.input) return
    for (const name of ['min', 'max', 'step', 'value']) if (this.hasAttribute(name)) this.input[name] = this.getAttribute(name)
    this.input.disabled = isOff(this)
  }

  get value() { return Number(this.input.value) }
}

/** The size of `rem`, and styles of the page's root. */
class PageMeta extends HTMLElement {
  static observedAttributes = ['root-font-size', 'page-style']

  connectedCallback() { this.attributeChangedCallback() }

  attributeChangedCallback() {
    const size = this.getAttribute('root-font-size')
    if (size) document.documentElement.style.fontSize = size === 'system' ? `${window.__fx.font_size}px` : size
    const page = this.closest('.wx-page')
    if (page && this.hasAttribute('page-style')) page.setAttribute('style', this.getAttribute('page-style'))
  }
}

/** Sees what a test holds in front of it, for as long as it is there, as a camera of `mode="scanCode"` tells it. */
class Camera extends HTMLElement {
  connectedCallback() {
    this.stop = window.__harness.watch({
      read: (result) => { if (this.getAttribute('mode') === 'scanCode') fire(this, 'scancode', { result, type: 'QR_CODE' }) },
      failed: (errMsg) => fire(this, 'error', { errMsg }),
    })
  }

  disconnectedCallback() { this.stop() }
}

const itemText = (dom, item) => (raw(dom, 'range-key') ? item[raw(dom, 'range-key')] : item)

/** Each mode of a picker; the value it changes to, or null. */
const PICKERS = {
  selector: (dom) => sheet((raw(dom, 'range') || []).map((item) => String(itemText(dom, item)))),
  async multiSelector(dom) {
    const chosen = []
    for (const column of raw(dom, 'range')) {
      const index = await sheet(column.map((item) => String(itemText(dom, item))))
      if (index === null) return null
      chosen.push(index)
    }
    return chosen
  },
  date: (dom) => field('date', raw(dom, 'value') || '', { min: raw(dom, 'start'), max: raw(dom, 'end') }),
  time: (dom) => field('time', raw(dom, 'value') || '', { min: raw(dom, 'start'), max: raw(dom, 'end') }),
}

const pick = async (dom) => {
  const value = await PICKERS[dom.getAttribute('mode') || 'selector'](dom)
  if (value === null) fire(dom, 'cancel')
  else fire(dom, 'change', { value })
}

const valuesOf = (form) => Object.fromEntries([...form.querySelectorAll('[name]')].map((dom) => {
  const value = dom.value === undefined ? raw(dom, 'value') : dom.value
  return [dom.getAttribute('name'), value]
}))

/** What a button does besides being tapped. */
const OPEN_TYPES = {
  agreePrivacyAuthorization(dom) {
    window.__harness.agreedBy(dom.__wxElement.id)
    fire(dom, 'agreeprivacyauthorization')
  },
  async openSetting(dom) { fire(dom, 'opensetting', { errMsg: 'openSetting:ok', ...(await window.__harness.openSetting()) }) },
  async getPhoneNumber(dom) { fire(dom, 'getphonenumber', await window.__harness.phoneNumber()) },
  share: () => window.__harness.share('button'),
}

const NAVIGATIONS = { navigate: 'navigateTo', redirect: 'redirectTo', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }

const TAPPED = {
  'WX-BUTTON'(dom) {
    const form = dom.closest('wx-form')
    const type = dom.getAttribute('form-type')
    if (form && type === 'submit') fire(form, 'submit', { value: valuesOf(form) })
    if (form && type === 'reset') fire(form, 'reset')
    const opened = dom.getAttribute('open-type')
    if (opened && OPEN_TYPES[opened]) OPEN_TYPES[opened](dom)
    else if (opened) window.__harness.missing(`button open-type=${opened}`)
  },
  'WX-SWITCH': (dom) => dom.toggle(),
  'WX-PICKER': pick,
  'WX-NAVIGATOR': (dom) => window.wx[NAVIGATIONS[dom.getAttribute('open-type') || 'navigate']]({ url: dom.getAttribute('url') }),
}

const tapped = (dom) => {
  for (let each = dom; each && each !== document.body; each = each.parentElement) {
    if (TAPPED[each.tagName]) {
      if (!isOff(each)) TAPPED[each.tagName](each)
      return
    }
  }
}

const isOffButton = (dom) => {
  const button = dom && dom.closest && dom.closest('wx-button')
  return Boolean(button && isOff(button))
}

/** Takes what happened in the browser to the component, in WeChat's shape. */
export const onBackendEvent = (target, type, detail, options) => {
  const dom = options.originalEvent.target
  if (type === 'tap' && isOffButton(dom)) return undefined
  const said = isField(dom) && /^(input|focus|blur|confirm|change)$/.test(type) ? { value: dom.value, cursor: dom.selectionStart } : detail
  const event = new glassEasel.Event(type, said, options)
  if (type === 'tap') window.__harness.tapping(() => glassEasel.Event.dispatchEvent(target, event))
  else glassEasel.Event.dispatchEvent(target, event)
  if (type === 'tap') tapped(dom)
  return event.getEventBubbleStatus()
}

const scrolled = (dom) => {
  fire(dom, 'scroll', { scrollTop: dom.scrollTop, scrollLeft: dom.scrollLeft, scrollHeight: dom.scrollHeight })
  const lower = Number(dom.getAttribute('lower-threshold') || LOWER_PX)
  const isNear = dom.scrollTop + dom.clientHeight >= dom.scrollHeight - lower
  if (isNear && !dom.wasNear) fire(dom, 'scrolltolower', { direction: 'bottom' })
  dom.wasNear = isNear
}

/** Pulls the first scroll view that refreshes, else the page. */
const pullDown = (pages) => {
  const view = pages.top.node.querySelector('wx-scroll-view[refresher-enabled]')
  if (view) fire(view, 'refresherrefresh')
  else pages.pullDown()
}

/** Makes the built-in tags work; once per page of the browser. */
export const installBuiltins = (pages) => {
  patchAttributes()
  customElements.define('wx-button', Button)
  customElements.define('wx-switch', Switch)
  customElements.define('wx-slider', Slider)
  customElements.define('wx-page-meta', PageMeta)
  customElements.define('wx-camera', Camera)
  let from = null
  document.addEventListener('scroll', ({ target }) => { if (target.tagName === 'WX-SCROLL-VIEW') scrolled(target) }, true)
  document.addEventListener('touchstart', ({ target, touches }) => {
    const view = target.closest && target.closest('wx-scroll-view[refresher-enabled]')
    from = view && !view.scrollTop ? { view, y: touches[0].clientY } : null
  }, true)
  document.addEventListener('touchend', ({ changedTouches }) => {
    if (from && changedTouches[0].clientY - from.y > REFRESH_PX) fire(from.view, 'refresherrefresh')
  }, true)
  document.addEventListener('keydown', ({ key, target }) => {
    if (key === 'Enter' && target.tagName === 'INPUT') fire(target, 'confirm', { value: target.value })
  })
  window.__fx.pullDown = () => pullDown(pages)
}
