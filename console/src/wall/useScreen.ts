/**
 * What this browser shows that is a display: its activity, its numbers and its QR, kept through sleep, lost networks and
 * new releases of the server. It may show it for as long as the server says so, and goes dark when that says no.
 */

import { tryOnScopeDispose, useDocumentVisibility, useEventListener, useIntervalFn, useWakeLock } from '@vueuse/core'
import { computed, ref, shallowRef, watch } from 'vue'
import { asked, open } from '@/api/client'
import { asFailure } from '@/api/failure'
import { follow, type News, type Stats } from '@/api/numbers'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Screen = Schemas['Screen']
export type Qr = Schemas['Qr']
/** `none`: no display of this activity; the others are what became of it. */
export type ScreenState = 'loading' | 'open' | 'waiting' | 'expired' | 'ended' | 'revoked' | 'unstaffed' | 'none'

/** A kiosk is asked about more often: who made it may be no staff any more. */
const LOOK_MS = { wall: 10_000, kiosk: 4_000 }
const TICK_MS = 500
const AGAIN_MS = 1_000
const AGAIN_MOST_MS = 30_000
/** A stream that says nothing for so long may be one that a sleep has cut. */
const SILENT_MS = 60_000

export const useScreen = (activityId: string, kind: 'wall' | 'kiosk') => {
  const screen = shallowRef<Screen | null>(null)
  const stats = shallowRef<Stats | null>(null)
  const qr = shallowRef<Qr | null>(null)
  const state = ref<ScreenState>('loading')
  const isBroken = ref(false)
  const isCut = ref(false)
  const leftS = ref(0)

  let events: EventSource | null = null
  let revision = 0
  let heardAt = 0
  let goodUntil = 0
  let nextQrAt = 0
  let againMs = AGAIN_MS
  let reconnectAt = Number.POSITIVE_INFINITY
  const busy = new Set<string>()

  /** One of a kind at a time. */
  const alone = async (name: string, work: () => Promise<void>): Promise<void> => {
    if (busy.has(name)) return
    busy.add(name)
    await work().finally(() => busy.delete(name))
  }

  const stop = () => {
    events?.close()
    events = null
    reconnectAt = Number.POSITIVE_INFINITY
  }

  const over = (next: ScreenState) => {
    stop()
    qr.value = null
    goodUntil = leftS.value = 0
    state.value = next
  }

  const lost = () => {
    isBroken.value = true
    stop()
    reconnectAt = performance.now() + againMs
    againMs = Math.min(2 * againMs, AGAIN_MOST_MS)
    void look()
  }

  const connect = () => {
    stop()
    heardAt = performance.now()
    events = new EventSource(`/v1/activities/${activityId}/live`)
    events.onopen = () => (againMs = AGAIN_MS)
    events.onerror = lost
    events.addEventListener('stats', ({ data }: MessageEvent<string>) => {
      heardAt = performance.now()
      isBroken.value = false
      stats.value = follow(stats.value, JSON.parse(data) as News)
    })
    events.addEventListener('activity', ({ data }: MessageEvent<string>) => {
      const said = (JSON.parse(data) as { revision: number }).revision
      if (said === revision) return
      revision = said
      nextQrAt = 0
      void look()
    })
  }

  const take = (found: Screen) => {
    const isOurs = found.activity.id === activityId && found.display.kind === kind
    screen.value = isOurs ? found : screen.value
    if (!isOurs) return over('none')
    if (found.display.state !== 'open') return over(found.display.state ?? 'none')
    state.value = 'open'
    if (!events && reconnectAt === Number.POSITIVE_INFINITY) connect()
  }

  /** Whether this is still a display, and what its activity reads by now. */
  const look = () =>
    alone('look', async () => {
      try {
        take(await asked(open.GET('/v1/displays/me')))
        isCut.value = false
      } catch (thrown) {
        isCut.value = asFailure(thrown).status !== 401
        if (isCut.value) isBroken.value = true
        else over('none')
      }
    })

  const renew = () =>
    alone('qr', async () => {
      try {
        const path = { activity_id: activityId }
        qr.value = await asked(open.GET('/v1/activities/{activity_id}/qr', { params: { path } }))
        goodUntil = nextQrAt = performance.now() + qr.value.refresh_in_s * 1000
      } catch {
        nextQrAt = performance.now() + AGAIN_MS
        void look()
      }
    })

  const tick = () => {
    if (state.value !== 'open') return
    const now = performance.now()
    if (now >= nextQrAt) void renew()
    leftS.value = Math.max(0, Math.ceil((goodUntil - now) / 1000))
    if (now >= reconnectAt || (events && now - heardAt > SILENT_MS)) connect()
  }

  const ticks = useIntervalFn(tick, TICK_MS)
  const looks = useIntervalFn(() => void look(), LOOK_MS[kind])
  const { request } = useWakeLock()
  const visibility = useDocumentVisibility()
  const awake = () => {
    void request('screen').catch(() => {})
    againMs = AGAIN_MS
    if (state.value === 'open') connect()
    void look()
  }
  watch(visibility, (now) => now === 'visible' && awake())
  useEventListener(window, 'online', awake)
  useEventListener(window, 'offline', () => (isBroken.value = isCut.value = true))
  tryOnScopeDispose(() => {
    ticks.pause()
    looks.pause()
    stop()
  })
  void look().then(() => request('screen').catch(() => {}))

  return {
    state,
    screen,
    stats,
    qr: computed(() => (leftS.value > 0 ? qr.value : null)),
    leftS,
    /** Whether the server is out of reach. */
    isCut,
    /** Whether what is shown may be behind. */
    isStale: computed(() => isBroken.value || Boolean(stats.value?.stale)),
    look,
  }
}
