/** What this room asks the server. */

import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked, authorised } from '@/api/client'
import { failureOf } from '@/api/failure'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'
import { readPeople } from '@/activity/queries'
import { session } from '@/session/session'

type Schemas = components['schemas']
export type Roster = Schemas['Roster']
export type RosterEntry = Schemas['RosterEntry']
export type NewEntry = Schemas['NewRosterEntry']
export type RosterImport = Schemas['RosterImport']
export type EntryInvite = Schemas['EntryInvite']
export type BadRow = Schemas['BadRow']

export interface EntryFilter {
  q?: string
  group?: string
  is_bound?: boolean
}

const AT_ONCE = 200
const FOUND_MOST = 20
const once = () => ({ 'idempotency-key': newId() })
const of = (roster_id: string) => ({ path: { roster_id } })
const at = (roster_id: string, entry_id: string) => ({ path: { roster_id, entry_id } })
const job = (roster_id: string, import_id: string) => ({ path: { roster_id, import_id } })

export const useRosters = (organisationId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['rosters', { organisationId }],
    enabled: computed(() => Boolean(toValue(organisationId))),
    queryFn: ({ signal }) => {
      const path = { organisation_id: toValue(organisationId) }
      return asked(
        api.GET('/v1/organisations/{organisation_id}/rosters', {
          params: { path, query: { page_size: AT_ONCE } },
          signal,
        }),
      )
    },
    select: ({ rosters }) => rosters,
  })

export const useRoster = (rosterId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['roster', rosterId],
    enabled: computed(() => Boolean(toValue(rosterId))),
    queryFn: ({ signal }) => asked(api.GET('/v1/rosters/{roster_id}', { params: of(toValue(rosterId)), signal })),
  })

export const useGroups = (rosterId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['roster', rosterId, 'groups'],
    enabled: computed(() => Boolean(toValue(rosterId))),
    queryFn: ({ signal }) =>
      asked(api.GET('/v1/rosters/{roster_id}/groups', { params: of(toValue(rosterId)), signal })),
    select: ({ groups }) => groups,
  })

export const useEntries = (rosterId: MaybeRefOrGetter<string>, filter: MaybeRefOrGetter<EntryFilter>) =>
  useInfiniteQuery({
    queryKey: ['roster', rosterId, 'entries', filter],
    enabled: computed(() => Boolean(toValue(rosterId))),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...toValue(filter), page_size: AT_ONCE, page_token: pageParam }
      return asked(api.GET('/v1/rosters/{roster_id}/entries', { params: { ...of(toValue(rosterId)), query }, signal }))
    },
    getNextPageParam: ({ next_page_token }) => next_page_token || undefined,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  })

export const createRoster = (organisation_id: string, title: string) =>
  asked(
    api.POST('/v1/organisations/{organisation_id}/rosters', {
      params: { path: { organisation_id }, header: once() },
      body: { title },
    }),
  )

export const renameRoster = (roster_id: string, title: string) =>
  asked(api.PUT('/v1/rosters/{roster_id}', { params: of(roster_id), body: { title } }))

export const removeRoster = (roster_id: string) =>
  asked(api.DELETE('/v1/rosters/{roster_id}', { params: of(roster_id) }))

export const addEntry = (roster_id: string, body: NewEntry) =>
  asked(api.POST('/v1/rosters/{roster_id}/entries', { params: { ...of(roster_id), header: once() }, body }))

export const replaceEntry = (roster_id: string, entry_id: string, body: NewEntry) =>
  asked(api.PUT('/v1/rosters/{roster_id}/entries/{entry_id}', { params: at(roster_id, entry_id), body }))

export const removeEntry = (roster_id: string, entry_id: string) =>
  asked(api.DELETE('/v1/rosters/{roster_id}/entries/{entry_id}', { params: at(roster_id, entry_id) }))

export const inviteEntry = (roster_id: string, entry_id: string) =>
  asked(api.POST('/v1/rosters/{roster_id}/entries/{entry_id}/invite', { params: at(roster_id, entry_id) }))

export const bindEntry = (roster_id: string, entry_id: string, user_id: string) =>
  asked(
    api.PUT('/v1/rosters/{roster_id}/entries/{entry_id}/person', {
      params: at(roster_id, entry_id),
      body: { user_id },
    }),
  )

export const unbindEntry = (roster_id: string, entry_id: string) =>
  asked(api.DELETE('/v1/rosters/{roster_id}/entries/{entry_id}/person', { params: at(roster_id, entry_id) }))

/** Somebody who can be an entry of a roster; `word` says from where one knows them. */
export interface Found {
  user_id: string
  name: string
  word: 'rosters.entry.ofOrganisation' | 'rosters.entry.ofActivity'
}

/** Who came to the activity without being on its roster. */
const strangersOf = async (activity_id: string, q: string, signal: AbortSignal): Promise<Found[]> => {
  const { people } = await readPeople(activity_id, { q }, '', signal, FOUND_MOST)
  return people
    .filter(({ entry_id, is_listed }) => is_listed === false && !entry_id)
    .map(({ user_id, name }) => ({ user_id, name, word: 'rosters.entry.ofActivity' }))
}

const membersOf = async (organisation_id: string, q: string, signal: AbortSignal): Promise<Found[]> => {
  const params = { path: { organisation_id }, query: { q, page_size: FOUND_MOST } }
  const { members } = await asked(api.GET('/v1/organisations/{organisation_id}/members', { params, signal }))
  return members.map(({ user_id, name }) => ({ user_id, name, word: 'rosters.entry.ofOrganisation' }))
}

/** Who has such a name, each once, without who looks: nobody confirms themselves. */
export const useFound = (
  organisationId: MaybeRefOrGetter<string>,
  activityId: MaybeRefOrGetter<string>,
  q: MaybeRefOrGetter<string>,
) =>
  useQuery({
    queryKey: ['organisation', organisationId, 'found', activityId, q],
    enabled: computed(() => Boolean(toValue(q))),
    queryFn: async ({ signal }) => {
      const activity = toValue(activityId)
      const lists = await Promise.all([
        activity ? strangersOf(activity, toValue(q), signal) : [],
        membersOf(toValue(organisationId), toValue(q), signal),
      ])
      const others = lists.flat().filter(({ user_id }) => user_id !== session.user.value?.id)
      return [...new Map(others.map((one) => [one.user_id, one])).values()]
    },
  })

/** Has a file or a pasted text read; nothing is changed by it. */
export const readList = async (roster_id: string, content: Blob | string): Promise<RosterImport> => {
  const type = typeof content === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream'
  const address = new URL(`/v1/rosters/${roster_id}/imports`, location.origin)
  const answer = await authorised(
    new Request(address, { method: 'POST', body: content, headers: { 'content-type': type } }),
  )
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw failureOf(answer, body)
  return body as RosterImport
}

export const readImport = (roster_id: string, import_id: string) =>
  asked(api.GET('/v1/rosters/{roster_id}/imports/{import_id}', { params: job(roster_id, import_id) }))

export const readBadRows = (roster_id: string, import_id: string) =>
  asked(
    api.GET('/v1/rosters/{roster_id}/imports/{import_id}/bad-rows', {
      params: { ...job(roster_id, import_id), query: { page_size: AT_ONCE } },
    }),
  )

export const applyImport = (roster_id: string, import_id: string, remove_missing: boolean) =>
  asked(
    api.POST('/v1/rosters/{roster_id}/imports/{import_id}/apply', {
      params: job(roster_id, import_id),
      body: { remove_missing },
    }),
  )

export const undoImport = (roster_id: string, import_id: string) =>
  asked(api.POST('/v1/rosters/{roster_id}/imports/{import_id}/undo', { params: job(roster_id, import_id) }))
