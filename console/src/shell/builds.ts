/**
 * Screens that nobody touches go on with a new build by themselves: its files are fetched first, so that the page that
 * comes back has them whichever release of the server answers.
 */

import { useIntervalFn } from '@vueuse/core'
import { toValue, watch, type MaybeRefOrGetter } from 'vue'

/** Screens of a hall, opened at one time, need not all ask at once. */
const LOOK_MS = 60_000
const SPREAD_MS = 30_000
/** While two releases answer in turn, a page does not follow each of them. */
const PAUSE_MS = 5 * 60_000
const KEY = 'qiandao-followed-at'
const FILES = /(?:src|href)="(\/console\/assets\/[^"]+)"/g
const ENTRY = /<script\b[^>]*\bsrc="(\/console\/assets\/[^"]+)"/

/** The script that a page begins with; null where it was not built, as in development. */
export const entryOf = (html: string): string | null => ENTRY.exec(html)?.[1] ?? null

/** All that a page names of its build. */
export const filesOf = (html: string): string[] => [...html.matchAll(FILES)].map(([, file]) => file ?? '')

const running = (): string | null =>
  document.querySelector<HTMLScriptElement>('script[src^="/console/assets/"]')?.getAttribute('src') ?? null

const fetched = async (address: string): Promise<string> => {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${answer.status} ${address}`)
  return answer.text()
}

/** The page as the server has it now, once all of it is here; null where it is the one that runs. */
const replaced = async (): Promise<boolean> => {
  const html = await fetched(location.pathname)
  const [ours, theirs] = [running(), entryOf(html)]
  if (!ours || !theirs || ours === theirs) return false
  await Promise.all(filesOf(html).map(fetched))
  return true
}

/**
 * Loads a new build once there is one and nobody is in the middle of anything.
 *
 * @param isCut Whether the server is out of reach; it may be a new one when it is back.
 */
export const useNewBuild = (isIdle: MaybeRefOrGetter<boolean>, isCut: MaybeRefOrGetter<boolean>) => {
  let isNew = false
  const reload = () => {
    if (!isNew || !toValue(isIdle) || Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS) return
    sessionStorage.setItem(KEY, String(Date.now()))
    location.reload()
  }
  const look = async () => {
    try {
      isNew ||= await replaced()
    } catch {
      // Without a server there is no new build either; the next look asks again.
      return
    }
    reload()
  }
  useIntervalFn(() => void look(), LOOK_MS + Math.random() * SPREAD_MS)
  watch(
    () => toValue(isCut),
    (now) => !now && void look(),
  )
  watch(() => toValue(isIdle), reload)
}
