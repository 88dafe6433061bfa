/**
 * What a phone downloads: the main package and each subpackage, with what they use of npm.
 *
 * WeChat DevTools leaves out what nothing refers to and makes scripts smaller; this counts files as they are, so the
 * upload is smaller than what is said here.
 */

import fs from 'node:fs'
import path from 'node:path'
import { PRODUCT } from './build.mjs'
import { isFile, Project } from './project.mjs'

/** Files of the folder that are not uploaded. */
const LEFT_OUT = /^(node_modules\/|types\.d\.ts$|tsconfig\.json$|package(-lock)?\.json$|project\..*config\.json$)/
const PARTS = ['.js', '.json', '.wxml', '.wxss', '.wxs']
const REFERENCES = {
  '.js': /require\(\s*['"]([^'"]+)['"]\s*\)/g,
  '.wxs': /require\(\s*['"]([^'"]+)['"]\s*\)/g,
  '.wxss': /@import\s+(?:url\()?['"]([^'"]+)['"]/g,
  '.wxml': /<(?:import|include|wxs)\s[^>]*?src=['"]([^'"]+)['"]/g,
}

const existing = (file) => ['', '.js', '/index.js'].map((ending) => file + ending).find(isFile)

/** The file that a name means in another. */
const fileOf = (project, from, name) => {
  const beside = existing(name.startsWith('/') ? path.join(project.root, name) : path.join(path.dirname(from), name))
  if (beside || name.startsWith('.')) return beside
  const inPackage = project.npmFile(name)
  return inPackage ? existing(inPackage) : undefined
}

/** The files that a file refers to. */
const referred = (project, file) => {
  const pattern = REFERENCES[path.extname(file)]
  const names = pattern ? [...fs.readFileSync(file, 'utf8').matchAll(pattern)] : []
  return names.map(([, name]) => fileOf(project, file, name)).filter(Boolean)
}

/** Every file of npm packages that something of the program uses. */
const npmFiles = (project, own) => {
  const components = [...project.components.keys()].flatMap((id) => PARTS.map((part) => `${project.fileOf(id)}${part}`))
  const waiting = [...own, ...components.filter(isFile)]
  const seen = new Set()
  while (waiting.length) {
    const file = waiting.pop()
    if (seen.has(file)) continue
    seen.add(file)
    waiting.push(...referred(project, file))
  }
  return [...seen].filter((file) => file.includes('/node_modules/'))
}

const sum = (files) => files.reduce((bytes, file) => bytes + fs.statSync(file).size, 0)

/**
 * The bytes of each package.
 *
 * @param {string} [root]
 * @returns {Record<string, number>} `main`, and each subpackage by its root; packages of npm lie in the main one.
 */
export const packageSizes = (root = PRODUCT) => {
  const project = new Project(root)
  const names = fs.readdirSync(project.root, { recursive: true }).filter((name) => !LEFT_OUT.test(name))
  const own = names.map((name) => path.join(project.root, name)).filter(isFile)
  const within = (subpackage) => own.filter((file) => file.startsWith(path.join(project.root, subpackage, '/')))
  const inSubpackages = project.subpackages.map((subpackage) => [subpackage, within(subpackage)])
  const elsewhere = new Set(inSubpackages.flatMap(([, files]) => files))
  const main = [...own.filter((file) => !elsewhere.has(file)), ...npmFiles(project, own)]
  return { main: sum(main), ...Object.fromEntries(inSubpackages.map(([name, files]) => [name, sum(files)])) }
}
