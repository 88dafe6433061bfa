import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import elementPlus from 'unplugin-element-plus/vite'
import { defineConfig } from 'vitest/config'
import { atOnce } from './build/atOnce'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** The gateway that `npm run dev` passes calls on to. */
const gateway = process.env.QIANDAO_GATEWAY ?? 'http://127.0.0.1:8080'
/** So many parts that are fetched apart. */
const MOST_PAGES = 8
/** What of Element Plus a page shows at once; all else of it is for filling in and for asking. */
const SEEN = ['alert', 'badge', 'button', 'config-provider', 'form/src/constants', 'form/src/hooks', 'icon', 'message']
const FIELDS = new RegExp(
  `element-plus/es/(components/(?!(${SEEN.join('|')})/)|directives|hooks|utils)|/(lodash-es|@popperjs)/`,
)
/** What few of those pages that might show it do. */
const RARE = /qrcode-generator|src\/parts\/QrView/
/** What the first script needs, which waits for nothing else. */
const BEGIN = /src\/(session\/post|api\/failure)\.ts|vite\/preload-helper/
/** What most visits begin with, in one file with all that only they need. */
const FIRST = /src\/(shell\/ShellLayout|overview\/OverviewPage|activity\/Activity(Layout|Page))\.vue/
const served = ['/v1', '/openapi.json', '/docs', '/q/', '/i/', '/d/', '/c/']

export default defineConfig({
  base: '/console/',
  plugins: [vue(), elementPlus({}), atOnce('src/app.ts')],
  define: {
    // Everything is written with setup(), and nobody looks into a build.
    __VUE_OPTIONS_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
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
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'begin', test: BEGIN, priority: 4 },
            {
              name: 'shared',
              test: (id: string) => !FIELDS.test(id) && !RARE.test(id),
              minShareCount: MOST_PAGES,
              priority: 3,
            },
            { name: 'first', test: FIRST, priority: 2 },
            { name: 'fields', test: FIELDS, minShareCount: MOST_PAGES, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    root: here('../tests/console/unit'),
    dir: here('../tests/console/unit'),
    include: ['**/*.test.ts'],
    // Rules need no document; a file that does says so, for making one takes longer than most files.
    environment: 'node',
    // Element Plus imports its styles.
    server: { deps: { inline: ['element-plus'] } },
    css: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
})
