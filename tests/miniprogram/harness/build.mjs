/**
 * Builds a native mini-program into one static page for a browser: `node build.mjs [root] [out]`.
 *
 * Fails on any error of a template, style or script. Nothing of the product is changed by it, and none of it ships.
 */

import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import { isFile, Project } from './project.mjs'
import { toCss } from './styles.mjs'
import { compileTemplates } from './templates.mjs'

const HERE = path.dirname(fileURLToPath(import.meta.url))
export const ROOT = path.resolve(HERE, '../../..')
export const PRODUCT = path.join(ROOT, 'miniprogram')
export const OUT = path.join(ROOT, '.local', 'miniprogram')

const RESOURCE = /\.(png|jpe?g|gif|svg|webp|mp3)$/
const ENDINGS = ['', '.js', '/index.js']

const HTML = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>签到</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width,initial-scale=1,maximum-scale=1"><link rel="stylesheet" href="base.css">
</head><body><script src="shim.js"></script><script src="app.js"></script></body></html>
`

/** What a component says of its styles, in its JSON or in its script's options. */
const isolationOf = (project, id, json) => {
  if (json.styleIsolation) return json.styleIsolation
  const script = project.read(id, '.js')
  const named = /styleIsolation:\s*['"]([\w-]+)['"]/.exec(script)
  if (named) return named[1]
  return /addGlobalClass:\s*(true|!0)/.test(script) ? 'apply-shared' : 'isolated'
}

/** The styles of the app and of each component, and what the runtime has to know of them. */
const styled = (project) => {
  const css = { app: toCss(project, 'app', '') }
  const meta = {}
  let scopes = 0
  for (const [id, { json, isPage, using }] of project.components) {
    const styleIsolation = isPage ? 'shared' : isolationOf(project, id, json)
    const scope = styleIsolation === 'shared' ? undefined : `s${scopes++}`
    css[id] = toCss(project, id, scope || '')
    meta[id] = { scope, json: { ...json, styleIsolation, component: !isPage, usingComponents: using } }
  }
  return { css, meta }
}

/** How a script of a mini-program finds another: from the root, beside it even without `./`, or in an npm package. */
const resolver = (project, virtual) => ({
  name: 'mini-program',
  setup(build) {
    const found = (file) => file && ENDINGS.map((ending) => file + ending).find(isFile)
    build.onResolve({ filter: /^virtual:/ }, ({ path: name }) => ({ path: name, namespace: 'virtual' }))
    build.onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path: name }) => ({ contents: `module.exports = ${virtual[name]}`, loader: 'js' }))
    build.onResolve({ filter: /^component:/ }, ({ path: name }) => ({ path: `${project.fileOf(name.slice('component:'.length))}.js` }))
    build.onResolve({ filter: /^\// }, ({ path: name }) => {
      const file = found(path.join(project.root, name))
      return file && !isFile(name) ? { path: file } : undefined
    })
    build.onResolve({ filter: /^[@a-z]/i }, ({ path: name, importer, resolveDir }) => {
      if (!importer.startsWith(project.root)) return undefined
      const file = found(path.join(resolveDir, name)) || found(project.npmFile(name))
      return file ? { path: file } : undefined
    })
  },
})

const entry = (project) => {
  const components = [...project.components.keys()].map((id) => `${JSON.stringify(id)}: () => require('component:${id}')`)
  return `import { boot } from '${path.join(HERE, 'runtime.mjs')}'
boot(require('virtual:meta'), require('virtual:templates'), require('virtual:css'), {
  app: () => require('${path.join(project.root, 'app.js')}'),
  components: { ${components.join(',\n')} },
})`
}

const copyResources = (project, out) => {
  for (const name of fs.readdirSync(project.root, { recursive: true })) {
    if (name.includes('node_modules') || !RESOURCE.test(name)) continue
    fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true })
    fs.copyFileSync(path.join(project.root, name), path.join(out, name))
  }
}

/** Scripts of the product in a bundle; not those of the browser that runs it. */
const scriptsOf = (metafile, project) => Object.keys(metafile.inputs).map((name) => path.resolve(name)).filter((file) => file.startsWith(project.root))

const OPTIONS = { bundle: true, format: 'iife', target: 'es2020', sourcemap: true, logLevel: 'warning' }

/**
 * Builds.
 *
 * @param {string} root The folder of app.json.
 * @param {string} out Where index.html goes.
 * @returns {Promise<{project: Project, bytes: number, ms: number, warnings: string[]}>}
 * @throws An error that names every wrong line of a template.
 */
export const build = async (root = PRODUCT, out = OUT) => {
  const began = performance.now()
  const project = new Project(root)
  const { code, errors, warnings } = compileTemplates(project)
  if (errors.length) throw new Error(`templates:\n${errors.join('\n')}`)
  const { css, meta } = styled(project)
  const virtual = {
    'virtual:templates': code,
    'virtual:css': JSON.stringify(css),
    'virtual:meta': JSON.stringify({ appJson: project.appJson, theme: project.theme, pages: project.pages, subpackages: project.subpackages, meta }),
  }
  fs.mkdirSync(out, { recursive: true })
  const { metafile } = await esbuild.build({
    ...OPTIONS, stdin: { contents: entry(project), resolveDir: HERE }, outfile: path.join(out, 'app.js'), metafile: true,
    plugins: [resolver(project, virtual)],
  })
  scriptsOf(metafile, project).forEach((file) => project.files.add(file))
  await esbuild.build({ ...OPTIONS, entryPoints: [path.join(HERE, 'shim.mjs')], outfile: path.join(out, 'shim.js') })
  fs.copyFileSync(path.join(HERE, 'base.css'), path.join(out, 'base.css'))
  fs.writeFileSync(path.join(out, 'index.html'), HTML)
  copyResources(project, out)
  const bytes = fs.statSync(path.join(out, 'app.js')).size
  return { project, bytes, ms: Math.round(performance.now() - began), warnings }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await build(process.argv[2], process.argv[3])
  built.warnings.forEach((warning) => console.warn(warning))
  console.log(`${built.project.pages.length} pages, ${built.project.components.size} components, ${built.bytes} bytes in ${built.ms} ms`)
}
