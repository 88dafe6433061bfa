/** Decisions that can be taken back for five seconds, and are sent then; who leaves has decided. */

import { tryOnScopeDispose, useEventListener } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import { session } from '@/session/session'
import type { Case, Review } from './cases'
import type { Decided, Decision } from './queries'

export const UNDO_MS = 5_000

/** One decision on some cases. */
export interface Made {
  cases: Case[]
  decision: Decision
  reason: string
}

interface Options {
  send: (reviews: readonly Review[], decision: Decision, reason: string) => Promise<Decided[]>
  /** Those cases that could not be decided stand in the list again. */
  failed: (cases: Case[], thrown: unknown) => void
  done: (made: Made) => void
}

const problemsOf = (made: Made, results: readonly Decided[]) => {
  const problems = new Map(results.map(({ id, problem }) => [id, problem]))
  return made.cases.filter(({ id }) => problems.get(id))
}

/** The earlier tries of refused cases, each with the revision that the refusal before it left behind. */
const earlierOf = (made: Made, results: readonly Decided[]): Case[] => {
  const revisions = new Map(results.map(({ id, review }) => [id, review?.revision]))
  return made.cases.flatMap(({ id, earlier }) => {
    const revision = revisions.get(id)
    const [latest, ...rest] = earlier
    return latest && revision ? [{ id: latest.id, latest: { ...latest, revision }, earlier: rest }] : []
  })
}

export const useDecisions = ({ send, failed, done }: Options) => {
  const waiting = shallowRef<Made | null>(null)
  const sending = ref(new Set<string>())
  let timer = 0

  /** An approval settles the earlier tries with it; refused is each by itself. */
  const carryOut = async (made: Made): Promise<void> => {
    try {
      const latest = made.cases.map((one) => one.latest)
      const results = await send(latest, made.decision, made.reason)
      const stale = problemsOf(made, results)
      if (stale.length) failed(stale, results.find(({ problem }) => problem)?.problem)
      const earlier = made.decision === 'refuse' ? earlierOf(made, results) : []
      if (earlier.length) await carryOut({ ...made, cases: earlier })
    } catch (thrown) {
      failed(made.cases, thrown)
    }
  }

  const flush = async (): Promise<void> => {
    const made = waiting.value
    if (!made) return
    clearTimeout(timer)
    waiting.value = null
    sending.value = new Set([...sending.value, ...made.cases.map(({ id }) => id)])
    await carryOut(made)
    done(made)
    const own = new Set(made.cases.map(({ id }) => id))
    sending.value = new Set([...sending.value].filter((id) => !own.has(id)))
  }

  const make = (made: Made): void => {
    void flush()
    waiting.value = made
    timer = window.setTimeout(() => void flush(), UNDO_MS)
  }

  const undo = (): Made | null => {
    const made = waiting.value
    clearTimeout(timer)
    waiting.value = null
    return made
  }

  useEventListener(window, 'pagehide', () => void flush())
  tryOnScopeDispose(() => void flush())
  tryOnScopeDispose(session.beforeSignOut(flush))

  /** What is decided, be it sent or not. */
  const gone = computed(() => new Set([...(waiting.value?.cases.map(({ id }) => id) ?? []), ...sending.value]))
  return { make, undo, flush, waiting, gone }
}
