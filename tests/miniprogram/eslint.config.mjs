import js from '@eslint/js'
import globals from 'globals'

const phone = {
  wx: 'readonly', App: 'readonly', Page: 'readonly', Component: 'readonly', Behavior: 'readonly', getApp: 'readonly',
  getCurrentPages: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly',
  clearInterval: 'readonly', console: 'readonly', require: 'readonly', module: 'writable',
}

const rules = {
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  semi: ['error', 'never'],
  quotes: ['error', 'single', { avoidEscape: true }],
  'no-unused-vars': ['error', { args: 'after-used' }],
}

export default [
  { ignores: ['**/node_modules/**', '**/miniprogram_npm/**', '**/dist/**'] },
  js.configs.recommended,
  { files: ['miniprogram/**/*.js'], languageOptions: { sourceType: 'commonjs', ecmaVersion: 2020, globals: phone }, rules },
  {
    // Everything that knows `wx` is in platform/; pages use what only pages may.
    files: ['miniprogram/core/**/*.js', 'miniprogram/services/**/*.js'],
    rules: { 'no-restricted-globals': ['error', 'wx', 'getApp', 'getCurrentPages', 'App', 'Page'] },
  },
  {
    files: ['tests/miniprogram/**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { ...globals.node, ...globals.jest } },
    rules,
  },
  { files: ['tests/miniprogram/component/**/*.js'], languageOptions: { globals: globals.browser } },
  {
    // The harness is a phone in a browser, and what `evaluate` is given runs in it.
    files: ['tests/miniprogram/**/*.mjs'],
    languageOptions: { globals: { ...globals.node, ...globals.browser, ...phone } },
    rules,
  },
]
