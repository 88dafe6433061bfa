/** The words that Element Plus brings: Chinese comes along, English is fetched by who wants it. */

import zh from 'element-plus/es/locale/lang/zh-cn.mjs'
import type { Language as Locale } from 'element-plus/es/locale/index.mjs'
import { shallowRef, watchEffect } from 'vue'
import { language } from '@/texts'

export const useElementLocale = () => {
  const locale = shallowRef<Locale>(zh)
  watchEffect(async () => {
    locale.value = language.value === 'zh' ? zh : (await import('element-plus/es/locale/lang/en.mjs')).default
  })
  return locale
}
