/** After a redeployment an open page may ask for a part that is gone: the whole page is fetched anew, once a minute. */

const KEY = 'qiandao-reloaded-at'
const PAUSE_MS = 60_000

export const outdated = (): void => {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS) return
    sessionStorage.setItem(KEY, String(Date.now()))
    event.preventDefault()
    location.reload()
  })
}
