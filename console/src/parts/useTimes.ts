/** Says times in the language that is on, and again as they pass. */

import { createGlobalState, useIntervalFn } from '@vueuse/core'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { language } from '@/texts'
import { moment, span, type Manner } from './times'

const TICK_MS = 10_000

/** The time, moved on once for everything that shows it. */
const useTicks = createGlobalState(() => {
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), TICK_MS)
  return now
})

export const useTimes = () => {
  const { t } = useI18n()
  const now = useTicks()
  const manner = (zone?: string): Manner => ({
    locale: language.value === 'zh' ? 'zh-CN' : 'en-GB',
    zone,
    now: now.value,
    words: {
      yesterday: t('common.days.yesterday'),
      today: t('common.days.today'),
      tomorrow: t('common.days.tomorrow'),
    },
  })
  return {
    now,
    moment: (text: string, zone?: string) => moment(text, manner(zone)),
    span: (from: string, to: string, zone?: string) => span(from, to, manner(zone)),
  }
}
