/** How a browser asks to be let in. */

import { asked, open } from '@/api/client'
import type { components } from '@/api/schema'
import { useTicket, type Desk } from '@/parts/useTicket'
import type { SignedIn } from './session'

const desk: Desk<components['schemas']['OpenedTicket'], SignedIn> = {
  open: () => asked(open.POST('/v1/auth/console')),
  async poll({ ticket, poll_secret }) {
    const { state, session } = await asked(open.POST('/v1/auth/console/poll', { body: { ticket, poll_secret } }))
    return { state, answer: session }
  },
}

/** @param letIn Is told the session, once. */
export const useSignInTicket = (letIn: (session: SignedIn) => void) => useTicket(desk, letIn)
