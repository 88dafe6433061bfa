/** What is kept of who is signed in: to take along, and to be erased. */

import { api, asked } from '@/api/client'
import { session } from './session'

const AT_ONCE = 200

const ownCheckins = async () => {
  const found: unknown[] = []
  let page_token = ''
  do {
    const query = { page_size: AT_ONCE, page_token }
    const page = await asked(api.GET('/v1/me/checkins', { params: { query } }))
    found.push(...page.checkins)
    page_token = page.next_page_token
  } while (page_token)
  return found
}

/** All of it, as JSON. */
export const ownData = async (): Promise<Blob> => {
  const [known, checkins] = await Promise.all([asked(api.GET('/v1/me/export')), ownCheckins()])
  return new Blob([JSON.stringify({ ...known, checkins }, null, 2)], { type: 'application/json' })
}

/** For good; nobody is signed in afterwards. */
export const eraseOwnData = async (): Promise<void> => {
  await asked(api.DELETE('/v1/me'))
  session.erased()
}
