import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** The gateway that `npm run dev` passes calls on to. */
const gateway = process.env.QIANDAO_GATEWAY ?? 'http://127.0.0.1:8080'
/** So many parts that are fetched apart. */
const MOST_PAGES = 8
const served = ['/v1', '/openapi.json', '/docs', '/q/', '/i/', '/d/', '/c/']

export default defineConfig({
  base: '/console/',
  plugins: [vue(), elementPlus({})],
  resolve: { alias: { '@': here('./src') } },
  server: {
    port: 5173,
    fs: { allow: [here('..')] },
    proxy: Object.fromEntries(served.map((path) => [path, { target: gateway, xfwd: true }])),
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // Policies of content forbid what is inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: '.vite/manifest.json',
    // What most pages use comes in one file: eighty small ones cost a slow machine more than what they spare.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: MOST_PAGES }] } } },
  },
  test: {
    root: here('../tests/console/unit'),
    dir: here('../tests/console/unit'),
    include: ['**/*.test.ts'],
    environment: 'jsdom',
    // Element Plus imports its styles.
    server: { deps: { inline: ['element-plus'] } },
    css: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
