/** What a plan does, in one sentence that follows it. */

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useActivity } from '@/activity/queries'
import { useChoices } from '@/people/useChoices'
import { language } from '@/texts'
import { narrowedTo } from './plans'
import type { Plan, Robot } from './queries'
import { sentenceOf } from './sentence'

export const useSentence = (plan: () => Plan, robots: () => readonly Robot[]) => {
  const { t } = useI18n()
  const { wordsOf } = useChoices()
  const activity = useActivity(computed(() => plan().activity_id ?? ''))
  return computed(() => {
    const { to_inbox, webhook_ids = [] } = plan()
    const labels = robots().filter(({ id }) => webhook_ids.includes(id))
    const said = {
      activity: plan().activity_id ? (activity.data.value?.title ?? '…') : '',
      narrowed: wordsOf(narrowedTo(plan())),
      told: [...(to_inbox ? [t('schedules.inbox')] : []), ...labels.map(({ label }) => label)],
      list: (words: readonly string[]) => new Intl.ListFormat(language.value).format(words),
    }
    return sentenceOf(plan(), said, t)
  })
}
