/** What a phone downloads: the main package and each subpackage, with what they use of npm. */

import fs from 'node:fs'
import path from 'node:path'

/**
 * The bytes of each package, files as they are; WeChat DevTools makes them smaller, so an upload is less than this.
 *
 * @param {import('./project.mjs').Project} project After `build`, which finds every file that is used.
 * @returns {Record<string, number>} `main`, and each subpackage by its root; packages of npm lie in the main one.
 */
export const packageSizes = (project) => {
  const sizes = Object.fromEntries(['main', ...project.subpackages].map((name) => [name, 0]))
  for (const file of project.files) {
    const owner = project.subpackages.find((name) => file.startsWith(path.join(project.root, name, '/')))
    sizes[owner || 'main'] += fs.statSync(file).size
  }
  return sizes
}
