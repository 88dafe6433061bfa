/** Whose console this is now: the organisation in the address, or the one chosen last in this browser. */

import { queryOptions, useQuery, type QueryClient } from '@tanstack/vue-query'
import { useLocalStorage } from '@vueuse/core'
import { computed } from 'vue'
import { useRoute, useRouter, type RouteLocationNormalized } from 'vue-router'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Organisation = components['schemas']['Organisation']

const MOST = 200
const chosen = useLocalStorage('qiandao-organisation', '')

export const organisationsQuery = queryOptions({
  queryKey: ['organisations'],
  queryFn: ({ signal }) => asked(api.GET('/v1/organisations', { params: { query: { page_size: MOST } }, signal })),
})

/** Every organisation of who is signed in. */
export const useOrganisations = () => useQuery({ ...organisationsQuery, select: ({ organisations }) => organisations })

/** Of those known the one that an address names, else the one chosen last, else the first. */
const among = (known: Organisation[], { query }: Pick<RouteLocationNormalized, 'query'>): Organisation | null =>
  [query.org, chosen.value].map((id) => known.find((one) => one.id === id)).find(Boolean) ?? known[0] ?? null

/** The organisation that a page will be of; its id is empty as that of `useOrganisation` is. */
export const organisationAhead = async (client: QueryClient, to: RouteLocationNormalized): Promise<string> => {
  const { organisations } = await client.ensureQueryData(organisationsQuery)
  return among(organisations, to)?.id ?? ''
}

/**
 * The one organisation that lists are of. Empty id: who works at single activities only, or nobody knows yet; `isKnown`
 * tells the two apart.
 */
export const useOrganisation = () => {
  const [route, router] = [useRoute(), useRouter()]
  const { data, isSuccess } = useOrganisations()

  const organisation = computed(() => among(data.value ?? [], route))

  const choose = (id: string) => {
    chosen.value = id
    return router.replace({ query: { ...route.query, org: id, page: undefined } })
  }

  return {
    organisation,
    id: computed(() => organisation.value?.id ?? ''),
    isKnown: isSuccess,
    /** Whether who is signed in belongs to none. */
    isNone: computed(() => data.value?.length === 0),
    choose,
  }
}
