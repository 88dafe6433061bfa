/** Light or dark: as the system has it, or as somebody chose it in this browser. */

import { useColorMode, type BasicColorSchema } from '@vueuse/core'

export type Theme = BasicColorSchema

/** The choice, `auto` to follow the system; to change it repaints every tab. */
export const useTheme = () => useColorMode({ storageKey: 'qiandao-theme', disableTransition: false }).store

/** Paper is white: whatever the screen is, what is printed is light. */
export const printLight = () => {
  const { classList } = document.documentElement
  let isDark = false
  window.addEventListener('beforeprint', () => {
    isDark = classList.contains('dark')
    classList.remove('dark')
  })
  window.addEventListener('afterprint', () => classList.toggle('dark', isDark))
}
