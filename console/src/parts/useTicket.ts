/**
 * A ticket that a phone answers: opened, shown until it is over, renewed while somebody looks, and asked about all the while.
 *
 * Its secret stays here: whoever photographs the QR is given nothing.
 */

import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { asFailure, type Failure } from '@/api/failure'

export interface Opened {
  expires_in: number
}

/** How tickets of one kind are opened, and what is asked of one; `answer` is there once it was approved. */
export interface Desk<Ticket extends Opened, Answer> {
  open: () => Promise<Ticket>
  poll: (ticket: Ticket) => Promise<{ state: string | null; answer: Answer | null }>
}

/** `resting`: nobody came for so long that no more are opened until somebody asks. */
export type TicketState = 'opening' | 'waiting' | 'approved' | 'denied' | 'resting'

const POLL_MS = 1500
/** 20 minutes of a page that nobody scans. */
const MOST_TICKETS = 10
/** What the server says of a ticket that is not there any more. */
const GONE = [404, 409]

/** @param given Is told the answer, once. */
export const useTicket = <Ticket extends Opened, Answer>(
  desk: Desk<Ticket, Answer>,
  given: (answer: Answer) => void,
) => {
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
    const next = await desk.open()
    opened += 1
    ticket.value = next
    endsAt.value = Date.now() + next.expires_in * 1000
    state.value = 'waiting'
  }

  const poll = async (current: Ticket) => {
    const told = await desk.poll(current)
    if (isOver) return
    if (told.state === 'denied') state.value = 'denied'
    if (told.state === 'expired') endsAt.value = 0
    if (told.answer === null) return
    state.value = 'approved'
    given(told.answer)
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
