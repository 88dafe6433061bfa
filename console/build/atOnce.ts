/** Has the page name what its first script fetches, so that both come at once. */

import type { Plugin, Rolldown } from 'vite'

type Chunk = Rolldown.OutputChunk

/** Of a chunk: what it imports, each before what imports it, and itself; styles in that order, so that ours come last. */
const withImports = (chunk: Chunk, chunks: readonly Chunk[], found = new Set<Chunk>()): Set<Chunk> => {
  for (const each of chunks)
    if (chunk.imports.includes(each.fileName) && !found.has(each)) withImports(each, chunks, found)
  return found.add(chunk)
}

const link = (rel: string, file: string) => ({
  tag: 'link',
  attrs: { rel, crossorigin: true, href: `/console/${file}` },
  injectTo: 'head' as const,
})

/** @param rest The end of the path of what the first script imports. */
export const atOnce = (rest: string): Plugin => ({
  name: 'at-once',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
      const begun = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(rest))
      if (!begun) return []
      const files = [...withImports(begun, chunks)]
      const scripts = files.map(({ fileName }) => fileName).filter((name) => !html.includes(name))
      const styles = new Set(files.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]))
      return [
        ...scripts.map((name) => link('modulepreload', name)),
        ...[...styles].map((name) => link('stylesheet', name)),
      ]
    },
  },
})
