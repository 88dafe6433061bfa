/** What is really painted in the page: colours with every opacity above them, and what lies behind a point. */

import { over, parse } from './colours.mjs'

const WHITE = [255, 255, 255]
const PAGE = '.h-page, .h-bar'

/** Asks each element once: nothing changes while a page is measured, and most elements lie behind many others. */
const once = (ask) => {
  const known = new Map()
  return (element) => {
    if (!known.has(element)) known.set(element, ask(element))
    return known.get(element)
  }
}

const opacityOf = once((element) => Number(getComputedStyle(element).opacity) * (element.parentElement ? opacityOf(element.parentElement) : 1))

const isSame = (element) => (each) => each === element || element.contains(each)

const isOfOneStack = (element) => (each) => isSame(element)(each) || each.contains(element)

export const isSeen = once((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))

export const isMasked = once((element) => getComputedStyle(element).maskImage !== 'none')

/** A colour of an element, as faint as the element is. */
export const faded = (text, element) => {
  const { rgb, alpha } = parse(text)
  return { rgb, alpha: alpha * opacityOf(element) }
}

/** Each colour of a gradient may be the one behind a text. A mask lets only a shape of it through. */
const paintOf = once((element) => {
  const { backgroundColor, backgroundImage } = getComputedStyle(element)
  if (isMasked(element)) return []
  const stops = backgroundImage.includes('gradient') ? backgroundImage.match(/rgba?\([^)]*\)/g) : [backgroundColor]
  return stops.map((text) => faded(text, element))
})

const isPainted = (element) => paintOf(element).some(({ alpha }) => alpha > 0)

const composed = (layers) => layers.reduceRight((below, layer) => {
  const paint = paintOf(layer)
  return paint.length ? below.flatMap((under) => paint.map((colour) => over(colour, under))) : below
}, [WHITE])

const stackAt = ({ left, top, width, height }, isOfIt) => {
  const stack = document.elementsFromPoint(left + width / 2, top + height / 2)
  const first = stack.findIndex(isOfIt)
  const is_covered = first < 0 || !stack[0].closest(PAGE) || stack.slice(0, first).some(isPainted)
  return is_covered ? [] : stack.slice(first)
}

/** Every colour that may be behind the content of an element in the middle of a place; none where something covers it. */
export const behindContent = (element, place) => {
  const stack = stackAt(place, isOfOneStack(element))
  return stack.length ? composed(stack) : []
}

/** Every colour that may be around an element; none where something covers it. */
export const around = (element) => {
  const stack = stackAt(element.getBoundingClientRect(), isSame(element))
  return stack.length ? composed(stack.filter((each) => !isSame(element)(each))) : []
}
