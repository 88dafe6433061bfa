/**
 * A ticket to be let in with: opened, shown until it is over, renewed while somebody looks, and asked about all the while.
 *
 * Its secret stays here: whoever photographs the QR is given nothing.
 */

import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { asked, open } from '@/api/client'
import { asFailure, type Failure } from '@/api/failure'
import type { components } from '@/api/schema'
import type { SignedIn } from './session'

type Ticket = components['schemas']['OpenedTicket']
/** `resting`: nobody came for so long that no more are opened until somebody asks. */
export type TicketState = 'opening' | 'waiting' | 'approved' | 'denied' | 'resting'

const POLL_MS = 1500
/** 20 minutes of a page that nobody scans. */
const MOST_TICKETS = 10
/** What the server says of a ticket that is not there any more. */
const GONE = [404, 409]

/** @param letIn Is told the session, once. */
export const useTicket = (letIn: (session: SignedIn) => void) => {
  const state = ref<TicketState>('opening')
  const ticket = shallowRef<Ticket | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const visibility = useDocumentVisibility()
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 500)
  const endsAt = ref(0)
  let opened = 0
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const renew = async () => {
    const next = await asked(open.POST('/v1/auth/console'))
    opened += 1
    ticket.value = next
    endsAt.value = Date.now() + next.expires_in * 1000
    state.value = 'waiting'
  }

  const poll = async ({ ticket, poll_secret }: Ticket) => {
    const told = await asked(open.POST('/v1/auth/console/poll', { body: { ticket, poll_secret } }))
    if (told.state === 'denied') state.value = 'denied'
    if (told.state === 'expired') endsAt.value = 0
    if (!told.session) return
    state.value = 'approved'
    letIn(told.session)
  }

  const pollOnce = async (current: Ticket) => {
    try {
      await poll(current)
    } catch (thrown) {
      const found = asFailure(thrown)
      if (!GONE.includes(found.status)) throw found
      endsAt.value = 0
    }
  }

  const goOn = async () => {
    if (state.value !== 'opening' && state.value !== 'waiting') return
    if (ticket.value && Date.now() < endsAt.value) await pollOnce(ticket.value)
    else if (opened < MOST_TICKETS && visibility.value === 'visible') await renew()
    else state.value = 'resting'
  }

  /** One step after another, however long each takes; what failed is told until the next one that does not. */
  const step = async () => {
    try {
      await goOn()
      failure.value = null
    } catch (thrown) {
      failure.value = asFailure(thrown)
    }
    if (!isOver) timer = setTimeout(step, POLL_MS)
  }

  timer = setTimeout(step)
  onScopeDispose(() => {
    isOver = true
    clearTimeout(timer)
  })

  return {
    state,
    ticket,
    failure,
    secondsLeft: computed(() => Math.max(0, Math.ceil((endsAt.value - now.value) / 1000))),
    /** Begins anew, at once. */
    again() {
      opened = 0
      ticket.value = null
      state.value = 'opening'
      clearTimeout(timer)
      void step()
    },
  }
}
