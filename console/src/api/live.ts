/**
 * Live numbers of an activity: the tabs of a browser share one stream, for a browser has six connections to a server.
 *
 * The tab that holds the lock listens and tells the others; when it goes, the next one takes over. Without TLS there are
 * no locks, and each tab listens for itself.
 */

import { onScopeDispose, readonly, ref, shallowRef, watch, type Ref } from 'vue'
import { Tabs } from '@/session/tabs'
import { follow, type News, type Stats } from './numbers'
import type { Heard } from './sse'
import { listen } from './stream'

/** Who came, as a stream tells it; what they are called is in the list of people. */
export interface Arrival {
  user_id: string
  status: string | null
  method: string | null
  gate: string | null
  punctuality: string | null
  checked_in_at: string | null
}

type Told =
  | { kind: 'stats'; stats: Stats }
  | { kind: 'arrival'; arrival: Arrival }
  | { kind: 'revision'; revision: number }
  | { kind: 'reset' }
  | { kind: 'cut'; isCut: boolean }
  | { kind: 'asked' }

export interface LiveHandlers {
  arrived?: (arrival: Arrival) => void
  /** Somebody changed the activity. */
  changed?: () => void
  /** Events are lost: what was read of the list is to be read again. */
  lost?: () => void
}

/** Holds a lock until it is let go; without locks at once. */
const held = (name: string, work: () => () => void): (() => void) => {
  if (!('locks' in navigator)) return work()
  const waiting = new AbortController()
  let release = () => {}
  const holding = navigator.locks.request(name, { signal: waiting.signal }, () => {
    const stop = work()
    return new Promise<void>((resolve) => {
      release = () => {
        stop()
        resolve()
      }
    })
  })
  holding.catch(() => {
    // Nobody waits for it any more.
  })
  return () => {
    waiting.abort()
    release()
  }
}

/**
 * The numbers of one activity in this tab, and whether they may be behind; stops with the component.
 *
 * @param occurrenceId Of which window; empty: of the newest.
 */
export const useLive = (
  activityId: Ref<string>,
  handlers: LiveHandlers = {},
  occurrenceId: Readonly<Ref<string>> = ref(''),
) => {
  const stats = shallowRef<Stats | null>(null)
  const isCut = ref(false)
  let revision = 0

  const show = (told: Told) => {
    if (told.kind === 'stats') stats.value = told.stats
    if (told.kind === 'cut') isCut.value = told.isCut
    if (told.kind === 'arrival') handlers.arrived?.(told.arrival)
    if (told.kind === 'reset') handlers.lost?.()
    if (told.kind !== 'revision' || told.revision === revision) return
    if (revision) handlers.changed?.()
    revision = told.revision
  }

  const lead = (id: string, occurrence: string, tabs: Tabs<Told>) => {
    const tell = (told: Told) => {
      show(told)
      tabs.tell(told)
    }
    const cut = (next: boolean) => {
      if (isCut.value !== next) tell({ kind: 'cut', isCut: next })
    }
    const heard = ({ event, data }: Heard) => {
      cut(false)
      if (event === 'reset') tell({ kind: 'reset' })
      if (event === 'activity') tell({ kind: 'revision', ...(JSON.parse(data) as { revision: number }) })
      if (event === 'checkin') tell({ kind: 'arrival', arrival: JSON.parse(data) as Arrival })
      if (event === 'stats') tell({ kind: 'stats', stats: follow(stats.value, JSON.parse(data) as News) })
    }
    const of = occurrence ? `?occurrence_id=${occurrence}` : ''
    return listen(`/v1/activities/${id}/live${of}`, { heard, broke: () => cut(true) })
  }

  const join = (id: string, occurrence: string) => {
    let leads = false
    const name = `qiandao-live-${id}${occurrence}`
    const tabs = new Tabs<Told>(name, (told) => {
      if (told.kind !== 'asked') return leads || show(told)
      if (!leads || !stats.value) return
      tabs.tell({ kind: 'stats', stats: stats.value })
      tabs.tell({ kind: 'cut', isCut: isCut.value })
    })
    tabs.tell({ kind: 'asked' })
    const letGo = held(name, () => {
      leads = true
      return lead(id, occurrence, tabs)
    })
    return () => {
      letGo()
      tabs.close()
    }
  }

  let leave = () => {}
  watch(
    [activityId, occurrenceId],
    ([id, occurrence], before) => {
      leave()
      stats.value = null
      if (id !== before[0]) revision = 0
      leave = id ? join(id, occurrence) : () => {}
    },
    { immediate: true },
  )
  onScopeDispose(() => leave())
  return { stats: readonly(stats) as Readonly<Ref<Stats | null>>, isCut: readonly(isCut) }
}
