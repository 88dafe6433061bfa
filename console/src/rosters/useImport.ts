/** One import of a roster: it goes on without this page, and who comes back within the hour finds it. */

import { ElMessage } from 'element-plus'
import { useQueryClient } from '@tanstack/vue-query'
import { useSessionStorage, useTimeoutFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { asFailure } from '@/api/failure'
import { useFailureWords } from '@/api/words'
import { confirmed } from '@/parts/asks'
import { isRunning, isToBeSeen } from './imports'
import { applyImport, readBadRows, readImport, readList, undoImport, type BadRow, type RosterImport } from './queries'

const POLL_MS = 700

export const useImport = (rosterId: Ref<string>) => {
  const { t } = useI18n()
  const { say } = useFailureWords()
  const client = useQueryClient()
  const last = useSessionStorage<Record<string, string>>('qiandao-imports', {})
  const job = shallowRef<RosterImport | null>(null)
  const bad = shallowRef<BadRow[]>([])
  const isSending = ref(false)
  const removes = ref(false)
  const polls = useTimeoutFn(() => void poll(), POLL_MS, { immediate: false })
  onScopeDispose(polls.stop)

  /** Shows how far it is, and looks again while something of it is under way. */
  const follow = async (found: RosterImport): Promise<void> => {
    job.value = found
    if (isRunning(found)) return polls.start()
    if (found.bad && found.state === 'ready') bad.value = (await readBadRows(rosterId.value, found.id)).rows
    if (found.state === 'applied' || found.state === 'undone') {
      await client.invalidateQueries({ queryKey: ['roster', rosterId.value] })
      await client.invalidateQueries({ queryKey: ['rosters'] })
    }
  }

  const poll = async (): Promise<void> => {
    if (!job.value) return
    try {
      await follow(await readImport(rosterId.value, job.value.id))
    } catch (thrown) {
      // The server goes on while the network is away.
      if (asFailure(thrown).isPassing) return polls.start()
      ElMessage.error(say(thrown))
    }
  }

  const tried = async (deed: () => Promise<RosterImport>): Promise<void> => {
    isSending.value = true
    try {
      const found = await deed()
      last.value = { ...last.value, [rosterId.value]: found.id }
      await follow(found)
    } catch (thrown) {
      ElMessage.error(say(thrown))
    } finally {
      isSending.value = false
    }
  }

  const resume = async (): Promise<void> => {
    const id = last.value[rosterId.value]
    if (!id) return
    const found = await readImport(rosterId.value, id).catch(() => null)
    if (found && isToBeSeen(found, Date.now()) && !job.value) await follow(found)
  }
  void resume()

  const send = (content: Blob | string) => {
    removes.value = false
    bad.value = []
    return tried(() => readList(rosterId.value, content))
  }

  const apply = () => {
    const { id } = job.value ?? {}
    return id ? tried(() => applyImport(rosterId.value, id, removes.value)) : undefined
  }

  const undo = async () => {
    const { id } = job.value ?? {}
    const question = {
      title: t('rosters.import.undoAsk'),
      content: t('rosters.import.undoNote'),
      yes: t('rosters.import.undoYes'),
      no: t('common.cancel'),
    }
    if (id && (await confirmed(question))) await tried(() => undoImport(rosterId.value, id))
  }

  const again = () => {
    polls.stop()
    job.value = null
    bad.value = []
    last.value = { ...last.value, [rosterId.value]: '' }
  }

  return { job: computed(() => job.value), bad, isSending, removes, send, apply, undo, again }
}
