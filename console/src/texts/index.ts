/** The words of the console: Chinese comes along, English is fetched by who wants it. */

import { useLocalStorage } from '@vueuse/core'
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { zh } from './zh'
import { reasons as reasonsInChinese } from './reasons/zh'

/** The shape of a language; any text in place of the Chinese one. */
type Shape<T> = { [Name in keyof T]: T[Name] extends string ? string : Shape<T[Name]> }
export type Texts = Shape<typeof zh>
export type Language = 'zh' | 'en'

/** What a reason of the vocabulary says to staff. */
export interface ReasonWords {
  why: string
  much?: string
  sentence?: string
  what: string
}

const chinese = { ...zh, reasons: reasonsInChinese as Record<string, ReasonWords> }

type Messages = Texts & { reasons: Record<string, ReasonWords> }

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh: chinese } as Record<Language, Messages>,
  missingWarn: false,
  fallbackWarn: false,
})

const preferred = (): Language => (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')

/** The language chosen in this browser; to change it changes every tab. */
export const language = useLocalStorage<Language>('qiandao-language', preferred(), { writeDefaults: false })

const speak = async (wanted: Language) => {
  if (wanted === 'en' && !('en' in i18n.global.messages.value)) {
    const [{ en }, { reasons }] = await Promise.all([import('./en'), import('./reasons/en')])
    i18n.global.setLocaleMessage('en', { ...en, reasons: reasons as Record<string, ReasonWords> })
  }
  i18n.global.locale.value = wanted
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en'
}

watch(language, speak)

/** Has the words of the chosen language before anything is painted. */
export const spoken = () => speak(language.value)
