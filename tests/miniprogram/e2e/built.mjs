/** The program is built once for all files of a run, which share what was built. */

import { build } from '../harness/build.mjs'

export const globalSetup = async () => {
  await build()
  process.env.MINIPROGRAM_IS_BUILT = '1'
}

/** For a file that is run alone. */
export const built = async () => {
  if (!process.env.MINIPROGRAM_IS_BUILT) await build()
}
