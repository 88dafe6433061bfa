/** The stack of pages, their life cycles, and the bar above them. */

const DEEPEST = 10
const PULL_PX = 80
const NEAR_BOTTOM_PX = 50

/** Values as WeChat hands them over: not decoded. */
const queryOf = (text) => Object.fromEntries((text || '').split('&').filter(Boolean).map((pair) => {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}))

const element = (parent, name) => {
  const made = document.createElement('div')
  made.className = name
  parent.appendChild(made)
  return made
}

export class Pages {
  /**
   * @param {object} options
   * @param {any} options.appJson
   * @param {{light: Record<string, string>, dark: Record<string, string>} | null} options.theme
   * @param {string[]} options.routes Every page, those of subpackages too.
   * @param {Record<string, {json: any}>} options.meta
   * @param {(route: string, url: string) => {root: any, page: any}} options.create
   * @param {(error: unknown) => void} options.failed
   */
  constructor({ appJson, theme, routes, meta, create, failed }) {
    Object.assign(this, { appJson, theme, routes, meta, create, failed })
    this.stack = []
    this.dark = matchMedia('(prefers-color-scheme: dark)')
    this.dark.addEventListener('change', () => this.#paint())
    this.bar = element(document.body, 'h-bar')
    this.back = element(this.bar, 'h-back')
    this.title = element(this.bar, 'h-title')
    this.host = element(document.body, 'h-host')
    this.back.addEventListener('click', () => this.navigateBack(1))
  }

  get top() { return this.stack[this.stack.length - 1] }

  /** Throws what WeChat says in `fail`. */
  navigateTo(url) {
    const route = this.#routeOf(url)
    if (this.stack.length >= DEEPEST) throw new Error('webview count limit exceed')
    this.hide()
    this.#open(route, url)
  }

  redirectTo(url) {
    const route = this.#routeOf(url)
    this.#close(this.stack.pop())
    this.#open(route, url)
  }

  reLaunch(url) {
    const route = this.#routeOf(url)
    while (this.stack.length) this.#close(this.stack.pop())
    this.#open(route, url)
  }

  navigateBack(delta = 1) {
    const last = Math.max(this.stack.length - delta, 1)
    if (this.stack.length === last) return
    while (this.stack.length > last) this.#close(this.stack.pop())
    this.#paint()
    this.show()
  }

  /** The top page comes to the foreground. */
  show() { this.#live('onShow', 'show') }

  /** The top page goes to the background. */
  hide() { this.#live('onHide', 'hide') }

  setTitle(text) {
    this.top.title = text
    this.#paint()
  }

  setBarColor({ frontColor, backgroundColor }) {
    this.top.colors = { front: frontColor, back: backgroundColor }
    this.#paint()
  }

  /** As a finger that pulls the page down. */
  pullDown() {
    const { page, config } = this.top
    if (config.enablePullDownRefresh) this.#call(page, 'onPullDownRefresh')
  }

  scrollTo(top) { this.top.scroll.scrollTop = top }

  #routeOf(url) {
    const [route] = url.split('?')
    const base = `http://pages/${this.top ? this.top.route : ''}`
    const found = new URL(route, base).pathname.slice(1)
    if (!this.routes.includes(found)) throw new Error(`page "${found}" is not found`)
    return found
  }

  #open(route, url) {
    const query = queryOf(url.split('?')[1])
    const holder = element(this.host, 'h-page')
    const scroll = element(holder, 'h-scroll')
    const node = element(scroll, 'wx-page')
    node.dataset.route = route
    const placeholder = node.appendChild(document.createElement('span'))
    const { root, page } = this.create(route, url)
    Object.assign(page, { route, options: query })
    const config = { ...this.appJson.window, ...this.meta[route].json }
    this.stack.push({ route, query, holder, scroll, node, root, page, config, title: '' })
    // Components are attached before the page is loaded, as in WeChat.
    root.attach(node, placeholder)
    this.#call(page, 'onLoad', query)
    this.#paint()
    this.#watch(scroll, page)
    this.show()
    requestAnimationFrame(() => this.#call(page, 'onReady'))
  }

  #close(opened) {
    this.#call(opened.page, 'onUnload')
    opened.root.release()
    opened.holder.remove()
  }

  #watch(scroll, page) {
    let from = null
    let wasNear = false
    scroll.addEventListener('scroll', () => {
      const isNear = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - NEAR_BOTTOM_PX
      if (isNear && !wasNear) this.#call(page, 'onReachBottom')
      wasNear = isNear
      this.#call(page, 'onPageScroll', { scrollTop: scroll.scrollTop })
    })
    scroll.addEventListener('touchstart', (event) => { from = scroll.scrollTop ? null : event.touches[0].clientY }, { passive: true })
    scroll.addEventListener('touchend', (event) => {
      if (from !== null && event.changedTouches[0].clientY - from > PULL_PX) this.pullDown()
    })
  }

  #live(method, lifetime) {
    if (!this.top) return
    this.#call(this.top.page, method)
    this.top.root.getComponent().triggerPageLifetime(lifetime, [])
  }

  #call(page, method, ...values) {
    if (typeof page[method] !== 'function') return
    try {
      const result = page[method](...values)
      if (result && typeof result.catch === 'function') result.catch(this.failed)
    } catch (error) {
      this.failed(error)
    }
  }

  /** A colour of a page's JSON, in the theme of the phone where it is named `@name`. */
  #colour(text) {
    return text && text.startsWith('@') ? this.theme[this.dark.matches ? 'dark' : 'light'][text.slice(1)] : text
  }

  #paint() {
    const { top } = this
    if (!top) return
    for (const each of this.stack) each.holder.hidden = each !== top
    const { config, colors, node, holder } = top
    this.title.textContent = top.title || config.navigationBarTitleText || ''
    this.back.textContent = this.stack.length > 1 ? '‹' : ''
    this.bar.hidden = config.navigationStyle === 'custom'
    document.documentElement.style.setProperty('--bar', this.bar.hidden ? '0px' : '44px')
    this.bar.style.background = colors ? colors.back : this.#colour(config.navigationBarBackgroundColor) || '#ffffff'
    this.bar.style.color = (colors ? colors.front : this.#colour(config.navigationBarTextStyle)) === 'white' ? '#fff' : '#000'
    holder.style.background = getComputedStyle(node).backgroundColor
    history.replaceState(null, '', `#/${top.route}`)
  }
}
