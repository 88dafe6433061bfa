/** Everything people read, in English; complete, as its type says. */

import type { Texts } from '../index'
import { activities } from './activities'
import { common } from './common'
import { displays } from './displays'
import { failures } from './failures'
import { organisation } from './organisation'
import { reviews } from './reviews'
import { rosters } from './rosters'
import { session } from './session'
import { shell } from './shell'
import { wall } from './wall'

export const en: Texts = {
  activities,
  common,
  displays,
  failures,
  organisation,
  reviews,
  rosters,
  session,
  shell,
  wall,
}
