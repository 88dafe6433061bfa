/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'

export type Schedule = components['schemas']['ExportSchedule']
export type Plan = components['schemas']['ExportPlan']
export type Robot = components['schemas']['Webhook']
export type NewRobot = components['schemas']['NewWebhook']
export type RobotChange = components['schemas']['WebhookChange']
export type Tried = Pick<Robot, 'id' | 'last_at'>

const SOON_MS = 3000

export const schedulesKey = (organisation_id: string) => ['organisation', organisation_id, 'schedules']
export const robotsKey = (organisation_id: string) => ['organisation', organisation_id, 'robots']

export const useSchedules = (organisation_id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: computed(() => schedulesKey(toValue(organisation_id))),
    enabled: computed(() => Boolean(toValue(organisation_id))),
    queryFn: ({ signal }) => {
      const path = { organisation_id: toValue(organisation_id) }
      return asked(api.GET('/v1/organisations/{organisation_id}/export-schedules', { params: { path }, signal }))
    },
    select: ({ schedules }) => schedules,
  })

/** Often asked for while one of them is to say something. */
export const useRobots = (organisation_id: MaybeRefOrGetter<string>, isAwaited: MaybeRefOrGetter<boolean> = false) =>
  useQuery({
    queryKey: computed(() => robotsKey(toValue(organisation_id))),
    enabled: computed(() => Boolean(toValue(organisation_id))),
    queryFn: ({ signal }) => {
      const path = { organisation_id: toValue(organisation_id) }
      return asked(api.GET('/v1/organisations/{organisation_id}/webhooks', { params: { path }, signal }))
    },
    select: ({ webhooks }) => webhooks,
    refetchInterval: computed(() => (toValue(isAwaited) ? SOON_MS : false)),
  })

export const createSchedule = (organisation_id: string, body: Plan) =>
  asked(
    api.POST('/v1/organisations/{organisation_id}/export-schedules', {
      params: { path: { organisation_id }, header: { 'idempotency-key': newId() } },
      body,
    }),
  )

export const replaceSchedule = (organisation_id: string, schedule_id: string, body: Plan) =>
  asked(
    api.PUT('/v1/organisations/{organisation_id}/export-schedules/{schedule_id}', {
      params: { path: { organisation_id, schedule_id } },
      body,
    }),
  )

export const deleteSchedule = (organisation_id: string, schedule_id: string) =>
  asked(
    api.DELETE('/v1/organisations/{organisation_id}/export-schedules/{schedule_id}', {
      params: { path: { organisation_id, schedule_id } },
    }),
  )

export const createRobot = (organisation_id: string, body: NewRobot) =>
  asked(
    api.POST('/v1/organisations/{organisation_id}/webhooks', {
      params: { path: { organisation_id }, header: { 'idempotency-key': newId() } },
      body,
    }),
  )

export const replaceRobot = (organisation_id: string, webhook_id: string, body: RobotChange) =>
  asked(
    api.PUT('/v1/organisations/{organisation_id}/webhooks/{webhook_id}', {
      params: { path: { organisation_id, webhook_id } },
      body,
    }),
  )

export const deleteRobot = (organisation_id: string, webhook_id: string) =>
  asked(
    api.DELETE('/v1/organisations/{organisation_id}/webhooks/{webhook_id}', {
      params: { path: { organisation_id, webhook_id } },
    }),
  )

export const testRobot = (organisation_id: string, webhook_id: string) =>
  asked(
    api.POST('/v1/organisations/{organisation_id}/webhooks/{webhook_id}/test', {
      params: { path: { organisation_id, webhook_id } },
    }),
  )
