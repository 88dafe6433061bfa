/** Files of the server, which no link can fetch: the token goes with the request. */

import { saveFile } from '@/parts/clipboard'
import { authorised } from './client'
import { failureOf } from './failure'

/** Gives a file of the server to whoever is at the browser, under a name. */
export const download = async (path: string, name: string): Promise<void> => {
  const answer = await authorised(new Request(new URL(path, location.origin)))
  if (!answer.ok) throw failureOf(answer, await answer.json().catch(() => null))
  saveFile(await answer.blob(), name)
}
