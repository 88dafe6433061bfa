/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { useTimeout } from '@vueuse/core'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Message = components['schemas']['InboxMessage']

export const INBOX = ['inbox']
const EVERY_MS = 60_000
/** The page that somebody opened goes first. */
const LATER_MS = 3000

const read = (page_size: number, signal: AbortSignal) =>
  asked(api.GET('/v1/me/inbox', { params: { query: { page_size } }, signal }))

export const useInbox = () => useQuery({ queryKey: [...INBOX, 'all'], queryFn: ({ signal }) => read(100, signal) })

/** How many nobody has read. */
export const useUnread = () =>
  useQuery({
    queryKey: [...INBOX, 'unread'],
    queryFn: ({ signal }) => read(1, signal),
    select: ({ unread_count }) => unread_count,
    enabled: useTimeout(LATER_MS),
    refetchInterval: EVERY_MS,
  })

/** One, or all. */
export const markRead = (message_id: string | null) => asked(api.POST('/v1/me/inbox/read', { body: { message_id } }))
