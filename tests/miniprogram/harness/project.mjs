/**
 * A native mini-program on disk: its pages, the components they use, and where each of them lies.
 *
 * An id is what WeChat calls a path: `pages/home/home`, or `miniprogram_npm/weui-miniprogram/cell/cell` for what comes
 * from npm, which WeChat DevTools copies there and which is read from node_modules here.
 */

import fs from 'node:fs'
import path from 'node:path'

const NPM = 'miniprogram_npm/'

export const isFile = (file) => fs.existsSync(file) && fs.statSync(file).isFile()

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))

export class Project {
  /** @param {string} root The folder of app.json. */
  constructor(root) {
    this.root = path.resolve(root)
    this.appJson = readJson(path.join(this.root, 'app.json'))
    const { darkmode, themeLocation } = this.appJson
    /** What `@name` is in light and in dark, where the program follows the phone. */
    this.theme = darkmode ? readJson(path.join(this.root, themeLocation)) : null
    const subpackages = this.appJson.subPackages || this.appJson.subpackages || []
    this.subpackages = subpackages.map((each) => each.root.replace(/\/$/, ''))
    this.pages = [
      ...this.appJson.pages,
      ...subpackages.flatMap((each) => each.pages.map((page) => path.posix.join(each.root, page))),
    ]
    /** @type {Map<string, {json: any, isPage: boolean, using: Record<string, string>}>} */
    this.components = new Map()
    /** @type {Set<string>} Every file that the program consists of; scripts are added by `build`. */
    this.files = new Set([path.join(this.root, 'app.json'), ...(this.theme ? [path.join(this.root, themeLocation)] : [])])
    for (const page of this.pages) this.#add(page, true)
  }

  /** Where the files of an id lie, without extension; null if the package is not installed. */
  fileOf(id) {
    return id.startsWith(NPM) ? this.npmFile(id.slice(NPM.length)) : path.join(this.root, id)
  }

  /** A file of an npm package as a mini-program sees it: below the folder that its `miniprogram` field names. */
  npmFile(reference) {
    const parts = reference.split('/')
    const name = parts.splice(0, reference.startsWith('@') ? 2 : 1).join('/')
    const folder = path.join(this.root, 'node_modules', name)
    if (!fs.existsSync(folder)) return null
    const { miniprogram, main } = readJson(path.join(folder, 'package.json'))
    if (!parts.length && !miniprogram) return path.join(folder, main || 'index.js')
    return path.join(folder, miniprogram || '.', ...parts)
  }

  /** The id that `reference` means in the file of `from`. */
  resolve(from, reference, extension) {
    const beside = path.posix.join(path.posix.dirname(from), reference)
    const candidates = reference.startsWith('/') ? [reference.slice(1)] : [beside, NPM + reference]
    for (const id of candidates.flatMap((each) => [each, `${each}/index`])) {
      const file = this.fileOf(id)
      if (file && isFile(file + extension)) return id
    }
    throw new Error(`${from}: nothing at ${reference}${extension}`)
  }

  read(id, extension) {
    const file = this.fileOf(id) + extension
    if (!isFile(file)) return ''
    this.files.add(file)
    return fs.readFileSync(file, 'utf8')
  }

  #add(id, isPage) {
    if (this.components.has(id)) return
    const file = `${this.fileOf(id)}.json`
    if (isPage && !isFile(`${this.fileOf(id)}.js`)) throw new Error(`app.json names ${id}, and there is no ${id}.js`)
    const json = isFile(file) ? readJson(file) : {}
    if (isFile(file)) this.files.add(file)
    const using = {}
    this.components.set(id, { json, isPage, using })
    const shared = isPage ? this.appJson.usingComponents || {} : {}
    for (const [tag, reference] of Object.entries(shared)) using[tag] = this.#use('app', reference)
    for (const [tag, reference] of Object.entries(json.usingComponents || {})) using[tag] = this.#use(id, reference)
  }

  #use(from, reference) {
    const id = this.resolve(from, reference, '.json')
    this.#add(id, false)
    return `/${id}`
  }
}
