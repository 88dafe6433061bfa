/** WXML and WXS as the JavaScript that glass-easel renders. */

import path from 'node:path'
import compiler from 'glass-easel-template-compiler'

const { TmplGroup } = compiler
const REQUIRE = /(require\(\s*['"])([^'"]+?)(?:\.wxs)?(['"]\s*\))/g

/**
 * One object of templates by id.
 *
 * @param {import('./project.mjs').Project} project
 * @returns {{code: string, errors: string[], warnings: string[]}}
 */
export const compileTemplates = (project) => {
  const group = new TmplGroup()
  const seen = new Set()
  const errors = []
  const warnings = []

  const addScript = (id) => {
    if (seen.has(`${id}.wxs`)) return
    seen.add(`${id}.wxs`)
    const code = project.read(id, '.wxs')
    group.addScript(id, code.replace(REQUIRE, '$1$2$3'))
    for (const [, , needed] of code.matchAll(REQUIRE)) {
      addScript(needed.startsWith('/') ? needed.slice(1) : path.posix.join(path.posix.dirname(id), needed))
    }
  }

  const addTemplate = (id) => {
    if (seen.has(id)) return
    seen.add(id)
    for (const found of group.addTmpl(id, project.read(id, '.wxml')) || []) {
      const into = found.isError ? errors : warnings
      into.push(`${id}.wxml:${found.startLine + 1}: ${found.message}`)
    }
    group.getDirectDependencies(id).forEach(addTemplate)
    for (const script of group.getScriptDependencies(id)) addScript(script.replace(/\.wxs$/, ''))
  }

  for (const id of project.components.keys()) addTemplate(id)
  return { code: group.getTmplGenObjectGroups(), errors, warnings }
}
