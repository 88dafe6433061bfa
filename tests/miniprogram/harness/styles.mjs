/** WXSS as CSS: rpx, the names of built-in tags, and the isolation of components by a prefix for each. */

import postcss from 'postcss'
import { PLAIN } from './tags.mjs'

const TAGS = new Set([
  'view', 'text', 'image', 'button', 'input', 'textarea', 'scroll-view', 'swiper', 'swiper-item', 'icon', 'progress', 'checkbox',
  'checkbox-group', 'radio', 'radio-group', 'switch', 'slider', 'picker', 'picker-view', 'form', 'label', 'navigator', 'canvas',
  'root-portal', 'cover-view', 'cover-image', 'rich-text', 'page-container',
])

const RPX = /(-?[\d.]+)rpx\b/g
const VH = /(-?[\d.]+)vh\b/g
const TOKENS = /"[^"]*"|'[^']*'|(:host)(\([^)]*\))?|(^|[\s>+~,(])([a-z][a-z-]*)(?![\w-(])|\.(-?[_a-zA-Z][\w-]*)/g

/** Lengths of a mini-program as CSS: 750rpx are the width of the screen, 100vh its height below the bar. */
const lengths = (text) => text.replace(RPX, 'calc(var(--rpx) * $1)').replace(VH, 'calc(var(--vh) * $1)')

const selector = (text, scope) =>
  text.replace(TOKENS, (whole, host, argument, before, tag, name) => {
    if (host) return `[wx-host="${scope}"]${argument || ''}`
    if (tag === 'page') return `${before}.wx-page`
    if (tag) return TAGS.has(tag) ? before + (PLAIN[tag] || `wx-${tag}`) : whole
    if (name) return `.${scope ? `${scope}--` : ''}${name}`
    return whole
  })

/** A class may also be that of a placeholder, by `placeholder-class`. */
const forPlaceholders = (text) => (/^\.[\w-]+$/.test(text) ? [text, `[placeholder-class~="${text.slice(1)}"]::placeholder`] : [text])

/** Within one page only, at no weight: what is shared reaches the components that ask for it, and no other page. */
const withinPage = (id) => (text) => {
  const page = `.wx-page[data-route="${id}"]`
  return text.includes('.wx-page') ? text.replace('.wx-page', page) : `:where(${page}) ${text}`
}

const isKeyframe = (rule) => rule.parent.type === 'atrule' && rule.parent.name.endsWith('keyframes')

const isolateKeyframes = (sheet, scope) => {
  const names = new Set()
  sheet.walkAtRules(/keyframes$/, (frames) => {
    names.add(frames.params)
    frames.params = `${scope}--${frames.params}`
  })
  sheet.walkDecls(/^animation(-name)?$/, (declaration) => {
    const words = declaration.value.split(/(\s+|,)/)
    declaration.value = words.map((word) => (names.has(word) ? `${scope}--${word}` : word)).join('')
  })
}

/** The parsed sheet of an id with everything it imports in place. */
const inlined = (project, id, above = []) => {
  const sheet = postcss.parse(project.read(id, '.wxss'), { from: `${id}.wxss` })
  sheet.walkAtRules('import', (rule) => {
    const reference = rule.params.replace(/^(url\()?["']?|["']?\)?$/g, '').replace(/\.wxss$/, '')
    const imported = project.resolve(id, reference, '.wxss')
    if (above.includes(imported)) rule.remove()
    else rule.replaceWith(inlined(project, imported, [...above, id]).nodes)
  })
  return sheet
}

const LENGTH = /^(font-size|line-height)$/
const UNIT = /[a-z%]$/

/** Phones can enlarge all text; so can this one, by `--font`. */
const enlarge = (declaration) => {
  if (LENGTH.test(declaration.prop) && UNIT.test(declaration.value) && /^[\d.]/.test(declaration.value)) {
    declaration.value = `calc(${declaration.value} * var(--font))`
  }
}

/**
 * The CSS of a component, page, or the app.
 *
 * @param {import('./project.mjs').Project} project
 * @param {string} id
 * @param {string} scope The prefix of its class names; empty if its styles are shared.
 */
export const toCss = (project, id, scope) => {
  const sheet = inlined(project, id)
  const placed = project.pages.includes(id) ? withinPage(id) : (text) => text
  sheet.walkDecls((declaration) => {
    enlarge(declaration)
    declaration.value = lengths(declaration.value)
  })
  sheet.walkRules((rule) => {
    if (!isKeyframe(rule)) rule.selectors = rule.selectors.flatMap(forPlaceholders).map((each) => placed(selector(each, scope)))
  })
  if (scope) isolateKeyframes(sheet, scope)
  return sheet.toString()
}
