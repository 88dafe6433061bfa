/** What this room asks the server. */

import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'
import { isLate } from './jobs'

export type Export = components['schemas']['Export']
export type NewExport = components['schemas']['NewExport']
export type ExportFilter = components['schemas']['ExportFilter']

const SOON_MS = 1000
const LATER_MS = 30_000

/** One's own, the newest first; often asked for while something of it is under way. */
export const useExports = () =>
  useQuery({
    queryKey: ['exports'],
    queryFn: ({ signal }) => asked(api.GET('/v1/exports', { params: { query: { page_size: 50 } }, signal })),
    select: ({ exports }) => exports,
    refetchInterval: ({ state }) => (isLate(state.data?.exports ?? []) ? SOON_MS : LATER_MS),
  })

export const useColumns = (report: MaybeRefOrGetter<NewExport['report']>) =>
  useQuery({
    queryKey: ['export-columns', computed(() => toValue(report))],
    staleTime: 0,
    queryFn: ({ signal }) =>
      asked(api.GET('/v1/export-columns', { params: { query: { report: toValue(report) } }, signal })),
  })

export const createExport = (body: NewExport) =>
  asked(api.POST('/v1/exports', { params: { header: { 'idempotency-key': newId() } }, body }))

export const cancelExport = (export_id: string) =>
  asked(api.POST('/v1/exports/{export_id}/cancel', { params: { path: { export_id } } }))
