/** Everything people read, in Chinese: a file for each room. */

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

export const zh = { activities, common, displays, failures, organisation, reviews, rosters, session, shell, wall }
