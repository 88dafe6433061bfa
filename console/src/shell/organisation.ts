/** Whose console this is now: the organisation in the address, or the one chosen last in this browser. */

import { useQuery } from '@tanstack/vue-query'
import { useLocalStorage } from '@vueuse/core'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { api, asked } from '@/api/client'
import type { components } from '@/api/schema'

export type Organisation = components['schemas']['Organisation']

const MOST = 200
const chosen = useLocalStorage('qiandao-organisation', '')

/** Every organisation of who is signed in. */
export const useOrganisations = () =>
  useQuery({
    queryKey: ['organisations'],
    queryFn: ({ signal }) => asked(api.GET('/v1/organisations', { params: { query: { page_size: MOST } }, signal })),
    select: ({ organisations }) => organisations,
  })

/**
 * The one organisation that lists are of. Empty id: who works at single activities only, or nobody knows yet; `isKnown`
 * tells the two apart.
 */
export const useOrganisation = () => {
  const [route, router] = [useRoute(), useRouter()]
  const { data, isSuccess } = useOrganisations()

  const organisation = computed(() => {
    const known = data.value ?? []
    const named = [route.query.org, chosen.value]
    return named.map((id) => known.find((one) => one.id === id)).find(Boolean) ?? known[0] ?? null
  })

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
