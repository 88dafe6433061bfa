import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import typescript from 'typescript-eslint'

/** Han characters: words belong into texts/. */
const WORDS = /[\u3400-\u9fff]/.source

export default typescript.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.next/**',
      'console/src/api/schema.ts',
      'console/src/texts/reasons/**',
    ],
  },
  js.configs.recommended,
  typescript.configs.strict,
  vue.configs['flat/recommended'],
  prettier,
  { languageOptions: { globals: globals.browser } },
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: typescript.parser } } },
  {
    files: ['**/*.mjs', '**/*.js', '**/vite.config.ts'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['console/src/**/*.vue', 'console/src/**/*.ts'],
    ignores: ['console/src/texts/**'],
    rules: {
      'no-restricted-syntax': ['error', { selector: `Literal[value=/${WORDS}/]`, message: 'Words live in texts/.' }],
      'vue/no-restricted-syntax': ['error', { selector: `VText[value=/${WORDS}/]`, message: 'Words live in texts/.' }],
    },
  },
  { files: ['console/build/**', 'tests/console/**'], rules: { 'no-console': 'off' } },
)
