/** Changes of an activity, asked before where they are hard to take back. */

import { useQueryClient } from '@tanstack/vue-query'
import { ElMessage } from 'element-plus'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useFailureWords } from '@/api/words'
import { confirmed } from '@/parts/asks'
import { openOccurrence, rehearseActivity, removeActivity, useMove, type Activity } from './queries'
import { nextNumber } from './windows'

export type Deed = 'publish' | 'rehearse' | 'close' | 'reopen' | 'cancel' | 'remove' | 'again'

/** What is done without a question. */
const PLAIN: Deed[] = ['publish', 'again']
const GRAVE: Deed[] = ['cancel', 'remove']

export const useDeeds = (activity: () => Activity) => {
  const { t } = useI18n()
  const { say } = useFailureWords()
  const router = useRouter()
  const client = useQueryClient()
  const move = useMove(() => activity().id)
  const isBusy = ref(false)

  const listed = () => client.invalidateQueries({ queryKey: ['activities'] })

  const does: Record<Deed, () => Promise<unknown>> = {
    publish: () => move.mutateAsync('publish'),
    close: () => move.mutateAsync('close'),
    reopen: () => move.mutateAsync('reopen'),
    cancel: () => move.mutateAsync('cancel'),
    rehearse: async () => router.push(`/console/activities/${(await rehearseActivity(activity().id)).id}`),
    remove: async () => {
      await removeActivity(activity().id)
      await listed()
      await router.push('/console/activities')
    },
    /** The next window: who stayed checks in once more, and every list stays. */
    again: async () => {
      const { id } = activity()
      client.setQueryData(['activity', id], await openOccurrence(id, nextNumber(activity())))
      await listed()
      await router.push(`/console/activities/${id}/qr`)
    },
  }

  const question = (deed: Deed) => {
    const words = (part: string) => t(`activity.deeds.${deed}.${part}`)
    return confirmed({
      title: words('title'),
      content: words('content'),
      yes: words('yes'),
      no: words('no'),
      isGrave: GRAVE.includes(deed),
    })
  }

  const act = async (deed: Deed) => {
    if (isBusy.value || (!PLAIN.includes(deed) && !(await question(deed)))) return
    isBusy.value = true
    try {
      await does[deed]()
    } catch (thrown) {
      ElMessage.error(say(thrown))
    } finally {
      isBusy.value = false
    }
  }

  return { act, isBusy }
}
