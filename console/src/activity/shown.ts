/** The activity that a page and its tabs are about, and its numbers as they change. */

import { useQueryClient } from '@tanstack/vue-query'
import { useIntervalFn } from '@vueuse/core'
import { computed, inject, provide, ref, watch, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import { useRoute, type RouteLocationRaw } from 'vue-router'
import { useLive } from '@/api/live'
import type { Stats } from '@/api/numbers'
import type { Query } from '@/parts/awaited'
import { standingOf, type Standing } from './clock'
import { useActivity, useStats, type Activity } from './queries'
import { shownOf, type Occurrence } from './windows'

const CAN_MANAGE = ['owner', 'organiser']
const PEOPLE_EVERY_MS = 2_000

export interface Shown {
  id: Ref<string>
  /** The activity and its first numbers: what a page shows, it shows at once. */
  query: Query
  activity: ComputedRef<Activity | undefined>
  stats: Readonly<Ref<Stats | null>>
  /** Whether the numbers may be behind. */
  isBehind: ComputedRef<boolean>
  /** How often somebody came; lists follow it. */
  arrivals: Readonly<Ref<number>>
  /** The window that all of this is of; undefined where there is only one. */
  occurrence: ComputedRef<Occurrence | undefined>
  /** The id of that window; empty where there is only one. */
  occurrenceId: ComputedRef<string>
  /** The same page about another window, and a tab of the activity about the one that is looked at. */
  pageOf: (number: number) => RouteLocationRaw
  tabOf: (path: string, query?: Record<string, string>) => RouteLocationRaw
  standing: ComputedRef<Standing>
  canManage: ComputedRef<boolean>
  now: Readonly<Ref<number>>
}

const KEY: InjectionKey<Shown> = Symbol('shown')

/** Follows one activity for everything within. */
export const provideShown = (id: Ref<string>): Shown => {
  const client = useQueryClient()
  const query = useActivity(id)
  const activity = computed(() => query.data.value)
  const arrivals = ref(0)
  const now = ref(Date.now())
  const route = useRoute()
  const chosen = computed(() => String(route.query.window ?? ''))
  const occurrence = computed(() => activity.value && shownOf(activity.value, chosen.value, now.value))
  const occurrenceId = computed(() => occurrence.value?.id ?? '')
  useIntervalFn(() => (now.value = Date.now()), 1_000)

  // Lists say a moment later what the stream says: they are read at once, and once more.
  let due = 0
  const moved = () => (due = 2)
  useIntervalFn(() => {
    if (!due) return
    due -= 1
    arrivals.value += 1
  }, PEOPLE_EVERY_MS)

  const live = useLive(
    id,
    {
      arrived: moved,
      changed: () => void client.invalidateQueries({ queryKey: ['activity', id.value] }),
      lost: moved,
    },
    occurrenceId,
  )
  const first = useStats(() => (live.stats.value ? '' : id.value), occurrenceId)
  const stats = computed(() => live.stats.value ?? first.data.value ?? null)
  /** Another window of it is shown in the same place, while its numbers are on their way. */
  const known = ref('')
  watch(stats, (found) => (known.value = found ? id.value : known.value), { immediate: true })
  const isReady = computed(() => known.value === id.value || Boolean(first.error.value || live.isCut.value))

  const shown: Shown = {
    id,
    query: {
      ...query,
      isPending: computed(() => query.isPending.value || !isReady.value),
      data: computed(() => (isReady.value ? query.data.value : undefined)),
    },
    activity,
    stats,
    isBehind: computed(() => live.isCut.value || Boolean(stats.value?.stale)),
    arrivals,
    occurrence,
    occurrenceId,
    pageOf: (number) => ({ path: route.path, query: { ...route.query, window: String(number) } }),
    tabOf: (path, query = {}) => ({
      path: `/console/activities/${id.value}${path}`,
      query: { ...query, ...(chosen.value && { window: chosen.value }) },
    }),
    standing: computed(() => (activity.value ? standingOf(activity.value, now.value) : 'draft')),
    canManage: computed(() => CAN_MANAGE.includes(activity.value?.own_role ?? '')),
    now,
  }
  provide(KEY, shown)
  return shown
}

/** The activity that this is within. */
export const useShown = (): Shown => {
  const shown = inject(KEY)
  if (!shown) throw new Error('no activity is shown here')
  return shown
}
