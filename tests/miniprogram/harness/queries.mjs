/** `createSelectorQuery`, also for the node of a canvas, which glass-easel's own has not. */

const rectOf = (dom) => {
  const { left, top, right, bottom, width, height } = dom.getBoundingClientRect()
  return { left, top, right, bottom, width, height }
}

const scrollOf = (dom) => ({ scrollLeft: dom.scrollLeft, scrollTop: dom.scrollTop, scrollWidth: dom.scrollWidth, scrollHeight: dom.scrollHeight })

/** A canvas as WeChat gives it: it lends frames and images. */
const nodeOf = (dom) => {
  if (dom.tagName === 'CANVAS' && !dom.createImage) {
    dom.createImage = () => new Image()
    dom.requestAnimationFrame = (call) => requestAnimationFrame(call)
    dom.cancelAnimationFrame = (id) => cancelAnimationFrame(id)
  }
  return dom
}

const found = (element, fields) => {
  const dom = element.$$
  const result = {}
  if (fields.id) result.id = element.id
  if (fields.dataset) result.dataset = element.dataset
  if (fields.rect || fields.size) {
    const { width, height, ...edges } = rectOf(dom)
    Object.assign(result, fields.rect && edges, fields.size && { width, height })
  }
  if (fields.scrollOffset) Object.assign(result, scrollOf(dom))
  if (fields.node) result.node = nodeOf(dom)
  return result
}

/** A page that was left has nothing on the screen. */
const isThere = (element) => Boolean(element.$$)

const viewport = () => ({ ...scrollOf(document.scrollingElement), ...rectOf(document.documentElement) })

class Nodes {
  constructor(query, find) {
    this.query = query
    this.find = find
  }

  fields(fields, call = () => {}) {
    this.query.steps.push({ find: () => this.find((element) => found(element, fields)), call })
    return this.query
  }

  boundingClientRect(call) { return this.fields({ id: true, dataset: true, rect: true, size: true }, call) }
  scrollOffset(call) { return this.fields({ id: true, dataset: true, scrollOffset: true }, call) }
  node(call) { return this.fields({ node: true }, call) }
}

class Query {
  /** @param {any} component Whose template is searched. */
  constructor(component) {
    this.component = component
    this.steps = []
  }

  in(component) {
    this.component = component
    return this
  }

  #root() { return this.component._$.getShadowRoot() }

  select(selector) {
    const root = this.#root()
    return new Nodes(this, (told) => {
      const element = root.querySelector(selector)
      return element && isThere(element) ? told(element) : null
    })
  }

  selectAll(selector) {
    const root = this.#root()
    return new Nodes(this, (told) => root.querySelectorAll(selector).filter(isThere).map(told))
  }

  selectViewport() { return new Nodes(this, viewport) }

  /** Answers later, as the real one, which asks another thread. */
  exec(call = () => {}) {
    requestAnimationFrame(() => {
      const results = this.steps.map(({ find }) => find())
      this.steps.forEach((step, index) => step.call(results[index]))
      call(results)
    })
    return this
  }
}

/** A query within a component or page. */
export const createQuery = (component) => new Query(component)
