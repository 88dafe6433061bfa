/** What this room asks the server. */

import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Member = Schemas['Member']
export type Invite = Schemas['Invite']
export type NewInvite = Schemas['NewInvite']

export interface MemberFilter {
  q?: string
  group?: string
}

const AT_ONCE = 100
const of = (organisation_id: string) => ({ path: { organisation_id } })
const member = (organisation_id: string, user_id: string) => ({ path: { organisation_id, user_id } })
const invite = (organisation_id: string, invite_id: string) => ({ path: { organisation_id, invite_id } })

export const useMembers = (organisationId: MaybeRefOrGetter<string>, filter: MaybeRefOrGetter<MemberFilter>) =>
  useInfiniteQuery({
    queryKey: ['organisation', organisationId, 'members', filter],
    enabled: computed(() => Boolean(toValue(organisationId))),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...toValue(filter), page_size: AT_ONCE, page_token: pageParam }
      const params = { ...of(toValue(organisationId)), query }
      return asked(api.GET('/v1/organisations/{organisation_id}/members', { params, signal }))
    },
    getNextPageParam: ({ next_page_token }) => next_page_token || undefined,
    select: ({ pages }) => pages.flatMap(({ members }) => members),
  })

export const changeMember = (organisation_id: string, user_id: string, body: Schemas['MemberChange']) =>
  asked(
    api.PUT('/v1/organisations/{organisation_id}/members/{user_id}', {
      params: member(organisation_id, user_id),
      body,
    }),
  )

export const removeMember = (organisation_id: string, user_id: string) =>
  asked(
    api.DELETE('/v1/organisations/{organisation_id}/members/{user_id}', { params: member(organisation_id, user_id) }),
  )

export const handOver = (organisation_id: string, user_id: string) =>
  asked(api.POST('/v1/organisations/{organisation_id}/handover', { params: of(organisation_id), body: { user_id } }))

export const found = (name: string) =>
  asked(api.POST('/v1/organisations', { params: { header: { 'idempotency-key': newId() } }, body: { name } }))

export const rename = (organisation_id: string, name: string) =>
  asked(api.PUT('/v1/organisations/{organisation_id}', { params: of(organisation_id), body: { name } }))

export const archive = (organisation_id: string) =>
  asked(api.POST('/v1/organisations/{organisation_id}/archive', { params: of(organisation_id) }))

export const unarchive = (organisation_id: string) =>
  asked(api.POST('/v1/organisations/{organisation_id}/unarchive', { params: of(organisation_id) }))

export const useInvites = (organisationId: MaybeRefOrGetter<string>, isAllowed: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: ['organisation', organisationId, 'invites'],
    enabled: computed(() => Boolean(toValue(organisationId)) && toValue(isAllowed)),
    queryFn: ({ signal }) => {
      const params = { ...of(toValue(organisationId)), query: { page_size: AT_ONCE } }
      return asked(api.GET('/v1/organisations/{organisation_id}/invites', { params, signal }))
    },
    select: ({ invites }) => invites,
  })

/** One invite, and who joined with it. */
export const useInvite = (organisationId: MaybeRefOrGetter<string>, inviteId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['organisation', organisationId, 'invites', inviteId],
    queryFn: ({ signal }) => {
      const params = invite(toValue(organisationId), toValue(inviteId))
      return asked(api.GET('/v1/organisations/{organisation_id}/invites/{invite_id}', { params, signal }))
    },
  })

export const createInvite = (organisation_id: string, body: NewInvite) => {
  const params = { ...of(organisation_id), header: { 'idempotency-key': newId() } }
  return asked(api.POST('/v1/organisations/{organisation_id}/invites', { params, body }))
}

export const revokeInvite = (organisation_id: string, invite_id: string) =>
  asked(
    api.POST('/v1/organisations/{organisation_id}/invites/{invite_id}/revoke', {
      params: invite(organisation_id, invite_id),
    }),
  )

export const usePrivacy = (organisationId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['organisation', organisationId, 'privacy'],
    enabled: computed(() => Boolean(toValue(organisationId))),
    queryFn: ({ signal }) =>
      asked(api.GET('/v1/organisations/{organisation_id}/privacy', { params: of(toValue(organisationId)), signal })),
  })

export const setPrivacy = (organisation_id: string, body: Schemas['PrivacyChange']) =>
  asked(api.PUT('/v1/organisations/{organisation_id}/privacy', { params: of(organisation_id), body }))

export const useCrew = (activityId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['activity', activityId, 'staff'],
    queryFn: ({ signal }) => {
      const params = { path: { activity_id: toValue(activityId) } }
      return asked(api.GET('/v1/activities/{activity_id}/staff', { params, signal }))
    },
    select: ({ staff }) => staff,
  })

export const dismiss = (activity_id: string, user_id: string) =>
  asked(api.DELETE('/v1/activities/{activity_id}/staff/{user_id}', { params: { path: { activity_id, user_id } } }))
