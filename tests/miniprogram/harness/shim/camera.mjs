/** The camera of a page: what is held in front of it is read again and again, as phones do. */

import { allowCamera, private_ } from './consent.mjs'
import { fx, violate } from './state.mjs'

let watching = 0

const start = async (failed) => {
  try {
    await private_()
    allowCamera()
    return true
  } catch (error) {
    failed(`camera:fail ${error.message}`)
    return false
  }
}

/**
 * Watches until the function that it gives is called.
 *
 * @param {{read: (text: string) => void, failed: (errMsg: string) => void}} told
 */
export const watch = ({ read, failed }) => {
  watching += 1
  if (watching > 1) violate('two cameras on one page')
  let timer = 0
  let is_over = false
  start(failed).then((is_allowed) => {
    if (is_allowed && !is_over) timer = setInterval(() => { if (fx.held) read(fx.held) }, fx.frame_ms)
  })
  return () => {
    watching -= 1
    is_over = true
    clearInterval(timer)
  }
}
