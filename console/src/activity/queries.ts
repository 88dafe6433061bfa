/** What this room asks the server of one activity. */

import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Activity = Schemas['Activity']
export type Person = Schemas['Person']
export type Move = 'publish' | 'close' | 'reopen' | 'cancel'

const AT_ONCE = 200
const LATEST = 12

export const readActivity = (activity_id: string, signal?: AbortSignal) =>
  asked(api.GET('/v1/activities/{activity_id}', { params: { path: { activity_id } }, signal }))

export const changeActivity = ({ id, revision }: Activity, changes: Schemas['ActivityChanges']) =>
  asked(
    api.PUT('/v1/activities/{activity_id}', { params: { path: { activity_id: id } }, body: { revision, ...changes } }),
  )

/** An activity; without an id nothing is asked. */
export const activityQuery = (id: string) =>
  queryOptions({
    queryKey: ['activity', id],
    enabled: Boolean(id),
    queryFn: ({ signal }) => readActivity(id, signal),
  })

/** The numbers as they are now, of the newest window or another one; pages that stay open follow the stream instead. */
export const statsQuery = (id: string, occurrence_id = '') =>
  queryOptions({
    queryKey: ['activity', id, 'stats', occurrence_id],
    enabled: Boolean(id),
    queryFn: ({ signal }) => readStats(id, occurrence_id, signal),
  })

export const useActivity = (id: MaybeRefOrGetter<string>) => useQuery(computed(() => activityQuery(toValue(id))))

export const useStats = (id: MaybeRefOrGetter<string>, occurrence_id: MaybeRefOrGetter<string> = '') =>
  useQuery(computed(() => statsQuery(toValue(id), toValue(occurrence_id))))

/** Says nothing of a window where none is chosen. */
export const inWindow = (occurrence_id: string) => (occurrence_id ? { occurrence_id } : {})

const readStats = (activity_id: string, occurrence_id: string, signal?: AbortSignal) => {
  const params = { path: { activity_id }, query: inWindow(occurrence_id) }
  return asked(api.GET('/v1/activities/{activity_id}/stats', { params, signal }))
}

const PATHS = {
  publish: '/v1/activities/{activity_id}/publish',
  close: '/v1/activities/{activity_id}/close',
  reopen: '/v1/activities/{activity_id}/reopen',
  cancel: '/v1/activities/{activity_id}/cancel',
} as const

/** Changes of state; what the activity is afterwards is on every page at once. */
export const useMove = (activityId: MaybeRefOrGetter<string>) => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (move: Move) =>
      asked(api.POST(PATHS[move], { params: { path: { activity_id: toValue(activityId) } } })),
    onSuccess: (activity) => {
      client.setQueryData(['activity', toValue(activityId)], activity)
      return client.invalidateQueries({ queryKey: ['activities'] })
    },
  })
}

/** Another window from now on; whoever came checks in once more. One of that number is opened once. */
export const openOccurrence = (activity_id: string, number: number) =>
  asked(api.POST('/v1/activities/{activity_id}/occurrences', { params: { path: { activity_id } }, body: { number } }))

/** A draft like it at another time. */
export const copyActivity = (activity_id: string, starts_at: string, title = '') => {
  const params = { path: { activity_id }, header: { 'idempotency-key': newId() } }
  return asked(api.POST('/v1/activities/{activity_id}/copy', { params, body: { starts_at, title } }))
}

export const publishActivity = (activity_id: string) =>
  asked(api.POST(PATHS.publish, { params: { path: { activity_id } } }))

export const rehearseActivity = (activity_id: string) =>
  asked(api.POST('/v1/activities/{activity_id}/rehearsal', { params: { path: { activity_id } } }))

export const removeActivity = (activity_id: string) =>
  asked(api.DELETE('/v1/activities/{activity_id}', { params: { path: { activity_id } } }))

export type PeopleFilter = Omit<
  NonNullable<
    import('@/api/schema').operations['list_people_v1_activities__activity_id__people_get']['parameters']['query']
  >,
  'page_size' | 'page_token'
>

/** A page of a list of people. */
export const readPeople = (
  activity_id: string,
  filter: PeopleFilter,
  page_token = '',
  signal?: AbortSignal,
  page_size = AT_ONCE,
) => {
  const query = { ...filter, page_size, page_token }
  return asked(api.GET('/v1/activities/{activity_id}/people', { params: { path: { activity_id }, query }, signal }))
}

/** People of a list, each once, until there are `most`; and whether there are more. */
export const readPeopleUpTo = async (
  activity_id: string,
  filter: PeopleFilter,
  most: number,
  told: (count: number) => void = () => {},
): Promise<{ people: Person[]; hasMore: boolean }> => {
  const found = new Map<string, Person>()
  let token = ''
  do {
    const page = await readPeople(activity_id, filter, token)
    for (const person of page.people) found.set(person.user_id, person)
    token = page.next_page_token
    told(Math.min(found.size, most))
  } while (token && found.size < most)
  return { people: [...found.values()].slice(0, most), hasMore: Boolean(token) || found.size > most }
}

/** Some of those inside, by lot; after a token only others. */
export const drawPeople = (activity_id: string, occurrence_id: string, count: number, page_token: string) =>
  asked(
    api.GET('/v1/activities/{activity_id}/people/draw', {
      params: { path: { activity_id }, query: { count, page_token, ...inWindow(occurrence_id) } },
    }),
  )

/** Who came last, the last first. */
export const useLatest = (activityId: MaybeRefOrGetter<string>, occurrenceId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['activity', activityId, 'latest', occurrenceId],
    queryFn: ({ signal }) => readPeople(toValue(activityId), inWindow(toValue(occurrenceId)), '', signal, LATEST),
    select: ({ people }) => people,
  })
