/** What the form asks the server. */

import { useQueryClient } from '@tanstack/vue-query'
import { publishActivity, removeActivity } from '@/activity/queries'
import { api, asked } from '@/api/client'
import { newId } from '@/api/ids'
import type { Body } from './draft'

/**
 * One activity out of one page, however often it is tried: the same draft goes on with what was made of it. A changed one
 * makes another, and what it replaces is deleted, or else stays in the list as a draft.
 */
export const useMaking = () => {
  const client = useQueryClient()
  let made: { said: string; id: string; key: string }[] = []

  const create = async (body: Body) => {
    const said = JSON.stringify(body)
    const known = made.find((one) => one.said === said)
    if (known?.id) return known.id
    const key = known?.key ?? newId()
    if (!known) made = [...made, { said, id: '', key }]
    const { id } = await asked(api.POST('/v1/activities', { params: { header: { 'idempotency-key': key } }, body }))
    made = made.map((one) => (one.said === said ? { ...one, id } : one))
    return id
  }

  const publish = async (body: Body) => {
    const id = await create(body)
    const opened = await publishActivity(id)
    const replaced = made.filter((one) => one.id && one.id !== id)
    made = []
    await Promise.allSettled(replaced.map((one) => removeActivity(one.id)))
    return opened.id
  }

  const then = <T>(work: Promise<T>) => work.finally(() => void client.invalidateQueries({ queryKey: ['activities'] }))
  return { create: (body: Body) => then(create(body)), publish: (body: Body) => then(publish(body)) }
}
