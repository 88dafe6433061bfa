/** What the build weighs: each chunk, and all that the first view fetches, against what it may weigh. */

const FIRST_VIEW = ['index.html', 'src/app.ts', 'first', 'src/activities/ActivitiesPage.vue']
const MOST_KB = 250

const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(8)

/** Every file that entries of the manifest, or chunks that have a name there, load before they run. */
const closure = (manifest, entries) => {
  const [found, waiting] = [new Set(), [...entries]]
  while (waiting.length) {
    const key = waiting.pop()
    const chunk = manifest[key] ?? Object.values(manifest).find(({ name }) => name === key)
    if (!chunk) throw new Error(`the build has no ${key}`)
    if (found.has(chunk.file)) continue
    for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file)
    waiting.push(...(chunk.imports ?? []))
  }
  return found
}

/**
 * The table, as text.
 *
 * @param {Record<string, {sizes: Record<string, number>}>} files
 * @param {Record<string, {file: string, name?: string, css?: string[], imports?: string[]}>} manifest Of vite.
 */
export const table = (files, manifest) => {
  const first = new Set(['index.html', ...closure(manifest, FIRST_VIEW)])
  const size = (name, encoding) => files[name].sizes[encoding] ?? files[name].sizes.identity
  const sum = (names, encoding) => names.reduce((total, name) => total + size(name, encoding), 0)
  const console_ = Object.keys(files).filter((name) => !name.startsWith('docs/'))
  const rows = console_
    .sort((left, right) => size(right, 'gzip') - size(left, 'gzip'))
    .map(
      (name) =>
        `${kb(size(name, 'identity'))} ${kb(size(name, 'gzip'))} ${kb(size(name, 'br'))}  ${first.has(name) ? '*' : ' '} ${name}`,
    )
  const total = sum([...first], 'gzip')
  const verdict = `first view (*): ${kb(total).trim()} KB gzip, ${kb(sum([...first], 'br')).trim()} KB brotli; at most ${MOST_KB} KB gzip`
  if (total > MOST_KB * 1024) throw new Error(verdict)
  return ['      KB     gzip       br', ...rows, verdict].join('\n')
}
