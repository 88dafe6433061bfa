/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import { api, asked } from '@/api/client'
import type { components, operations } from '@/api/schema'

type Schemas = components['schemas']
export type Trends = Schemas['Trends']
export type TrendPeriod = Schemas['TrendPeriod']
export type Figures = Schemas['Figures']
export type Quality = Schemas['Quality']
export type QualityFigures = Schemas['QualityFigures']
export type Advice = Schemas['Advice']
export type Behaviour = Schemas['Behaviour']
export type Cohorts = Schemas['Cohorts']
export type Finding = Schemas['Finding']

export type TrendQuery = NonNullable<
  operations['get_trends_v1_organisations__organisation_id__trends_get']['parameters']['query']
>
export type By = NonNullable<TrendQuery['by']>
interface Asking {
  signal: AbortSignal
}
interface Scope {
  from: string
  to: string
}

/** While rosters are being counted each answer counts some. */
const AGAIN_MS = 2_000
const FRESH_MS = 60_000
const of = (organisation_id: string) => ({ organisation_id })

export const useTrends = (organisationId: Ref<string>, query: MaybeRefOrGetter<TrendQuery>) =>
  useQuery({
    queryKey: ['reports', 'trends', organisationId, query],
    enabled: computed(() => Boolean(organisationId.value)),
    staleTime: FRESH_MS,
    placeholderData: (shown: Trends | undefined) => shown,
    refetchInterval: ({ state }: { state: { data?: Trends } }) => (state.data?.counting ? AGAIN_MS : false),
    queryFn: ({ signal }: Asking): Promise<Trends> => {
      const params = { path: of(organisationId.value), query: toValue(query) }
      return asked(api.GET('/v1/organisations/{organisation_id}/trends', { params, signal }))
    },
  })

export const useQuality = (organisationId: Ref<string>, query: MaybeRefOrGetter<Scope>) =>
  useQuery({
    queryKey: ['reports', 'quality', organisationId, query],
    enabled: computed(() => Boolean(organisationId.value)),
    staleTime: FRESH_MS,
    placeholderData: (shown: Quality | undefined) => shown,
    queryFn: ({ signal }: Asking): Promise<Quality> => {
      const params = { path: of(organisationId.value), query: toValue(query) }
      return asked(api.GET('/v1/organisations/{organisation_id}/quality', { params, signal }))
    },
  })

export const useBehaviour = (
  organisationId: Ref<string>,
  query: MaybeRefOrGetter<Scope & { roster_id?: string }>,
  isAllowed: MaybeRefOrGetter<boolean>,
) =>
  useQuery({
    queryKey: ['reports', 'behaviour', organisationId, query],
    enabled: computed(() => Boolean(organisationId.value) && toValue(isAllowed)),
    staleTime: FRESH_MS,
    placeholderData: (shown: Behaviour | undefined) => shown,
    queryFn: ({ signal }: Asking): Promise<Behaviour> => {
      const params = { path: of(organisationId.value), query: toValue(query) }
      return asked(api.GET('/v1/organisations/{organisation_id}/behaviour', { params, signal }))
    },
  })

export const useCohorts = (
  organisationId: Ref<string>,
  query: MaybeRefOrGetter<Scope>,
  isAllowed: MaybeRefOrGetter<boolean>,
) =>
  useQuery({
    queryKey: ['reports', 'cohorts', organisationId, query],
    enabled: computed(() => Boolean(organisationId.value) && toValue(isAllowed)),
    staleTime: FRESH_MS,
    placeholderData: (shown: Cohorts | undefined) => shown,
    queryFn: ({ signal }: Asking): Promise<Cohorts> => {
      const params = { path: of(organisationId.value), query: toValue(query) }
      return asked(api.GET('/v1/organisations/{organisation_id}/cohorts', { params, signal }))
    },
  })

export const dismiss = (organisation_id: string, { code, activity_id }: Advice, dismissed: boolean) =>
  asked(
    api.PUT('/v1/organisations/{organisation_id}/quality/dismissals', {
      params: { path: { organisation_id } },
      body: { code, activity_id, dismissed },
    }),
  )
