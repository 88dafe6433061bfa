/** Runs a built mini-program in the page: components on glass-easel, then the app, then its first page. */

import * as adapter from 'glass-easel-miniprogram-adapter'
import { installBuiltins, onBackendEvent } from './builtins.mjs'
import { Pages } from './pages.mjs'
import { createQuery } from './queries.mjs'
import { PLAIN } from './tags.mjs'

const { glassEasel } = adapter
const WRAPPED = [
  'view', 'text', 'button', 'scroll-view', 'root-portal', 'icon', 'form', 'label', 'picker', 'picker-view', 'picker-view-column',
  'switch', 'slider', 'navigator', 'swiper', 'swiper-item', 'cover-view', 'rich-text', 'checkbox-group', 'checkbox', 'radio-group',
  'radio', 'camera', 'page-meta', 'navigation-bar', 'page-container', 'match-media', 'open-data', 'block',
]

window.__errors = []
window.__warnings = []
const failed = (error) => {
  window.__errors.push(String((error && error.stack) || (error && error.message) || JSON.stringify(error)))
  console.error(error)
}

window.addEventListener('unhandledrejection', (event) => failed(event.reason))
window.addEventListener('error', (event) => failed(event.error || event.message))

/** Definitions as the adapter takes them: behaviours of the platform itself, named by text, are not for it. */
const plain = (definition) => {
  if (definition.behaviors) definition.behaviors = definition.behaviors.filter((each) => typeof each !== 'string')
  return definition
}

const createSpace = (meta, templates, css) => {
  const environment = new adapter.MiniProgramEnv()
  const space = environment.createCodeSpace('', true)
  const components = space.getComponentSpace()
  for (const tag of WRAPPED) components.setGlobalUsingComponent(tag, `wx-${tag}`)
  for (const [tag, name] of Object.entries(PLAIN)) components.setGlobalUsingComponent(tag, name)
  const backend = new glassEasel.CurrentWindowBackendContext()
  const associated = environment.associateBackend(backend)
  backend.onEvent(onBackendEvent)
  space.addStyleSheet('app', 'app')
  associated.registerStyleSheetContent('app', css.app)
  for (const [id, { scope, json }] of Object.entries(meta)) {
    space.addComponentStaticConfig(id, json)
    // Without the last, `bindtap` on a built-in tag is not heard; `bind:tap` is.
    space.addCompiledTemplate(id, { groupList: templates, content: templates[id], fallbackListenerOnNativeNode: true })
    associated.registerStyleSheetContent(id, css[id])
    space.addStyleSheet(id, id, scope)
  }
  return { space, associated }
}

/** Runs the script of a component with the globals that belong to it. */
const define = (space, id, run) => space.componentEnv(id, ({ Page, Component, Behavior }) => {
  window.Page = (definition) => Page(plain(definition))
  window.Component = (definition) => (definition ? Component(plain(definition)) : Component())
  window.Behavior = Object.assign((definition) => (definition ? Behavior(plain(definition)) : Behavior()), Behavior)
  run()
})

const firstPage = (routes) => decodeURIComponent((/[?&]p=([^&#]+)/.exec(location.search) || [])[1] || routes[0])

/**
 * Starts.
 *
 * @param {{appJson: any, theme: any, pages: string[], meta: Record<string, any>}} project
 * @param {Record<string, any>} templates
 * @param {Record<string, string>} css
 * @param {{app: () => void, components: Record<string, () => void>}} scripts
 */
export const boot = ({ appJson, theme, pages: routes, meta }, templates, css, scripts) => {
  window.getDate = (...values) => new Date(...values)
  window.getRegExp = (pattern, flags) => new RegExp(pattern, flags)
  glassEasel.globalOptions.throwGlobalError = false
  glassEasel.globalOptions.writeIdToDOM = true
  glassEasel.addGlobalErrorListener(failed)
  glassEasel.addGlobalWarningListener((message) => window.__warnings.push(String(message)))
  adapter.component.ComponentCaller.prototype.createSelectorQuery = function () { return createQuery(this) }

  const { space, associated } = createSpace(meta, templates, css)
  let app = {}
  const pages = new Pages({
    appJson, theme, routes, meta, failed,
    create: (route, url) => {
      const root = associated.createRoot('wx-page-root', space, `/${route}`)
      return { root, page: root.get(), url }
    },
  })
  installBuiltins(pages)
  window.App = (definition) => { app = definition }
  window.getApp = () => app
  window.getCurrentPages = () => pages.stack.map(({ page }) => page)
  window.__harness.start({ pages, createQuery, appJson, app: () => app })

  const url = firstPage(routes)
  const [path, query] = url.split('?')
  const options = window.__harness.launch({ path, query: Object.fromEntries(new URLSearchParams(query)) })
  scripts.app()
  for (const [id, run] of Object.entries(scripts.components)) define(space, id, run)
  app.onLaunch?.(options)
  app.onShow?.(options)
  window.__harness.emit('appShow', options)
  pages.reLaunch(`/${url}`)
  requestAnimationFrame(() => {
    window.__ready = true
    window.__boot_ms = Math.round(performance.now())
  })
}
