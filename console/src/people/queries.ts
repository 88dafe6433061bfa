/** What this room asks of one person, and what it has done. */

import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { inWindow } from '@/activity/queries'
import { api, asked } from '@/api/client'
import { Failure } from '@/api/failure'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Person = Schemas['Person']
export type Try = Schemas['Review']
export type Mark = Schemas['Marks']['mark']

const readTries = (activity_id: string, user_id: string, signal?: AbortSignal) => {
  const path = { activity_id, user_id }
  return asked(api.GET('/v1/activities/{activity_id}/people/{user_id}/tries', { params: { path }, signal }))
}

/** What somebody tried, the last first. */
export const useTries = (activityId: MaybeRefOrGetter<string>, userId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['activity', activityId, 'tries', userId],
    enabled: computed(() => Boolean(toValue(userId))),
    queryFn: ({ signal }) => readTries(toValue(activityId), toValue(userId), signal),
    select: ({ tries }) => tries,
  })

/** Those of one window; without one all. */
export const triesIn = (tries: readonly Try[], occurrence_id: string): readonly Try[] =>
  occurrence_id ? tries.filter(({ checkin }) => checkin.occurrence_id === occurrence_id) : tries

/** The one by which somebody is in: what an annul takes back. */
export const heldOf = (tries: readonly Try[]): Try | undefined =>
  tries.find(({ checkin }) => checkin.outcome === 'accepted' && checkin.direction !== 'out')

/** The one that an annul took back: what an approval brings again. */
export const annulledOf = (tries: readonly Try[]): Try | undefined =>
  tries.find(({ checkin }) => checkin.outcome === 'annulled')

export const annul = (checkin_id: string, reason: string) => {
  const params = { path: { checkin_id }, header: { 'idempotency-key': newId() } }
  return asked(api.POST('/v1/checkins/{checkin_id}/annul', { params, body: { reason } }))
}

/** Annuls whatever lets somebody be in; who is not in at all stays so. */
export const annulPerson = async (
  activity_id: string,
  occurrence_id: string,
  user_id: string,
  reason: string,
): Promise<Try | null> => {
  const held = heldOf(triesIn((await readTries(activity_id, user_id)).tries, occurrence_id))
  return held ? annul(held.id, reason) : null
}

export const approve = ({ id, revision }: Pick<Try, 'id' | 'revision'>, reason: string) => {
  const params = { path: { checkin_id: id }, header: { 'idempotency-key': newId() } }
  return asked(api.POST('/v1/reviews/{checkin_id}/approve', { params, body: { revision, reason } }))
}

/** How a person is named to the server: by their entry on the roster where nobody knows who it is. */
export const somebody = ({ user_id, entry_id }: Person): Schemas['Somebody'] =>
  entry_id && entry_id === user_id ? { roster_entry_id: entry_id } : { user_id }

/** What staff say that somebody counts as; throws what the server says of them. */
export const mark = async (activity_id: string, occurrence_id: string, person: Person, says: Mark, reason: string) => {
  const params = { path: { activity_id }, header: { 'idempotency-key': newId() } }
  const body = { mark: says, reason, people: [somebody(person)], ...inWindow(occurrence_id) }
  const { results } = await asked(api.POST('/v1/activities/{activity_id}/marks', { params, body }))
  const problem = results[0]?.problem
  if (problem) throw new Failure('problem', problem.detail ?? problem.reason, { status: problem.status, problem })
}
