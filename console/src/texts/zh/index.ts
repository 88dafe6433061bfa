/** Everything people read, in Chinese: a file for each room. */

import { activities } from './activities'
import { common } from './common'
import { failures } from './failures'
import { reviews } from './reviews'
import { session } from './session'
import { shell } from './shell'

export const zh = { activities, common, failures, reviews, session, shell }
