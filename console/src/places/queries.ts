/** What this room asks the server. */

import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { components } from '@/api/schema'
import type { PlaceDraft } from './place'

type Schemas = components['schemas']
export type SavedPlace = Schemas['SavedPlace']
export type Wifi = Schemas['AccessPoint']

/** A place with how far around it counts, and its Wi-Fi. */
export interface Site {
  place: PlaceDraft
  radius_m: number
  wifi: Wifi[]
}

/** As many as an organisation can have. */
const MOST = 200
const of = (organisation_id: string) => ({ path: { organisation_id } })
const at = ({ organisation_id, id }: SavedPlace) => ({ path: { organisation_id, place_id: id } })
const bodyOf = ({ place, radius_m, wifi }: Site) => ({ place: { ...place, coord: 'gcj02' as const, radius_m }, wifi })

export const usePlaces = (organisationId: Ref<string>) =>
  useQuery({
    queryKey: ['places', organisationId],
    enabled: computed(() => Boolean(organisationId.value)),
    queryFn: ({ signal }) => {
      const params = { ...of(organisationId.value), query: { page_size: MOST } }
      return asked(api.GET('/v1/organisations/{organisation_id}/places', { params, signal }))
    },
    select: ({ places }) => places,
  })

/** To save, to say anew and to forget one; every list of them is read again. */
export const usePlaceDeeds = () => {
  const client = useQueryClient()
  const then = async <T>(work: Promise<T>) => {
    const done = await work
    await client.invalidateQueries({ queryKey: ['places'] })
    return done
  }
  return {
    save: (organisation_id: string, site: Site) => {
      const params = { ...of(organisation_id), header: { 'idempotency-key': newId() } }
      return then(asked(api.POST('/v1/organisations/{organisation_id}/places', { params, body: bodyOf(site) })))
    },
    replace: (saved: SavedPlace, site: Site) => {
      const path = '/v1/organisations/{organisation_id}/places/{place_id}'
      return then(asked(api.PUT(path, { params: at(saved), body: bodyOf(site) })))
    },
    forget: (saved: SavedPlace) =>
      then(asked(api.DELETE('/v1/organisations/{organisation_id}/places/{place_id}', { params: at(saved) }))),
  }
}

export const openPlaceTicket = () => asked(api.POST('/v1/place-tickets'))

export const pollPlace = async ({ ticket, poll_secret }: Schemas['OpenedPlaceTicket']) => {
  const { state, place } = await asked(api.POST('/v1/place-tickets/poll', { body: { ticket, poll_secret } }))
  return { state, answer: place }
}
